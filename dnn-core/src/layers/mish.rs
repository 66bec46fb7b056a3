//! y = x t with t = tanh(ln(1 + e^x)) = (e^2x + 2 e^x) / (e^2x + 2 e^x + 2)
//!
//! dx = dy (t + x (1 - t^2) s) with s = 1 / (1 + e^-x)
//!
//! Both are computed from e^-|x|, which cannot overflow. A NaN stays a NaN, and so does its gradient. At -inf the result is
//! NaN, as in PyTorch.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// y = x tanh(softplus(x)), PyTorch's [`Mish`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Mish.html)
/// (D. Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", BMVC 2020).
///
/// ```
/// use dnn_core::{InPlace, Mish};
/// let mut buffer = [[-200.0f32, 0.0, 40.0]];
/// Mish.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 0.0, 40.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mish;

/// t, 1 - t and s.
#[inline(always)]
fn parts<N: Number>(x: N) -> [N; 3] {
    let (zero, one, two) = (x.constant(0.0), x.constant(1.0), x.constant(2.0));
    let u = (-x.abs()).exp();
    // For x > 0, numerator and denominator times u^2 = e^-2x.
    let above = x.above(zero, one + two * u, u * (u + two));
    let left = x.above(zero, two * u * u, two);
    [above / (above + left), left / (above + left), x.above(zero, one, u) / (one + u)]
}

impl Formula for Mish {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        let [t, ..] = parts(x);
        x * t
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, x: N) -> N {
        let [t, left, s] = parts(x);
        let falling = left * (x.constant(1.0) + t) * s;
        // Where t is flat, x may be infinite, and 0 times infinity would be NaN.
        dy * falling.above(x.constant(0.0), t + x * falling, t)
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Mish {
    const KEEPS: Keeps = Keeps::Input;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        elementary::value(*self, buffer);
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, x: &[X], gradient: &mut [X]) {
        elementary::pull(*self, x, gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_from_zero_it_is_relu() {
        let x = [[0.0f32, -200.0, 40.0, f32::MIN, f32::MAX]];
        let mut buffer = x;
        Mish.infer(&mut buffer);
        assert_eq!(buffer, [[0.0, 0.0, 40.0, 0.0, f32::MAX]]);
        let mut gradient = [[5.0; 5]];
        Mish.backward(&Pass::default(), &x, &mut gradient);
        assert_eq!(gradient, [[3.0, 0.0, 5.0, 0.0, 5.0]]); // tanh(ln 2) = 3/5
        assert_eq!(buffer[0][3].to_bits() << 1, 0);
    }

    #[test]
    fn both_branches_are_the_formula() {
        for x in [-2.5f64, -0.5, 0.5, 2.5] {
            let mut buffer = [[x]];
            Mish.infer(&mut buffer);
            assert!((buffer[0][0] - x * x.exp().ln_1p().tanh()).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn a_nan_stays_one_and_so_does_its_gradient() {
        let x = [[f32::NAN]];
        let (mut buffer, mut gradient) = (x, [[1.0]]);
        Mish.infer(&mut buffer);
        Mish.backward(&Pass::default(), &x, &mut gradient);
        assert!(buffer[0][0].is_nan() && gradient[0][0].is_nan());
    }
}
