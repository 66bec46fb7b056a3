//! y = min_val where x < min_val, max_val where x > max_val, else x
//!
//! dx = dy where min_val < y < max_val, else 0: at the kinks the gradient is 0, as in PyTorch. A NaN stays a NaN, and its
//! gradient is dy.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// The identity between two limits, PyTorch's
/// [`Hardtanh`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html).
///
/// ```
/// use dnn_core::{Hardtanh, InPlace};
/// let mut buffer = [[-4.0f32, 0.5, 4.0]];
/// Hardtanh::default().infer(&mut buffer);
/// assert_eq!(buffer, [[-1.0, 0.5, 1.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hardtanh {
    /// The lower limit, -1 by default.
    pub min_val: f64,
    /// The upper limit, 1 by default; not below the lower one.
    pub max_val: f64,
}

impl Default for Hardtanh {
    fn default() -> Hardtanh {
        Hardtanh { min_val: -1.0, max_val: 1.0 }
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Hardtanh {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        let (low, high) = (X::Scalar::from_f64(self.min_val), X::Scalar::from_f64(self.max_val));
        for v in flat_mut(buffer) {
            if *v < low {
                *v = low;
            } else if *v > high {
                *v = high;
            }
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        let (low, high) = (X::Scalar::from_f64(self.min_val), X::Scalar::from_f64(self.max_val));
        for (y, d) in flat(y).iter().zip(flat_mut(gradient)) {
            if *y <= low || *y >= high {
                *d = X::Scalar::ZERO;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_limits_become_them_and_pass_no_gradient() {
        let layer = Hardtanh { min_val: -2.0, max_val: 0.5 };
        let mut buffer = [[-3.0f32, -2.0, 0.25, 0.5, f32::INFINITY]];
        layer.infer(&mut buffer);
        assert_eq!(buffer, [[-2.0, -2.0, 0.25, 0.5, 0.5]]);
        let mut gradient = [[8.0; 5]];
        layer.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 0.0, 8.0, 0.0, 0.0]]);
    }

    #[test]
    fn a_nan_stays_one_and_passes_its_gradient() {
        let mut buffer = [[f64::NAN]];
        Hardtanh::default().infer(&mut buffer);
        let mut gradient = [[8.0]];
        Hardtanh::default().backward(&Pass::default(), &buffer, &mut gradient);
        assert!(buffer[0][0].is_nan() && gradient == [[8.0]]);
    }
}
