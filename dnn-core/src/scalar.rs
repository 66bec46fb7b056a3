//! The numbers that networks compute in: `f32` and `f64`.

use crate::math;
use crate::random::Generator;
use crate::tensor::Tensor;
use core::fmt::{Debug, Display};
use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point number: `f32` or `f64`.
///
/// The elementary functions come from the standard library with the feature `std`, from `libm` with the feature `libm`, and
/// otherwise from this crate's own `math`, which is slower. `exp`, `tanh` and `sigmoid` of `f32` are the crate's own in any
/// case: within 1.4 units of the last place, `sigmoid` within 2.5. So are, where the target has vectors, `ln`, `ln_1p` and `erf`
/// of `f32`, within 1.2, and `exp_m1`, within 1.8.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scalar that networks compute in",
    label = "use `f32` or `f64`"
)]
pub trait Scalar:
    Tensor<Scalar = Self>
    + crate::kernels::gemm::Gemm
    + crate::kernels::level::Vectors
    + crate::io::scalar::Bits
    + Debug
    + Display
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// The distance from 1 to the next number.
    const EPSILON: Self;
    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same number as `f64`.
    fn to_f64(self) -> f64;
    /// |x|
    fn abs(self) -> Self;
    /// e^x
    fn exp(self) -> Self;
    /// e^x - 1, exact where x is small
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + x), exact where x is small
    fn ln_1p(self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The logistic function 1 / (1 + e^-x), in a form in which nothing overflows.
    fn sigmoid(self) -> Self;
    /// The sine of an angle in radians.
    fn sin(self) -> Self;
    /// The cosine of an angle in radians.
    fn cos(self) -> Self;
    /// x^y; as in C, 1 where x is 1 or y is 0, and NaN where x is negative and y no integer.
    fn powf(self, exponent: Self) -> Self;
    /// The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.
    fn erf(self) -> Self;
    /// Whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// A number in [0, 1).
    fn unit<R: Generator>(rng: &mut R) -> Self;

    /// The number itself where `keep`, and 0 otherwise, without a branch.
    #[doc(hidden)]
    fn masked(self, keep: bool) -> Self;

    /// A count as a number.
    #[inline(always)]
    fn from_usize(count: usize) -> Self {
        Self::from_f64(count as f64)
    }

    /// A number in [-bound, bound).
    #[inline]
    fn uniform<R: Generator>(rng: &mut R, bound: Self) -> Self {
        (Self::unit(rng) * Self::from_f64(2.0) - Self::ONE) * bound
    }

    /// A number from the normal distribution of mean 0 and variance 1, by the polar method (G. Marsaglia, T. Bray, "A
    /// Convenient Method for Generating Normal Variables", SIAM Review 6, 1964).
    fn normal<R: Generator>(rng: &mut R) -> Self {
        // Points of a square until one lies in the circle: the bound is for generators that never give one.
        for _ in 0..1000 {
            let (x, y) = (Self::uniform(rng, Self::ONE), Self::uniform(rng, Self::ONE));
            let square = x * x + y * y;
            if square > Self::ZERO && square < Self::ONE {
                return x * (Self::from_f64(-2.0) * square.ln() / square).sqrt();
            }
        }
        Self::ZERO
    }
}

macro_rules! scalar {
    ($scalar:ident, $bits:ident, $unit:ident) => {
        impl Scalar for $scalar {
            const ZERO: $scalar = 0.0;
            const ONE: $scalar = 1.0;
            const EPSILON: $scalar = $scalar::EPSILON;
            #[inline(always)]
            fn from_f64(value: f64) -> $scalar {
                value as $scalar
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn abs(self) -> $scalar {
                $scalar::abs(self)
            }
            #[inline]
            fn exp(self) -> $scalar {
                math::$scalar::exp(self)
            }
            #[inline]
            fn exp_m1(self) -> $scalar {
                math::$scalar::exp_m1(self)
            }
            #[inline]
            fn ln(self) -> $scalar {
                math::$scalar::ln(self)
            }
            #[inline]
            fn ln_1p(self) -> $scalar {
                math::$scalar::ln_1p(self)
            }
            #[inline]
            fn sqrt(self) -> $scalar {
                math::$scalar::sqrt(self)
            }
            #[inline]
            fn tanh(self) -> $scalar {
                math::$scalar::tanh(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> $scalar {
                math::$scalar::sigmoid(self)
            }
            #[inline]
            fn sin(self) -> $scalar {
                math::$scalar::sin(self)
            }
            #[inline]
            fn cos(self) -> $scalar {
                math::$scalar::cos(self)
            }
            #[inline]
            fn powf(self, exponent: $scalar) -> $scalar {
                math::$scalar::powf(self, exponent)
            }
            #[inline]
            fn erf(self) -> $scalar {
                math::$scalar::erf(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $scalar::is_finite(self)
            }
            #[inline(always)]
            fn masked(self, keep: bool) -> $scalar {
                // All bits or none: from 1 and 0 by negation in two's complement.
                $scalar::from_bits(self.to_bits() & <$bits>::from(keep).wrapping_neg())
            }
            #[inline]
            fn unit<R: Generator>(rng: &mut R) -> $scalar {
                rng.$unit()
            }
        }
    };
}
scalar!(f32, u32, unit_f32);
scalar!(f64, u64, unit_f64);
