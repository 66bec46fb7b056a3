//! exact: y = x P(x) with P(x) = (1 + erf(x/sqrt(2))) / 2, the distribution function of the standard normal distribution
//! tanh:  y = x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3)
//!
//! exact: dx = dy (P(x) + x p(x)) with the density p(x) = e^(-x^2/2) / sqrt(2 pi)
//! tanh:  dx = dy ((1 + tanh u) / 2 + x (1 - tanh^2 u) u' / 2) with u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2)
//!
//! A NaN stays a NaN, and so does its gradient. Every finite input has a finite result and gradient. At -inf the result is
//! NaN, as in PyTorch; at either infinity the exact gradient is NaN, and the one by tanh its limit, 1 or 0.

use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// The Gaussian error linear unit y = x P(x), PyTorch's
/// [`GELU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.GELU.html)
/// (D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units", 2016, which is also the source of the approximation).
///
/// ```
/// use dnn_core::{Approximate, Gelu, InPlace};
/// let mut buffer = [[0.0f32, 40.0, -40.0]];
/// Gelu { approximate: Approximate::Tanh }.infer(&mut buffer);
/// assert_eq!(buffer, [[0.0, 40.0, 0.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gelu {
    /// How P(x) is computed: exactly by default.
    pub approximate: Approximate,
}

/// How [`Gelu`] computes the distribution function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Approximate {
    /// By the error function.
    #[default]
    None,
    /// By the hyperbolic tangent: within 5e-4 of the exact value.
    Tanh,
}

const CUBE: f64 = 0.044715;
const SQRT_2_BY_PI: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;

/// P(x)
#[inline(always)]
pub(crate) fn distribution<N: Number>(x: N) -> N {
    x.constant(0.5) * (x.constant(1.0) + (x * x.constant(FRAC_1_SQRT_2)).erf())
}

/// p(x)
#[inline(always)]
fn density<N: Number>(x: N) -> N {
    (x.constant(-0.5) * x * x).exp() * x.constant(0.5 * SQRT_2_BY_PI)
}

/// P(x) + x p(x)
#[inline(always)]
pub(crate) fn slope<N: Number>(x: N) -> N {
    distribution(x) + x * density(x)
}

/// The second derivative of x P(x): p(x) (2 - x^2), and 0 where p(x) is.
#[inline(always)]
pub(crate) fn curvature<N: Number>(x: N) -> N {
    let density = density(x);
    // Where the density is 0, x^2 may be infinite, and 0 times infinity would be NaN.
    density.above(x.constant(0.0), density * (x.constant(2.0) - x * x), density)
}

/// tanh u
#[inline(always)]
fn tanh<N: Number>(x: N) -> N {
    (x.constant(SQRT_2_BY_PI) * (x + x.constant(CUBE) * x * x * x)).tanh()
}

/// (1 + tanh u) / 2
#[inline(always)]
pub(crate) fn approximation<N: Number>(x: N) -> N {
    x.constant(0.5) * (x.constant(1.0) + tanh(x))
}

/// The derivative of x (1 + tanh u) / 2.
#[inline(always)]
pub(crate) fn slope_of_tanh<N: Number>(x: N) -> N {
    let (one, half, tanh) = (x.constant(1.0), x.constant(0.5), tanh(x));
    let falling = one - tanh * tanh;
    let slope = half * (one + tanh);
    // Where tanh is flat, x^2 may be infinite, and 0 times infinity would be NaN.
    let bend = half * x * falling * x.constant(SQRT_2_BY_PI) * (one + x.constant(3.0 * CUBE) * x * x);
    falling.above(x.constant(0.0), slope + bend, slope)
}

/// The second derivative of x (1 + tanh u) / 2: `(1 - tanh^2) (u' + x (u'' / 2 - tanh u'^2))`
#[inline(always)]
pub(crate) fn curvature_of_tanh<N: Number>(x: N) -> N {
    let (one, tanh) = (x.constant(1.0), tanh(x));
    let falling = one - tanh * tanh;
    let first = x.constant(SQRT_2_BY_PI) * (one + x.constant(3.0 * CUBE) * x * x);
    let second = x.constant(SQRT_2_BY_PI * 6.0 * CUBE) * x;
    let curvature = falling * (first + x * (x.constant(0.5) * second - tanh * first * first));
    falling.above(x.constant(0.0), curvature, falling)
}

impl Formula for Gelu {
    #[inline(always)]
    fn value<N: Number>(self, x: N) -> N {
        x * match self.approximate {
            Approximate::None => distribution(x),
            Approximate::Tanh => approximation(x),
        }
    }
    #[inline(always)]
    fn pull<N: Number>(self, dy: N, x: N) -> N {
        dy * match self.approximate {
            Approximate::None => slope(x),
            Approximate::Tanh => slope_of_tanh(x),
        }
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Gelu {
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
    fn far_from_zero_it_is_relu_and_at_zero_half_the_identity() {
        for approximate in [Approximate::None, Approximate::Tanh] {
            let (layer, x) = (Gelu { approximate }, [[0.0f32, -40.0, 40.0, f32::MIN, f32::MAX]]);
            let mut buffer = x;
            layer.infer(&mut buffer);
            assert_eq!(buffer, [[0.0, 0.0, 40.0, 0.0, f32::MAX]]);
            let mut gradient = [[8.0; 5]];
            layer.backward(&Pass::default(), &x, &mut gradient);
            assert_eq!(gradient, [[4.0, 0.0, 8.0, 0.0, 8.0]]);
        }
    }

    #[test]
    fn the_value_at_one_is_the_normal_distribution() {
        let mut buffer = [[1.0f64]];
        Gelu::default().infer(&mut buffer);
        assert!((buffer[0][0] - 0.841_344_746_068_542_9).abs() < 1e-15); // P(1), Abramowitz and Stegun, table 26.1
        Gelu { approximate: Approximate::Tanh }.infer(&mut buffer);
        assert!(buffer[0][0] < 0.841);
    }
}
