//! Functions of one element, and of two that meet: what the fused loops of a differentiable function call.
//!
//! What a formula says is no function here: the macro's table has the formula of each operation, and the chain rule beside it.
//! Where a gradient has cases, `f_pull(dy, ..)` gives dL/dx from dL/dy, and `f_pull0`, `f_pull1` one for each argument. What
//! they read beside dy is in the table, x and y the argument and the value. `f_curvature` is the second derivative. The conventions at kinks are PyTorch's, and so are
//! NaN and infinities.
//!
//! | y | dx | reads |
//! |---|---|---|
//! | `relu` | dy where y > 0, else 0 | y |
//! | `gelu`, `gelu_tanh`, `silu` | see [`Gelu`](crate::Gelu) and [`Silu`](crate::Silu) | x |
//! | `softplus` | dy / (1 + e^(-beta x)), dy where beta x > threshold | x, beta, threshold |
//! | `pow` | da = dy b a^(b-1), 0 where b = 0; db = dy y ln a, 0 where a = 0 and b >= 0 | a, b; a, b, y |
//! | `leaky_relu` | dy where x > 0, else slope dy | x, slope |
//! | `elu` | dy where x > 0, else alpha e^x dy | x, alpha |
//! | `clamp` | dy where low < x < high, else 0 | x, low, high |
//! | `maximum`, `minimum` | dy to the one that is chosen, half of it to each of two equal ones | a, b |
//!
//! Conditions are numbers: not 0 is true. Comparisons give 1 and 0, and pass no gradient.

use crate::layers::{gelu, silu as swish, softplus as rectifier};
use crate::scalar::Scalar;

/// e^x
#[inline(always)]
pub fn exp<T: Scalar>(x: T) -> T {
    x.exp()
}

/// e^x - 1
#[inline(always)]
pub fn exp_m1<T: Scalar>(x: T) -> T {
    x.exp_m1()
}

/// The natural logarithm.
#[inline(always)]
pub fn ln<T: Scalar>(x: T) -> T {
    x.ln()
}

/// ln(1 + x)
#[inline(always)]
pub fn ln_1p<T: Scalar>(x: T) -> T {
    x.ln_1p()
}

/// The square root.
#[inline(always)]
pub fn sqrt<T: Scalar>(x: T) -> T {
    x.sqrt()
}

/// |x|
#[inline(always)]
pub fn abs<T: Scalar>(x: T) -> T {
    x.abs()
}

/// 1, -1, or 0 for 0 and NaN
#[inline(always)]
pub fn sign<T: Scalar>(x: T) -> T {
    greater(x, T::ZERO) - less(x, T::ZERO)
}

/// The largest whole number that is not above x
#[inline(always)]
pub fn floor<T: Scalar>(x: T) -> T {
    let whole = round(x);
    if whole > x { whole - T::ONE } else { whole }
}

/// The smallest whole number that is not below x
#[inline(always)]
pub fn ceil<T: Scalar>(x: T) -> T {
    let whole = round(x);
    if whole < x { whole + T::ONE } else { whole }
}

/// The nearest whole number, the even one of two
#[inline(always)]
pub fn round<T: Scalar>(x: T) -> T {
    // From here on all numbers are whole, so that sums with it are rounded to whole ones.
    let (whole, size) = (T::ONE / T::EPSILON, x.abs());
    let near = if size < whole { (size + whole) - whole } else { size };
    if x < T::ZERO { -near } else { near }
}

/// The error function.
#[inline(always)]
pub fn erf<T: Scalar>(x: T) -> T {
    x.erf()
}

/// The sine of an angle in radians.
#[inline(always)]
pub fn sin<T: Scalar>(x: T) -> T {
    x.sin()
}

