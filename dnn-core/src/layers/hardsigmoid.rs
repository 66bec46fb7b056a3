//! y = 0 where x <= -3, 1 where x >= 3, else x / 6 + 1/2
//!
//! dx = dy / 6 where 0 < y < 1, else 0: at the kinks the gradient is 0, as in PyTorch. A NaN stays a NaN, and its gradient
//! is 0.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// A sigmoid of three straight lines, PyTorch's
/// [`Hardsigmoid`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html)
/// (A. Howard et al., "Searching for MobileNetV3", ICCV 2019).
///
/// ```
/// use dnn_core::{Hardsigmoid, InPlace};
/// let mut buffer = [[-4.0f32, 0.0, 1.5, 4.0]];
/// Hardsigmoid.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 0.5, 0.75, 1.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hardsigmoid;

/// y of one element.
#[inline(always)]
pub(super) fn hardsigmoid<T: Scalar>(x: T) -> T {
    let three = T::from_f64(3.0);
    if x <= -three {
        T::ZERO
    } else if x >= three {
        T::ONE
    } else {
        (x + three) / T::from_f64(6.0)
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Hardsigmoid {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        for v in flat_mut(buffer) {
            *v = hardsigmoid(*v);
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        let (zero, one, six) = (X::Scalar::ZERO, X::Scalar::ONE, X::Scalar::from_f64(6.0));
        for (y, d) in flat(y).iter().zip(flat_mut(gradient)) {
            *d = if *y > zero && *y < one { *d / six } else { zero };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_straight_lines_and_their_slopes() {
        let mut buffer = [[-3.0f64, -1.5, 0.0, 3.0, f64::NEG_INFINITY, f64::INFINITY]];
        Hardsigmoid.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, 0.25, 0.5, 1.0, 0.0, 1.0]]);
        let mut gradient = [[6.0; 6]];
        Hardsigmoid.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 1.0, 1.0, 0.0, 0.0, 0.0]]);
    }

    #[test]
    fn a_nan_stays_one() {
        let mut buffer = [[f32::NAN]];
        Hardsigmoid.infer(&mut buffer);
        assert!(buffer[0][0].is_nan());
    }
}
