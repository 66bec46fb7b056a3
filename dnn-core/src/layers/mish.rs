//! y = x t with t = tanh(ln(1 + e^x)) = (e^2x + 2 e^x) / (e^2x + 2 e^x + 2)
//!
//! dx = dy (t + x (1 - t^2) s) with s = 1 / (1 + e^-x)
//!
//! Both are computed from e^-|x|, which cannot overflow. A NaN stays a NaN, and so does its gradient. At -inf the result is
//! NaN, as in PyTorch.

use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

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
fn parts<T: Scalar>(x: T) -> [T; 3] {
    let two = T::from_f64(2.0);
    let u = (-x.abs()).exp();
    if x > T::ZERO {
        // Numerator and denominator times u^2 = e^-2x.
        let (above, left) = (T::ONE + two * u, two * u * u);
        [above / (above + left), left / (above + left), T::ONE / (T::ONE + u)]
    } else {
        let above = u * (u + two);
        [above / (above + two), two / (above + two), u / (T::ONE + u)]
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Mish {
    const KEEPS: Keeps = Keeps::Input;

    #[inline(always)]
    fn infer(&self, buffer: &mut [X]) {
        for v in flat_mut(buffer) {
            let [t, ..] = parts(*v);
            *v *= t;
        }
    }

    #[inline(always)]
    fn backward(&self, _: &Pass, x: &[X], gradient: &mut [X]) {
        for (x, d) in flat(x).iter().zip(flat_mut(gradient)) {
            let [t, left, s] = parts(*x);
            let (mut slope, falling) = (t, left * (X::Scalar::ONE + t) * s);
            // Where t is flat, x may be infinite, and 0 times infinity would be NaN.
            if falling != X::Scalar::ZERO {
                slope += *x * falling;
            }
            *d *= slope;
        }
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