/// The cosine of an angle in radians.
#[inline(always)]
pub fn cos<T: Scalar>(x: T) -> T {
    x.cos()
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh<T: Scalar>(x: T) -> T {
    x.tanh()
}

/// 1 / (1 + e^-x)
#[inline(always)]
pub fn sigmoid<T: Scalar>(x: T) -> T {
    x.sigmoid()
}

/// max(x, 0)
#[inline(always)]
pub fn relu<T: Scalar>(x: T) -> T {
    if x < T::ZERO { T::ZERO } else { x }
}

/// dy where y > 0, else 0; y and x have the same sign, so that either may be given
#[inline(always)]
pub fn relu_pull<T: Scalar>(dy: T, y: T) -> T {
    if y > T::ZERO { dy } else { T::ZERO }
}

/// x P(x) with the distribution function P of the standard normal distribution
#[inline(always)]
pub fn gelu<T: Scalar>(x: T) -> T {
    x * gelu::distribution(x)
}

/// dy (P(x) + x p(x)) with its density p
#[inline(always)]
pub fn gelu_pull<T: Scalar>(dy: T, x: T) -> T {
    dy * gelu::slope(x)
}

/// The second derivative of [`gelu`](fn@gelu): p(x) (2 - x^2)
#[inline(always)]
pub fn gelu_curvature<T: Scalar>(x: T) -> T {
    gelu::curvature(x)
}

/// x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3): `approximate="tanh"`
#[inline(always)]
pub fn gelu_tanh<T: Scalar>(x: T) -> T {
    x * gelu::approximation(x)
}

/// dy times the derivative of [`gelu_tanh`] at x
#[inline(always)]
pub fn gelu_tanh_pull<T: Scalar>(dy: T, x: T) -> T {
    dy * gelu::slope_of_tanh(x)
}

/// The second derivative of [`gelu_tanh`](fn@gelu_tanh)
#[inline(always)]
pub fn gelu_tanh_curvature<T: Scalar>(x: T) -> T {
    gelu::curvature_of_tanh(x)
}

/// x / (1 + e^-x)
#[inline(always)]
pub fn silu<T: Scalar>(x: T) -> T {
    x * x.sigmoid()
}

/// dy s (1 + x (1 - s)) with the logistic function s
#[inline(always)]
pub fn silu_pull<T: Scalar>(dy: T, x: T) -> T {
    dy * swish::slope(x)
}

/// The second derivative of [`silu`](fn@silu): s (1 - s) (2 + x (1 - 2 s))
#[inline(always)]
pub fn silu_curvature<T: Scalar>(x: T) -> T {
    swish::curvature(x)
}

/// ln(1 + e^(beta x)) / beta, and x where beta x > threshold; PyTorch's defaults are 1 and 20
#[inline(always)]
pub fn softplus<T: Scalar>(x: T, beta: T, threshold: T) -> T {
    rectifier::softplus(x, beta, T::ONE / beta, threshold)
}

/// dy / (1 + e^(-beta x)), and dy where beta x > threshold
#[inline(always)]
pub fn softplus_pull<T: Scalar>(dy: T, x: T, beta: T, threshold: T) -> T {
    rectifier::pull(dy, x, beta, threshold)
}

/// The second derivative of [`softplus`](fn@softplus): beta s (1 - s), and 0 where beta x > threshold
#[inline(always)]
pub fn softplus_curvature<T: Scalar>(x: T, beta: T, threshold: T) -> T {
    rectifier::curvature(x, beta, threshold)
}

/// a^b; as in C, 1 where a is 1 or b is 0, and NaN where a is negative and b no integer
#[inline(always)]
pub fn pow<T: Scalar>(a: T, b: T) -> T {
    a.powf(b)
}

/// dy b a^(b-1), and 0 where b = 0, whatever a is
#[inline(always)]
pub fn pow_pull0<T: Scalar>(dy: T, a: T, b: T) -> T {
    if b == T::ZERO { T::ZERO } else { dy * (b * a.powf(b - T::ONE)) }
}

/// dy a^b ln a, and 0 where a = 0 and b >= 0; y is a^b
#[inline(always)]
pub fn pow_pull1<T: Scalar>(dy: T, a: T, b: T, y: T) -> T {
    if a == T::ZERO && b >= T::ZERO { T::ZERO } else { dy * (y * a.ln()) }
}

/// The second derivative of a^b by a: b (b-1) a^(b-2), and 0 where b is 0 or 1, whatever a is
#[inline(always)]
pub fn pow_curvature<T: Scalar>(a: T, b: T) -> T {
    let factor = b * (b - T::ONE);
    if factor == T::ZERO { T::ZERO } else { factor * a.powf(b - T::from_f64(2.0)) }
}

/// The derivative of b a^(b-1) by b: a^(b-1) (1 + b ln a), and 0 where a = 0 and b > 1
#[inline(always)]
pub fn pow_mixed<T: Scalar>(a: T, b: T) -> T {
    if a == T::ZERO && b > T::ONE { T::ZERO } else { a.powf(b - T::ONE) * (T::ONE + b * a.ln()) }
}

/// low where x is less, high where x is more; a NaN stays
#[inline(always)]
pub fn clamp<T: Scalar>(x: T, low: T, high: T) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// dy where low < x < high, else 0: nothing passes at the bounds themselves, as in PyTorch 2.15, where versions before it let
/// all pass
#[inline(always)]
pub fn clamp_pull<T: Scalar>(dy: T, x: T, low: T, high: T) -> T {
    if x > low && x < high { dy } else { T::ZERO }
}

/// The larger one of two; NaN where one is
#[inline(always)]
pub fn maximum<T: Scalar>(a: T, b: T) -> T {
    if a >= b || is_nan(a) { a } else { b }
}

/// dy where a > b, half of it where they are equal
#[inline(always)]
pub fn maximum_pull0<T: Scalar>(dy: T, a: T, b: T) -> T {
    shared(dy, a == b, a < b)
}

/// dy where b > a, half of it where they are equal
#[inline(always)]
pub fn maximum_pull1<T: Scalar>(dy: T, a: T, b: T) -> T {
    shared(dy, a == b, b < a)
}

/// x where x > 0, else slope x
#[inline(always)]
pub fn leaky_relu<T: Scalar>(x: T, slope: T) -> T {
    if x > T::ZERO { x } else { slope * x }
}

/// dy where x > 0, else slope dy
#[inline(always)]
pub fn leaky_relu_pull<T: Scalar>(dy: T, x: T, slope: T) -> T {
    if x > T::ZERO { dy } else { slope * dy }
}

/// x where x > 0, else alpha (e^x - 1)
#[inline(always)]
pub fn elu<T: Scalar>(x: T, alpha: T) -> T {
    if x > T::ZERO { x } else { alpha * x.exp_m1() }
}

/// dy where x > 0, else alpha e^x dy
#[inline(always)]
pub fn elu_pull<T: Scalar>(dy: T, x: T, alpha: T) -> T {
    if x > T::ZERO { dy } else { alpha * x.exp() * dy }
}

/// dL/dalpha
#[inline(always)]
pub fn elu_pull_alpha<T: Scalar>(dy: T, x: T) -> T {
    if x > T::ZERO { T::ZERO } else { dy * x.exp_m1() }
}

/// The smaller one of two; NaN where one is
#[inline(always)]
pub fn minimum<T: Scalar>(a: T, b: T) -> T {
    if a <= b || is_nan(a) { a } else { b }
}

/// dy where a < b, half of it where they are equal
#[inline(always)]
pub fn minimum_pull0<T: Scalar>(dy: T, a: T, b: T) -> T {
    shared(dy, a == b, a > b)
}

/// dy where b < a, half of it where they are equal
#[inline(always)]
pub fn minimum_pull1<T: Scalar>(dy: T, a: T, b: T) -> T {
    shared(dy, a == b, b > a)
}

/// dy, half of it where two are equal, nothing where the other one was chosen.
#[inline(always)]
fn shared<T: Scalar>(dy: T, equal: bool, other: bool) -> T {
    let share = if equal { dy / T::from_f64(2.0) } else { dy };
    if other { T::ZERO } else { share }
}

#[inline(always)]
fn is_nan<T: Scalar>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}

