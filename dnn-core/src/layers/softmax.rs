//! y[a] = e^(x[a] - m) / sum over k of e^(x[k] - m), with m the largest x[k], so that e^(..) cannot overflow
//!
//! dx[a] = y[a] (dy[a] - sum over k of dy[k] y[k])
//!
//! -inf becomes 0. A NaN or inf among the inputs, or nothing but -inf, makes every output NaN, as in PyTorch.

use crate::kernels::elementary::Probabilities;
#[cfg(not(feature = "deterministic"))]
use crate::kernels::elementary::ProbabilitiesBack;
use crate::kernels::route;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;

/// Probabilities that are proportional to e^x, PyTorch's
/// [`Softmax`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html).
///
/// It works on `[[T; INNER]; AXIS]`: over AXIS elements, for each of INNER columns.
///
/// To train a classifier, end the network with its logits and use [`CrossEntropy`](struct@crate::CrossEntropy): a logarithm
/// of these probabilities would lose what they rounded away.
///
/// ```
/// use dnn_core::{InPlace, Softmax};
/// let mut buffer = [[[7.0f32], [7.0], [f32::NEG_INFINITY]]];
/// Softmax.infer(&mut buffer);
/// assert_eq!(buffer, [[[0.5], [0.5], [0.0]]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmax;

/// The largest element of column `i`, -inf where there is none; a NaN is passed over.
// A loop and not an iterator: small builds leave closures out of line, where `i` is not known to be less than INNER.
#[inline(always)]
pub(super) fn largest<T: Scalar, const AXIS: usize, const INNER: usize>(x: &[[T; INNER]; AXIS], i: usize) -> T {
    let mut largest = T::from_f64(f64::NEG_INFINITY);
    for row in x {
        if row[i] > largest {
            largest = row[i];
        }
    }
    largest
}

impl<T: Scalar, const AXIS: usize, const INNER: usize> InPlace<[[T; INNER]; AXIS]> for Softmax {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [[[T; INNER]; AXIS]]) {
        for x in buffer {
            if const { INNER == 1 && route::functions_by_vectors(AXIS) } {
                T::softmax(&mut Probabilities(x.as_flattened_mut()));
                continue;
            }
            for i in 0..INNER {
                let m = largest(x, i);
                let mut sum = T::ZERO;
                for row in x.iter_mut() {
                    row[i] = (row[i] - m).exp();
                    sum += row[i];
                }
                for row in x.iter_mut() {
                    row[i] /= sum;
                }
            }
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[[[T; INNER]; AXIS]], gradient: &mut [[[T; INNER]; AXIS]]) {
        for (y, d) in y.iter().zip(gradient) {
            #[cfg(not(feature = "deterministic"))]
            if const { INNER == 1 && route::functions_by_vectors(AXIS) } {
                T::softmax_back(&mut ProbabilitiesBack { y: y.as_flattened(), d: d.as_flattened_mut() });
                continue;
            }
            for i in 0..INNER {
                let mut sum = T::ZERO;
                for (y, d) in y.iter().zip(d.iter()) {
                    sum += y[i] * d[i];
                }
                for (y, d) in y.iter().zip(d.iter_mut()) {
                    d[i] = y[i] * (d[i] - sum);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_sums_to_one_and_its_gradient_to_zero() {
        let mut buffer = [[[1e30f64, 0.0], [1e30, 3f64.ln()]]];
        Softmax.infer(&mut buffer);
        assert_eq!(buffer[0].map(|row| row[0]), [0.5, 0.5]);
        assert!((buffer[0][0][1] - 0.25).abs() < 1e-15 && (buffer[0][1][1] - 0.75).abs() < 1e-15);
        let mut gradient = [[[4.0, 16.0], [8.0, 0.0]]];
        Softmax.backward(&Pass::default(), &[[[0.5, 0.25], [0.5, 0.75]]], &mut gradient);
        assert_eq!(gradient, [[[-1.0, 3.0], [1.0, -3.0]]]);
    }

    #[test]
    fn one_nan_spoils_its_column_alone() {
        let mut buffer = [[[f32::NAN, 1.0, f32::INFINITY], [0.0, 1.0, 0.0]]];
        Softmax.infer(&mut buffer);
        for row in buffer[0] {
            assert!(row[0].is_nan() && row[1] == 0.5 && row[2].is_nan());
        }
    }
}
