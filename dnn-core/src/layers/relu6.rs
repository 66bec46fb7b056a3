//! y = 0 where x < 0, 6 where x > 6, else x
//!
//! dx = dy where 0 < y < 6, else 0: at the kinks the gradient is 0, as in PyTorch. A NaN stays a NaN, and its gradient is dy.

use super::hardtanh::Hardtanh;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The rectified linear unit up to 6, PyTorch's
/// [`ReLU6`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU6.html)
/// (A. Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017).
///
/// ```
/// use dnn_core::{InPlace, Relu6};
/// let mut buffer = [[-4.0f32, 5.0, 8.0]];
/// Relu6.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 5.0, 6.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu6;

const BETWEEN: Hardtanh = Hardtanh { min_val: 0.0, max_val: 6.0 };

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Relu6 {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        BETWEEN.infer(buffer);
    }

    #[inline(always)]
    fn backward(&self, pass: &Pass, y: &[X], gradient: &mut [X]) {
        BETWEEN.backward(pass, y, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_from_zero_to_six_stay_and_the_others_pass_no_gradient() {
        let mut buffer = [[-1.0f32, 0.0, 2.0, 6.0, 7.0]];
        Relu6.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, 0.0, 2.0, 6.0, 6.0]]);
        let mut gradient = [[3.0; 5]];
        Relu6.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 0.0, 3.0, 0.0, 0.0]]);
    }
}
