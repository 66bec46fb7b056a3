//! y = x h(x) with h(x) = 0 where x <= -3, 1 where x >= 3, else x / 6 + 1/2
//!
//! dx = 0 where x <= -3, dy where x >= 3, else dy (x / 3 + 1/2): at the kinks the gradient is that of the straight lines
//! outside, as in PyTorch. A NaN stays a NaN, and so does its gradient. At -inf the result is NaN.

use super::hardsigmoid::hardsigmoid;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// x times a sigmoid of three straight lines, PyTorch's
/// [`Hardswish`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardswish.html)
/// (A. Howard et al., "Searching for MobileNetV3", ICCV 2019).
///
/// ```
/// use dnn_core::{Hardswish, InPlace};
/// let mut buffer = [[-4.0f32, -1.5, 1.5, 4.0]];
/// Hardswish.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, -0.375, 1.125, 4.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hardswish;

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Hardswish {
    const KEEPS: Keeps = Keeps::Input;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        for v in flat_mut(buffer) {
            *v *= hardsigmoid(*v);
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, x: &[X], gradient: &mut [X]) {
        let (three, half) = (X::Scalar::from_f64(3.0), X::Scalar::from_f64(0.5));
        for (x, d) in flat(x).iter().zip(flat_mut(gradient)) {
            *d = if *x <= -three {
                X::Scalar::ZERO
            } else if *x >= three {
                *d
            } else {
                *d * (*x / three + half)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_the_kinks_it_is_a_parabola() {
        let x = [[-3.0f64, -1.5, 0.0, 1.5, 3.0, 6.0]];
        let mut buffer = x;
        Hardswish.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, -0.375, 0.0, 1.125, 3.0, 6.0]]);
        let mut gradient = [[2.0; 6]];
        Hardswish.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!(gradient, [[0.0, 0.0, 1.0, 2.0, 2.0, 2.0]]);
    }

    #[test]
    fn a_nan_stays_one_and_so_does_its_gradient() {
        let x = [[f32::NAN]];
        let (mut buffer, mut gradient) = (x, [[1.0]]);
        Hardswish.infer(&mut buffer);
        Hardswish.backward(&Pass::default(), &x, &mut gradient);
        assert!(buffer[0][0].is_nan() && gradient[0][0].is_nan());
    }
}
