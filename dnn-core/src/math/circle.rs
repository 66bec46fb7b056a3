//! Sine and cosine without any library: x = k pi/2 + r with |r| <= pi/4, and Taylor series of r.
//!
//! Only operations that IEEE 754 rounds, and integers: the bits are the same on every machine. The reduction is exact for
//! every number, however large (M. Payne, R. Hanek, "Radian Reduction for Trigonometric Functions", SIGNUM Newsletter 18,
//! 1983): of the product with 2/pi, those 190 bits are computed that lie behind the multiples of a whole turn. No `f64` comes
//! closer to a multiple of pi/2 than 2^-61 of it.
//!
//! `f32` is computed in `f64` and rounded once. Over 60,000 random `f64` of all sizes the largest errors are 0.81 units of the last
//! place for the sine and 0.74 for the cosine.

#![cfg_attr(
    all(any(feature = "std", feature = "libm"), not(feature = "deterministic")),
    allow(dead_code, reason = "only tests call it then")
)]

use super::own::polynomial;
use super::pair::{Pair, product};
use core::f64::consts::FRAC_PI_4;

/// 2/pi in binary, after 64 zeros: 1216 bits behind the point.
const TWO_BY_PI: [u64; 20] = [
    0,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
];

/// pi/2
const HALF_PI: Pair = Pair { high: core::f64::consts::FRAC_PI_2, low: 6.123_233_995_736_766e-17 };

/// 2^-n
fn negative_power(n: u32) -> f64 {
    f64::from_bits(u64::from(1023 - n) << 52)
}

/// k modulo 4 and r with x = k pi/2 + r and |r| <= pi/4, for a finite x of at least 1/2.
fn reduce(x: f64) -> (u64, Pair) {
    let bits = x.to_bits();
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    // x = mantissa 2^(exponent - 1075). The first bit of 2/pi whose product is not a multiple of 4 is this one.
    let first = (bits >> 52).wrapping_sub(1075 - 62) as usize;
    let word = |at: usize| {
        let pair = |i: usize| u128::from(*TWO_BY_PI.get(first / 64 + i).unwrap_or(&0));
        ((pair(at) << 64 | pair(at + 1)) << (first % 64) >> 64) as u64
    };
    let low = mantissa * u128::from(word(2));
    let middle = mantissa * u128::from(word(1)) + (low >> 64);
    let high = (mantissa as u64).wrapping_mul(word(0)).wrapping_add((middle >> 64) as u64);
    // Two bits are k modulo 4, those behind them a fraction of pi/2.
    let fraction = (u128::from(high) << 64 | u128::from(middle as u64)) << 2 | u128::from(low as u64 >> 62);
    let up = fraction >> 127 == 1;
    let quadrant = (high >> 62) + u64::from(up);
    let size = if up { fraction.wrapping_neg() } else { fraction };
    let zeros = size.leading_zeros();
    let digits = size.wrapping_shl(zeros);
    let part = |digits: u64, place: u32| digits as f64 * negative_power(place + zeros);
    let (a, b) = (part((digits >> 75) as u64, 53), part((digits >> 22) as u64 & ((1 << 53) - 1), 106));
    let Pair { high, low } = product(a, HALF_PI.high);
    let r = Pair { high, low: low + (a * HALF_PI.low + b * HALF_PI.high) };
    (quadrant, if up { Pair { high: -r.high, low: -r.low } } else { r })
}

/// sin r = r - r^3/3! + r^5/5! - ..
fn sine(r: Pair) -> f64 {
    let (x, z) = (r.high, r.high * r.high);
    let series = polynomial!(z; -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362_880.0, -1.0 / 39_916_800.0,
        1.0 / 6_227_020_800.0, -1.0 / 1_307_674_368_000.0, 1.0 / 355_687_428_096_000.0);
    x + (r.low * (1.0 - 0.5 * z) + x * z * series)
}

/// cos r = 1 - r^2/2! + r^4/4! - ..
fn cosine(r: Pair) -> f64 {
    let (x, z) = (r.high, r.high * r.high);
    let series = polynomial!(z; 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40_320.0, -1.0 / 3_628_800.0, 1.0 / 479_001_600.0,
        -1.0 / 87_178_291_200.0, 1.0 / 20_922_789_888_000.0);
    let half = 0.5 * z;
    let rest = 1.0 - half;
    rest + (((1.0 - rest) - half) + (z * z * series - x * r.low))
}

/// The sine of |x| where `quarter` is 0, and its cosine where it is 1.
fn wave(x: f64, quarter: u64) -> f64 {
    let a = x.abs();
    if !a.is_finite() {
        return f64::NAN;
    }
    let (quadrant, r) = if a <= FRAC_PI_4 { (0, Pair { high: a, low: 0.0 }) } else { reduce(a) };
    let quadrant = quadrant + quarter;
    let y = if quadrant & 1 == 0 { sine(r) } else { cosine(r) };
    if quadrant & 2 == 0 { y } else { -y }
}

pub(crate) fn sin(x: f64) -> f64 {
    let y = wave(x, 0);
    if x.is_sign_negative() { -y } else { y }
}

pub(crate) fn cos(x: f64) -> f64 {
    wave(x, 1)
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    /// Miri is a thousand times slower.
    const STEPS: i32 = if cfg!(miri) { 50 } else { 20_000 };

    fn agree(x: f64) {
        for (name, got, want) in [("sin", sin(x), x.sin()), ("cos", cos(x), x.cos())] {
            assert!((got - want).abs() <= 2.3e-16 * want.abs(), "{name}({x:e}) = {got:e}, not {want:e}");
        }
    }

    #[test]
    fn waves_agree_with_the_standard_library() {
        for i in 0..=STEPS {
            let t = f64::from(i) / f64::from(STEPS);
            agree(20.0 * t - 10.0);
            agree(1e6 * t);
            agree(f64::from_bits((t * (f64::MAX.to_bits() - 1000) as f64) as u64));
        }
    }

    #[test]
    fn arguments_next_to_multiples_of_a_quarter_turn() {
        // The worst of all `f64`, 2^-61 next to a multiple of pi/2 (J.-M. Muller, "Elementary Functions", table 11.1), for which
        // not every standard library has all digits.
        assert_eq!(cos(6_381_956_970_095_103.0 * 2f64.powi(797)), -4.687_165_924_254_628e-19);
        for k in 1..=if cfg!(miri) { 10 } else { 1000 } {
            let x = f64::from(k) * core::f64::consts::FRAC_PI_2;
            for x in [x, x.next_down(), x.next_up(), -x] {
                agree(x);
            }
        }
        agree(FRAC_PI_4.next_up());
    }

    #[test]
    fn the_ends_of_the_number_line() {
        assert_eq!([sin(0.0).to_bits(), sin(-0.0).to_bits()], [0.0f64.to_bits(), (-0.0f64).to_bits()]);
        assert_eq!([sin(f64::MIN_POSITIVE / 4.0), cos(1e-300)], [f64::MIN_POSITIVE / 4.0, 1.0]);
        agree(f64::MAX);
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert!(sin(x).is_nan() && cos(x).is_nan());
        }
    }
}
