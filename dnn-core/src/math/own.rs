//! Elementary functions without any library, in `f64`: short series after reduction to a small argument.
//!
//! Every one is within 1e-15 of the standard library's relative to the result (`f32` goes through them and loses nothing).
//! `erf` serves wherever `libm` is not a dependency, since the standard library has none.

#![cfg_attr(all(feature = "std", not(test)), allow(dead_code, reason = "with std only `erf` is called"))]

const LN_2_HIGH: f64 = 0.693_147_180_369_123_8; // ln 2 with its last 21 bits zero: products with small integers are exact
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10; // ln 2 - LN_2_HIGH
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: adding and subtracting it rounds to the nearest integer

/// e^x: e^r 2^k with |r| <= ln(2)/2, e^r by its Taylor series, whose term of degree 14 is below 5e-18.
pub(crate) fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.79 {
        return f64::INFINITY;
    }
    if x < -745.2 {
        return 0.0;
    }
    let k = (x * core::f64::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let power = (1.0 + taylor(r)) * power_of_two((k * 0.5) as i64);
    power * power_of_two(k as i64 - (k * 0.5) as i64)
}

/// e^r - 1 for small r, by Horner's rule from degree 14 down to 1.
fn taylor(r: f64) -> f64 {
    let mut sum = 0.0;
    let mut n = 14.0;
    while n >= 1.0 {
        sum = (1.0 + sum) * r / n;
        n -= 1.0;
    }
    sum
}

/// 2^k for -1022 <= k <= 1023.
fn power_of_two(k: i64) -> f64 {
    f64::from_bits(((k + 1023) as u64) << 52)
}

/// e^x - 1
pub(crate) fn exp_m1(x: f64) -> f64 {
    if x.abs() < 0.35 { taylor(x) } else { exp(x) - 1.0 }
}

/// ln x = e ln 2 + 2 artanh((m - 1)/(m + 1)) for x = m 2^e, m in [sqrt(1/2), sqrt(2)).
pub(crate) fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * power_of_two(54), -54.0) } else { (x, 0.0) };
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) as i64 - 1023) as f64 + shift;
    let mut mantissa = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    if mantissa > core::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1.0;
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s; // at most 0.0295, so that the term of degree 25 is below 1e-20
    let mut sum = 0.0;
    let mut n = 23.0;
    while n >= 3.0 {
        sum = (sum + 1.0 / n) * square;
        n -= 2.0;
    }
    exponent * LN_2_HIGH + (2.0 * s * (1.0 + sum) + exponent * LN_2_LOW)
}

/// ln(1 + x); what rounding 1 + x loses is put back to first order.
pub(crate) fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    if sum == 1.0 || sum == f64::INFINITY {
        return x;
    }
    if sum.is_nan() || sum <= 0.0 {
        return ln(sum);
    }
    ln(sum) + (x - (sum - 1.0)) / sum
}

/// tanh x = t/(t + 2) with t = e^(2|x|) - 1
pub(crate) fn tanh(x: f64) -> f64 {
    let t = exp_m1(2.0 * if x.abs() < 22.0 { x.abs() } else { 22.0 });
    let magnitude = if x.abs() > 22.0 { 1.0 } else { t / (t + 2.0) };
    if x.is_nan() { x } else { magnitude.copysign(x) }
}

/// erf x: e^(-x^2) times a series of positive terms up to 2.5, beyond it 1 - erfc by a continued fraction
/// (M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 7.1.6 and 7.1.14).
pub(crate) fn erf(x: f64) -> f64 {
    const TWO_BY_SQRT_PI: f64 = core::f64::consts::FRAC_2_SQRT_PI;
    let a = x.abs();
    if x.is_nan() {
        return x;
    }
    if a > 6.0 {
        return 1f64.copysign(x);
    }
    let magnitude = if a < 2.5 {
        let (mut term, mut sum, mut n) = (a, a, 1.0);
        while term > sum * 1e-17 {
            term *= 2.0 * a * a / (2.0 * n + 1.0);
            sum += term;
            n += 1.0;
        }
        TWO_BY_SQRT_PI * exp(-a * a) * sum
    } else {
        let mut fraction = a;
        let mut n = 60.0;
        while n >= 1.0 {
            fraction = a + 0.5 * n / fraction;
            n -= 1.0;
        }
        1.0 - 0.5 * TWO_BY_SQRT_PI * exp(-a * a) / fraction
    };
    magnitude.copysign(x)
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    /// Miri is a thousand times slower.
    const STEPS: i32 = if cfg!(miri) { 50 } else { 20_000 };

    fn agree(name: &str, own: fn(f64) -> f64, std: fn(f64) -> f64, from: f64, to: f64) {
        for i in 0..=STEPS {
            let x = from + (to - from) * f64::from(i) / f64::from(STEPS);
            let (got, want) = (own(x), std(x));
            assert!((got - want).abs() <= 1e-15 * want.abs(), "{name}({x}) = {got}, not {want}");
        }
    }

    #[test]
    fn functions_agree_with_the_standard_library() {
        agree("exp", exp, f64::exp, -700.0, 709.0);
        agree("exp_m1", exp_m1, f64::exp_m1, -3.0, 3.0);
        agree("ln", ln, f64::ln, 1e-3, 0.9);
        agree("ln", ln, f64::ln, 1.1, 1e6);
        agree("ln_1p", ln_1p, f64::ln_1p, -0.5, 3.0);
        agree("tanh", tanh, f64::tanh, -25.0, 25.0);
    }

    #[test]
    fn erf_has_the_tabulated_values() {
        // NIST Digital Library of Mathematical Functions, table 7.23(i) region, to 16 digits.
        for (x, want) in [
            (0.0, 0.0),
            (0.1, 0.112_462_916_018_284_9),
            (0.5, 0.520_499_877_813_046_5),
            (1.0, 0.842_700_792_949_714_9),
            (2.0, 0.995_322_265_018_952_7),
            (2.5, 0.999_593_047_982_555),
            (3.0, 0.999_977_909_503_001_4),
            (7.0, 1.0),
        ] {
            assert!((erf(x) - want).abs() <= 4e-16, "erf({x}) = {}", erf(x));
            assert_eq!(erf(-x), -erf(x));
        }
    }

    #[test]
    fn the_ends_of_the_number_line_are_those_of_the_standard_library() {
        for x in [0.0, f64::INFINITY, f64::MIN_POSITIVE / 4.0, 1e-300, f64::MAX] {
            for (own, std) in [
                (exp as fn(f64) -> f64, f64::exp as fn(f64) -> f64),
                (ln, f64::ln),
                (tanh, f64::tanh),
                (ln_1p, f64::ln_1p),
            ] {
                let (got, want) = (own(x), std(x));
                assert!(got == want || (got - want).abs() <= 1e-15 * want.abs(), "{x}: {got}, not {want}");
            }
        }
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(-745.0), (-745f64).exp());
        assert_eq!(tanh(f64::NEG_INFINITY), -1.0);
        assert_eq!(ln_1p(-1.0), f64::NEG_INFINITY);
        for function in [exp, exp_m1, ln, ln_1p, tanh, erf] {
            assert!(function(f64::NAN).is_nan());
        }
        assert!(ln(-1.0).is_nan());
    }
}
