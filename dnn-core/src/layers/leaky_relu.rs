//! y = x where x > 0, else s x, with the slope s
//!
//! dx = dy where y > 0, else s dy: the gradient at the kink x = 0 is s dy, as in PyTorch. A NaN stays a NaN, and its
//! gradient is s dy.
//!
//! The sign of y is that of x for every slope that is not negative, so the output tells the branches apart. For a negative
//! slope it does not, and PyTorch's in-place form refuses it for that reason; so does this layer.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// The leaky rectified linear unit y = x where x > 0, else `negative_slope` x, PyTorch's
/// [`LeakyReLU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html).
///
/// ```
/// use dnn_core::{InPlace, LeakyRelu};
/// let mut buffer = [[-2.0f32, 3.0]];
/// LeakyRelu { negative_slope: 0.5 }.infer(&mut buffer);
/// assert_eq!(buffer, [[-1.0, 3.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The slope for negative inputs: 0 or more, 0.01 by default. Training with a negative one gives wrong gradients; debug
    /// builds panic there.
    pub negative_slope: f64,
}

impl Default for LeakyRelu {
    fn default() -> LeakyRelu {
        LeakyRelu { negative_slope: 0.01 }
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for LeakyRelu {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        let slope = X::Scalar::from_f64(self.negative_slope);
        for v in flat_mut(buffer) {
            *v = if *v > X::Scalar::ZERO { *v } else { slope * *v };
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        debug_assert!(self.negative_slope >= 0.0, "the slope of `LeakyRelu` is {}, not 0 or more", self.negative_slope);
        let slope = X::Scalar::from_f64(self.negative_slope);
        for (y, d) in flat(y).iter().zip(flat_mut(gradient)) {
            *d = if *y > X::Scalar::ZERO { *d } else { slope * *d };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_values_and_their_gradients_shrink() {
        let layer = LeakyRelu { negative_slope: 0.25 };
        let mut buffer = [[-4.0f32, 0.0, 2.0]];
        layer.infer(&mut buffer);
        assert_eq!(buffer, [[-1.0, 0.0, 2.0]]);
        let mut gradient = [[8.0, 8.0, 8.0]];
        layer.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[2.0, 2.0, 8.0]]);
    }

    #[test]
    fn a_slope_of_zero_is_relu() {
        let layer = LeakyRelu { negative_slope: 0.0 };
        let mut buffer = [[-4.0f64, 2.0]];
        layer.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, 2.0]]);
        let mut gradient = [[8.0, 8.0]];
        layer.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 8.0]]);
    }

    #[test]
    #[should_panic(expected = "the slope of `LeakyRelu` is -1, not 0 or more")]
    #[cfg(debug_assertions)]
    fn a_negative_slope_cannot_be_trained() {
        LeakyRelu { negative_slope: -1.0 }.backward(&Pass::default(), &[[1.0f32]], &mut [[1.0]]);
    }
}
