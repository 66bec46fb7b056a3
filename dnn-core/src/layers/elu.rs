//! y = x where x > 0, else a (e^x - 1)
//!
//! dx = dy where y > 0, else dy (y + a), because a e^x = y + a: the gradient at x = 0 is a dy, as in PyTorch. A NaN stays
//! a NaN, and so does its gradient.
//!
//! The sign of y is that of x as long as a is not negative, so the output is enough. For a negative a it is not, and
//! PyTorch's in-place form refuses it for that reason; so does this layer.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The exponential linear unit y = x where x > 0, else `alpha` (e^x - 1), PyTorch's
/// [`ELU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.ELU.html)
/// (D. Clevert, T. Unterthiner, S. Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units",
/// ICLR 2016).
///
/// ```
/// use dnn_core::{Elu, InPlace};
/// let mut buffer = [[f32::NEG_INFINITY, 0.0, 3.0]];
/// Elu { alpha: 0.5 }.infer(&mut buffer);
/// assert_eq!(buffer, [[-0.5, 0.0, 3.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu {
    /// What large negative inputs come to, with its sign changed: 0 or more, 1 by default. Training with a negative one
    /// gives wrong gradients; debug builds panic there.
    pub alpha: f64,
}

impl Default for Elu {
    fn default() -> Elu {
        Elu { alpha: 1.0 }
    }
}

impl Formula for Elu {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        x.above(x.constant(0.0), x, x.constant(self.alpha) * x.exp_m1_unless_positive())
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, y: N) -> N {
        y.above(y.constant(0.0), dy, dy * (y + y.constant(self.alpha)))
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Elu {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::value(*self, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        debug_assert!(self.alpha >= 0.0, "alpha of `Elu` is {}, not 0 or more", self.alpha);
        elementary::pull(*self, y, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_values_come_to_minus_alpha() {
        let layer = Elu { alpha: 2.0 };
        let mut buffer = [[-core::f64::consts::LN_2, 0.0, 3.0, -1000.0]];
        layer.infer(&mut buffer);
        assert_eq!(buffer, [[-1.0, 0.0, 3.0, -2.0]]);
        let mut gradient = [[5.0, 5.0, 5.0, 5.0]];
        layer.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[5.0, 10.0, 5.0, 0.0]]);
    }

    #[test]
    #[should_panic(expected = "alpha of `Elu` is -1, not 0 or more")]
    #[cfg(debug_assertions)]
    fn a_negative_alpha_cannot_be_trained() {
        Elu { alpha: -1.0 }.backward(&Pass::default(), &[[1.0f32]], &mut [[1.0]]);
    }
}
