//! Elementary functions: the standard library's, else `libm`'s, else this crate's own.

#[cfg(any(test, not(feature = "libm")))]
mod own;
#[cfg(not(feature = "std"))]
mod root;

macro_rules! forward {
    ($scalar:ident: $($name:ident = $call:expr),* $(,)?) => {
        pub(crate) mod $scalar {
            $(#[inline(always)]
            pub(crate) fn $name(x: $scalar) -> $scalar {
                $call(x)
            })*
        }
    };
}

#[cfg(feature = "std")]
macro_rules! elementary {
    ($scalar:ident, $erf:expr $(, $libm:ident)*) => {
        forward!($scalar: exp = $scalar::exp, exp_m1 = $scalar::exp_m1, ln = $scalar::ln, ln_1p = $scalar::ln_1p,
            sqrt = $scalar::sqrt, tanh = $scalar::tanh, erf = $erf);
    };
}

#[cfg(all(not(feature = "std"), feature = "libm"))]
macro_rules! elementary {
    ($scalar:ident, $erf:expr, $exp:ident, $exp_m1:ident, $ln:ident, $ln_1p:ident, $tanh:ident, $sqrt:ident) => {
        forward!($scalar: exp = libm::$exp, exp_m1 = libm::$exp_m1, ln = libm::$ln, ln_1p = libm::$ln_1p,
            sqrt = crate::math::root::$sqrt, tanh = libm::$tanh, erf = $erf);
    };
}

#[cfg(not(any(feature = "std", feature = "libm")))]
macro_rules! elementary {
    ($scalar:ident, $erf:expr, $sqrt:ident) => {
        forward!($scalar: exp = |x| crate::math::own::exp(f64::from(x)) as $scalar,
            exp_m1 = |x| crate::math::own::exp_m1(f64::from(x)) as $scalar,
            ln = |x| crate::math::own::ln(f64::from(x)) as $scalar,
            ln_1p = |x| crate::math::own::ln_1p(f64::from(x)) as $scalar,
            sqrt = crate::math::root::$sqrt,
            tanh = |x| crate::math::own::tanh(f64::from(x)) as $scalar, erf = $erf);
    };
}

#[cfg(feature = "libm")]
elementary!(f32, libm::erff, expf, expm1f, logf, log1pf, tanhf, sqrtf);
#[cfg(feature = "libm")]
elementary!(f64, libm::erf, exp, expm1, log, log1p, tanh, sqrt);
#[cfg(not(feature = "libm"))]
elementary!(f32, |x| crate::math::own::erf(f64::from(x)) as f32, sqrtf);
#[cfg(not(feature = "libm"))]
elementary!(f64, crate::math::own::erf, sqrt);