/// a where the condition is not 0, else b
#[inline(always)]
pub fn where_<T: Scalar>(condition: T, a: T, b: T) -> T {
    if condition == T::ZERO { b } else { a }
}

macro_rules! comparisons {
    ($($name:ident $operator:tt)*) => {$(
        #[doc = concat!("1 where a ", stringify!($operator), " b, else 0")]
        #[inline(always)]
        pub fn $name<T: Scalar>(a: T, b: T) -> T {
            if a $operator b { T::ONE } else { T::ZERO }
        }
    )*};
}
comparisons! { less < less_equal <= greater > greater_equal >= equal == not_equal != }

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// A function and its derivative, at points away from kinks: dy/dx is the slope of a short chord.
    fn check(name: &str, value: impl Fn(f64) -> f64, slope: impl Fn(f64, f64) -> f64, points: &[f64]) {
        for &x in points {
            let h = 1e-5;
            let chord = (value(x + h) - value(x - h)) / (2.0 * h);
            let got = slope(x, value(x));
            assert!((got - chord).abs() <= 1e-8 * (1.0 + chord.abs()), "{name} at {x}: {got}, not {chord}");
        }
    }

    const ALL: [f64; 7] = [-2.7, -1.3, -0.4, 0.3, 0.9, 1.6, 3.1];
    const POSITIVE: [f64; 4] = [0.2, 0.9, 1.6, 3.1];

    #[test]
    fn derivatives_are_the_slopes_of_chords() {
        for b in [-2.5, -1.0, 0.0, 0.5, 1.0, 3.0] {
            check("pow", |x| pow(x, b), |x, _| pow_pull0(1.0, x, b), &POSITIVE);
            check("pow", |x| pow(b.abs(), x), |x, y| pow_pull1(1.0, b.abs(), x, y), &POSITIVE);
        }
        for b in [-1.0, 0.0, 0.5, 1.0, 3.0] {
            check("pow twice", |x| pow_pull0(1.0, x, b), |x, _| pow_curvature(x, b), &POSITIVE[1..]);
        }
        for a in [0.5, 1.0, 2.5] {
            check("pow by both", |x| pow_pull0(1.0, a, x), |x, _| pow_mixed(a, x), &POSITIVE);
        }
        check("gelu twice", |x| gelu_pull(1.0, x), |x, _| gelu_curvature(x), &ALL);
        check("gelu_tanh twice", |x| gelu_tanh_pull(1.0, x), |x, _| gelu_tanh_curvature(x), &ALL);
        check("silu twice", |x| silu_pull(1.0, x), |x, _| silu_curvature(x), &ALL);
        check("softplus twice", |x| softplus_pull(1.0, x, 2.0, 5.0), |x, _| softplus_curvature(x, 2.0, 5.0), &ALL);
        check("relu", relu, |_, y| relu_pull(1.0, y), &ALL);
        check("gelu", gelu, |x, _| gelu_pull(1.0, x), &ALL);
        check("gelu_tanh", gelu_tanh, |x, _| gelu_tanh_pull(1.0, x), &ALL);
        check("silu", silu, |x, _| silu_pull(1.0, x), &ALL);
        for slope in [0.01, 0.5] {
            check("leaky_relu", |x| leaky_relu(x, slope), |x, _| leaky_relu_pull(1.0, x, slope), &ALL);
            check("leaky_relu", |s| leaky_relu(-slope, s), |_, _| -slope, &POSITIVE);
            check("elu", |x| elu(x, slope), |x, _| elu_pull(1.0, x, slope), &ALL);
            check("elu", |alpha| elu(-slope, alpha), |_, _| elu_pull_alpha(1.0, -slope), &POSITIVE);
        }
        check("softplus", |x| softplus(x, 1.0, 20.0), |x, _| softplus_pull(1.0, x, 1.0, 20.0), &ALL);
        check("softplus", |x| softplus(x, 2.0, 5.0), |x, _| softplus_pull(1.0, x, 2.0, 5.0), &ALL);
        check("clamp", |x| clamp(x, -1.0, 1.0), |x, _| clamp_pull(1.0, x, -1.0, 1.0), &ALL);
        for b in [-1.0, 0.5, 2.0] {
            check("maximum", |x| maximum(x, b), |x, _| maximum_pull0(1.0, x, b), &ALL);
            check("maximum", |x| maximum(b, x), |x, _| maximum_pull1(1.0, b, x), &ALL);
            check("minimum", |x| minimum(x, b), |x, _| minimum_pull0(1.0, x, b), &ALL);
            check("minimum", |x| minimum(b, x), |x, _| minimum_pull1(1.0, b, x), &ALL);
        }
    }

    #[test]
    fn gradients_at_kinks_are_those_of_pytorch() {
        // torch 2.15, float64
        assert_eq!([relu_pull(1.0, 0.0), sign(0.0), sign(f64::NAN)], [0.0; 3]);
        assert_eq!([-1.0, 0.0, 0.5, 1.0, 2.0].map(|x| clamp_pull(1.0, x, 0.0, 1.0)), [0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!([maximum_pull0(1.0, 1.0, 1.0), maximum_pull1(1.0, 1.0, 1.0)], [0.5, 0.5]);
        assert_eq!([minimum_pull0(1.0, 3.0, 1.0), minimum_pull1(1.0, 3.0, 1.0)], [0.0, 1.0]);
        let powers = [(0.0, 0.0), (0.0, 2.0), (0.0, -1.0), (-1.0, 2.0), (2.0, 0.0)];
        assert_eq!(powers.map(|(a, b)| pow(a, b)), [1.0, 0.0, f64::INFINITY, 1.0, 1.0]);
        assert_eq!(powers.map(|(a, b)| pow_pull0(1.0, a, b)), [0.0, 0.0, f64::NEG_INFINITY, -2.0, 0.0]);
        let exponents = powers.map(|(a, b)| pow_pull1(1.0, a, b, pow(a, b)));
        assert_eq!(exponents[..3], [0.0, 0.0, f64::NEG_INFINITY]);
        assert!(exponents[3].is_nan() && (exponents[4] - core::f64::consts::LN_2).abs() < 1e-15);
    }

    #[test]
    fn whole_numbers_are_those_of_std() {
        for x in
            [-2.5f64, -1.5, -1.0, -0.7, -0.5, -0.2, -0.0, 0.0, 0.3, 0.5, 1.5, 2.5, 3.0, 4503599627370495.5, 1e16, 1e300]
        {
            for x in [x, -x] {
                assert_eq!([floor(x), ceil(x), round(x)], [x.floor(), x.ceil(), x.round_ties_even()], "{x}");
                let x = x as f32;
                assert_eq!([floor(x), ceil(x), round(x)], [x.floor(), x.ceil(), x.round_ties_even()], "{x}");
            }
        }
        assert!(floor(f64::NAN).is_nan() && floor(f64::INFINITY) == f64::INFINITY);
    }

    #[test]
    fn one_nan_is_the_larger_and_the_smaller_one() {
        for (a, b) in [(f32::NAN, 1.0), (1.0, f32::NAN)] {
            assert!(maximum(a, b).is_nan() && minimum(a, b).is_nan());
            let pulls = [maximum_pull0, maximum_pull1, minimum_pull0, minimum_pull1];
            assert!(pulls.iter().all(|pull| pull(1.0, a, b) == 1.0)); // as in torch 2.15
        }
        assert!(clamp(f32::NAN, 0.0, 1.0).is_nan() && relu(f32::NAN).is_nan());
    }

    #[test]
    fn conditions_are_numbers() {
        let chosen: Vec<f32> = [0.0, 1.0, -2.0, f32::NAN].into_iter().map(|c| where_(c, 3.0, 4.0)).collect();
        assert_eq!(chosen, [4.0, 3.0, 3.0, 3.0]);
        assert_eq!(
            [less(1.0, 2.0), less_equal(2.0, 2.0), greater(1.0, 2.0), greater_equal(1.0, 2.0)],
            [1.0, 1.0, 0.0, 0.0]
        );
        assert_eq!([equal(1.0, 1.0), not_equal(1.0, 1.0), equal(f64::NAN, f64::NAN)], [1.0, 0.0, 0.0]);
    }
}
