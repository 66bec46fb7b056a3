//! Elementary functions: the standard library's, else `libm`'s, else this crate's own. With the feature `deterministic` always
//! its own, whatever else is there: no two libraries round alike.
//!
//! Those that networks spend their time in, e^x, tanh and the logistic function of `f32`, are always the crate's own: without
//! `deterministic` they are those of `kernels/elementary`, so that a number by itself and a vector have the same ones. So are,
//! where the target has vectors, e^x - 1, the logarithms and the error function.

#[cfg(any(test, feature = "deterministic", not(feature = "libm")))]
mod circle;
#[cfg(any(test, feature = "deterministic", not(feature = "libm")))]
mod own;
#[cfg(any(test, feature = "deterministic", not(feature = "libm")))]
mod pair;
#[cfg(any(test, feature = "deterministic", not(feature = "libm")))]
mod power;
#[cfg(not(feature = "std"))]
mod root;

/// A function that `kernels/elementary` may have: if so that one, and otherwise the one that is given.
#[cfg(not(feature = "deterministic"))]
macro_rules! unless_vectorised {
    (f32, exp, $other:expr) => {
        crate::kernels::elementary::exp
    };
    (f32, tanh, $other:expr) => {
        crate::kernels::elementary::tanh
    };
    (f32, sigmoid, $other:expr) => {
        crate::kernels::elementary::sigmoid
    };
    (f32, exp_m1, $other:expr) => {
        unless_vectorised!(with vectors: exp_m1, $other)
    };
    (f32, ln, $other:expr) => {
        unless_vectorised!(with vectors: ln, $other)
    };
    (f32, ln_1p, $other:expr) => {
        unless_vectorised!(with vectors: ln_1p, $other)
    };
    (f32, erf, $other:expr) => {
        unless_vectorised!(with vectors: erf, $other)
    };
    (with vectors: $name:ident, $other:expr) => {
        |x| if crate::kernels::route::TARGET { crate::kernels::elementary::$name(x) } else { $other(x) }
    };
    ($scalar:ident, $name:ident, $other:expr) => {
        $other
    };
}
/// A function that `kernels/elementary` may have: none with the feature `deterministic`.
#[cfg(feature = "deterministic")]
macro_rules! unless_vectorised {
    ($scalar:ident, $name:ident, $other:expr) => {
        $other
    };
}

macro_rules! forward {
    ($scalar:ident: $($name:ident = $call:expr),*; powf = $powf:expr) => {
        pub(crate) mod $scalar {
            $(#[inline(always)]
            pub(crate) fn $name(x: $scalar) -> $scalar {
                unless_vectorised!($scalar, $name, $call)(x)
            })*
            #[inline(always)]
            pub(crate) fn powf(x: $scalar, y: $scalar) -> $scalar {
                $powf(x, y)
            }
        }
    };
}

/// 1 / (1 + e^-x), written for either sign so that e^(..) cannot overflow
#[inline(always)]
fn logistic<T: crate::Scalar>(x: T) -> T {
    let small = (-x.abs()).exp(); // in (0, 1]
    if x < T::ZERO { small / (T::ONE + small) } else { T::ONE / (T::ONE + small) }
}

/// The correctly rounded square root.
#[cfg(feature = "std")]
macro_rules! root {
    ($scalar:ident, $c:ident) => {
        $scalar::sqrt
    };
}
/// The correctly rounded square root.
#[cfg(not(feature = "std"))]
macro_rules! root {
    ($scalar:ident, $c:ident) => {
        crate::math::root::$c
    };
}

#[cfg(any(feature = "deterministic", not(any(feature = "std", feature = "libm"))))]
macro_rules! elementary {
    ($scalar:ident, $own:ident, $sqrt:ident, $erf:expr $(, $libm:ident)*) => {
        forward!($scalar: exp = crate::math::own::$own::exp, exp_m1 = crate::math::own::$own::exp_m1,
            ln = crate::math::own::$own::ln, ln_1p = crate::math::own::$own::ln_1p, sqrt = root!($scalar, $sqrt),
            tanh = crate::math::own::$own::tanh,
            sigmoid = crate::math::logistic, erf = $erf,
            sin = |x| crate::math::circle::sin(f64::from(x)) as $scalar,
            cos = |x| crate::math::circle::cos(f64::from(x)) as $scalar;
            powf = |x, y| crate::math::power::powf(f64::from(x), f64::from(y)) as $scalar);
    };
}

#[cfg(all(feature = "std", not(feature = "deterministic")))]
macro_rules! elementary {
    ($scalar:ident, $own:ident, $sqrt:ident, $erf:expr $(, $libm:ident)*) => {
        forward!($scalar: exp = $scalar::exp, exp_m1 = $scalar::exp_m1, ln = $scalar::ln, ln_1p = $scalar::ln_1p,
            sqrt = root!($scalar, $sqrt), tanh = $scalar::tanh,
            sigmoid = crate::math::logistic, erf = $erf, sin = $scalar::sin, cos = $scalar::cos;
            powf = $scalar::powf);
    };
}

#[cfg(all(feature = "libm", not(any(feature = "std", feature = "deterministic"))))]
macro_rules! elementary {
    ($scalar:ident, $own:ident, $sqrt:ident, $erf:expr, $exp:ident, $exp_m1:ident, $ln:ident, $ln_1p:ident, $tanh:ident,
        $sin:ident, $cos:ident, $powf:ident) => {
        forward!($scalar: exp = libm::$exp, exp_m1 = libm::$exp_m1, ln = libm::$ln, ln_1p = libm::$ln_1p,
            sqrt = root!($scalar, $sqrt), tanh = libm::$tanh,
            sigmoid = crate::math::logistic, erf = $erf, sin = libm::$sin, cos = libm::$cos;
            powf = libm::$powf);
    };
}

#[cfg(all(feature = "libm", not(feature = "deterministic")))]
elementary!(f32, single, sqrtf, libm::erff, expf, expm1f, logf, log1pf, tanhf, sinf, cosf, powf);
#[cfg(all(feature = "libm", not(feature = "deterministic")))]
elementary!(f64, double, sqrt, libm::erf, exp, expm1, log, log1p, tanh, sin, cos, pow);
#[cfg(any(feature = "deterministic", not(feature = "libm")))]
elementary!(f32, single, sqrtf, |x| crate::math::own::erf(f64::from(x)) as f32);
#[cfg(any(feature = "deterministic", not(feature = "libm")))]
elementary!(f64, double, sqrt, crate::math::own::erf);
