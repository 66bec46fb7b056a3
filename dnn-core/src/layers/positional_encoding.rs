//! y[s][2 i] = x[s][2 i] + sin(s w), y[s][2 i + 1] = x[s][2 i + 1] + cos(s w) with w = 10000^(-2 i / D)
//!
//! dx = dy
//!
//! The waves are not stored: each is turned on from step to step by the sum formulas of sine and cosine in f64, whose error
//! grows by less than 4e-16 a step. A NaN stays a NaN.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;

/// Adds waves of D/2 lengths to a sequence [S, D], by which a network without recurrence knows the places of steps
/// (A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.5).
///
/// [`PositionalEmbedding`](crate::PositionalEmbedding) learns what is added.
///
/// ```
/// use dnn_core::{InPlace, PositionalEncoding};
/// let mut buffer = [[[0.0f32; 4]; 2]];
/// PositionalEncoding.infer(&mut buffer);
/// assert_eq!(buffer[0][0], [0.0, 1.0, 0.0, 1.0]);
/// assert_eq!(buffer[0][1], [1f32.sin(), 1f32.cos(), 0.01f32.sin(), 0.01f32.cos()]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PositionalEncoding;

/// sin x and cos x for 0 <= x <= 1 by their series, to the last digits of f64.
fn sine_and_cosine(x: f64) -> (f64, f64) {
    let (square, mut sine, mut cosine) = (x * x, 1.0, 1.0);
    let mut n = 20.0;
    while n >= 2.0 {
        cosine = 1.0 - square / (n * (n - 1.0)) * cosine;
        sine = 1.0 - square / (n * (n + 1.0)) * sine;
        n -= 2.0;
    }
    (x * sine, cosine)
}

impl<T: Scalar, const D: usize, const S: usize> InPlace<[[T; D]; S]> for PositionalEncoding {
    const KEEPS: Keeps = Keeps::Nothing;

    fn infer(&self, buffer: &mut [[[T; D]; S]]) {
        const LN_10000: f64 = 4.0 * core::f64::consts::LN_10;
        for i in 0..D.div_ceil(2) {
            let (turn, step) = sine_and_cosine(Scalar::exp(-LN_10000 * (2 * i) as f64 / D as f64));
            let (mut sine, mut cosine) = (0.0, 1.0);
            for s in 0..S {
                for sample in buffer.iter_mut() {
                    let pair = sample[s].iter_mut().skip(2 * i);
                    for (x, wave) in pair.zip([sine, cosine]) {
                        *x += T::from_f64(wave);
                    }
                }
                (sine, cosine) = (sine * step + cosine * turn, cosine * step - sine * turn);
            }
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, _: &[[[T; D]; S]], _: &mut [[[T; D]; S]]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_exact_to_the_last_digits() {
        for n in 0..=100 {
            let x = f64::from(n) / 100.0;
            let (sine, cosine) = sine_and_cosine(x);
            assert!((sine - x.sin()).abs() < 2e-16 && (cosine - x.cos()).abs() < 2e-16, "{x}");
        }
    }

    #[test]
    fn waves_stay_exact_over_thousands_of_steps_and_an_odd_width_ends_with_a_sine() {
        let mut buffer = std::vec![[[1.0f64; 3]; 4096]];
        PositionalEncoding.infer(&mut buffer);
        let slow = (-4.0 * core::f64::consts::LN_10 * 2.0 / 3.0).exp();
        for (s, row) in buffer[0].iter().enumerate() {
            let s = s as f64;
            let expected = [1.0 + s.sin(), 1.0 + s.cos(), 1.0 + (s * slow).sin()];
            assert!(row.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 2e-12), "{s}: {row:?}");
        }
        let mut gradient = [[[2.0f32; 3]; 2]];
        PositionalEncoding.backward(&Pass::default(), &[], &mut gradient);
        assert_eq!(gradient, [[[2.0; 3]; 2]]);
    }
}
