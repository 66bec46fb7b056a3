//! y[a] = (x[a] - m) - ln sum over k of e^(x[k] - m), with m the largest x[k], so that e^(..) cannot overflow
//!
//! dx[a] = dy[a] - e^y[a] sum over k of dy[k]
//!
//! -inf stays. A NaN or inf among the inputs, or nothing but -inf, makes every output NaN, as in PyTorch.

use super::softmax::largest;
#[cfg(not(feature = "deterministic"))]
use crate::kernels::{
    elementary::{LogProbabilities, LogProbabilitiesBack},
    route,
};
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;

/// The logarithms of the probabilities that are proportional to e^x, PyTorch's
/// [`LogSoftmax`](https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html): the last layer before
/// [`Nll`](struct@crate::Nll).
///
/// It works on `[[T; INNER]; AXIS]`: over AXIS elements, for each of INNER columns.
///
/// ```
/// use dnn_core::{InPlace, LogSoftmax};
/// let mut buffer = [[[7.0f32], [7.0]]];
/// LogSoftmax.infer(&mut buffer);
/// assert_eq!(buffer, [[[-core::f32::consts::LN_2]; 2]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSoftmax;

impl<T: Scalar, const AXIS: usize, const INNER: usize> InPlace<[[T; INNER]; AXIS]> for LogSoftmax {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [[[T; INNER]; AXIS]]) {
        for x in buffer {
            #[cfg(not(feature = "deterministic"))]
            if const { INNER == 1 && route::functions_by_vectors(AXIS) } {
                T::log_softmax(&mut LogProbabilities(x.as_flattened_mut()));
                continue;
            }
            for i in 0..INNER {
                let m = largest(x, i);
                let mut sum = T::ZERO;
                for row in x.iter() {
                    sum += (row[i] - m).exp();
                }
                let log_sum = sum.ln();
                for row in x.iter_mut() {
                    row[i] = (row[i] - m) - log_sum;
                }
            }
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[[[T; INNER]; AXIS]], gradient: &mut [[[T; INNER]; AXIS]]) {
        for (y, d) in y.iter().zip(gradient) {
            #[cfg(not(feature = "deterministic"))]
            if const { INNER == 1 && route::functions_by_vectors(AXIS) } {
                T::log_softmax_back(&mut LogProbabilitiesBack { y: y.as_flattened(), d: d.as_flattened_mut() });
                continue;
            }
            for i in 0..INNER {
                let mut sum = T::ZERO;
                for d in d.iter() {
                    sum += d[i];
                }
                for (y, d) in y.iter().zip(d.iter_mut()) {
                    d[i] -= y[i].exp() * sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::LN_2;

    #[test]
    fn every_column_is_the_logarithm_of_probabilities() {
        let mut buffer = [[[1e30f64, 0.0], [1e30, -1e30]]];
        LogSoftmax.infer(&mut buffer);
        assert_eq!(buffer, [[[-LN_2, 0.0], [-LN_2, -1e30]]]);
        let mut gradient = [[[4.0, 5.0], [8.0, 6.0]]];
        LogSoftmax.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[[-2.0, -6.0], [2.0, 6.0]]]);
    }

    #[test]
    fn one_nan_spoils_its_column_alone() {
        let mut buffer = [[[f32::NAN, 1.0], [0.0, f32::NEG_INFINITY]]];
        LogSoftmax.infer(&mut buffer);
        assert!(buffer[0][0][0].is_nan() && buffer[0][1][0].is_nan());
        assert_eq!([buffer[0][0][1], buffer[0][1][1]], [0.0, f32::NEG_INFINITY]);
    }
}
