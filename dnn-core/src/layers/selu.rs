//! y = s x where x > 0, else s a (e^x - 1), with s and a such that mean 0 and variance 1 are a fixed point
//!
//! dx = s dy where y > 0, else dy (y + s a), because s a e^x = y + s a: the gradient at x = 0 is s a dy, as in PyTorch. A NaN
//! stays a NaN, and so does its gradient.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The scaled exponential linear unit, PyTorch's
/// [`SELU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.SELU.html)
/// (G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, "Self-Normalizing Neural Networks", NeurIPS 2017, whose
/// appendix 1 has the constants to more digits than `f64`).
///
/// ```
/// use dnn_core::{InPlace, Selu};
/// let mut buffer = [[0.0f32, 1.0]];
/// Selu.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 1.050701]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Selu;

/// a
const ALPHA: f64 = 1.673_263_242_354_377_284_817_042_991_671_7;
/// s
const SCALE: f64 = 1.050_700_987_355_480_493_419_334_985_294_6;

impl Formula for Selu {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        x.above(x.constant(0.0), x.constant(SCALE) * x, x.constant(SCALE * ALPHA) * x.exp_m1_unless_positive())
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, y: N) -> N {
        dy * y.above(y.constant(0.0), y.constant(SCALE), y + y.constant(SCALE * ALPHA))
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Selu {
    const KEEPS: Keeps = Keeps::Output;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::value(*self, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, y: &[X], gradient: &mut [X]) {
        elementary::pull(*self, y, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_negative_values_come_to_minus_s_a() {
        let mut buffer = [[f64::NEG_INFINITY, -800.0, 2.0]];
        Selu.infer(&mut buffer);
        assert_eq!(buffer, [[-SCALE * ALPHA, -SCALE * ALPHA, 2.0 * SCALE]]);
        let mut gradient = [[3.0; 3]];
        Selu.backward(&Pass::default(), &buffer, &mut gradient);
        assert_eq!(gradient, [[0.0, 0.0, 3.0 * SCALE]]);
    }

    #[test]
    fn mean_zero_and_variance_one_are_a_fixed_point() {
        // Integrals over the normal distribution by the rule of rectangles, which converges very fast for such functions
        // on either side of the kink.
        let (step, mut mean, mut square) = (1.0 / 4096.0, 0.0, 0.0);
        for i in -40_000..40_000 {
            let x = (f64::from(i) + 0.5) * step;
            let mut y = [[x]];
            Selu.infer(&mut y);
            let weight = (-0.5 * x * x).exp() * step / (2.0 * core::f64::consts::PI).sqrt();
            mean += weight * y[0][0];
            square += weight * y[0][0] * y[0][0];
        }
        assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-6, "{mean} {square}");
    }
}
