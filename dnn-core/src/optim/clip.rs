//! Gradient clipping: between `backward` and the optimiser's step.

use crate::parameters::Parameters;
use crate::scalar::Scalar;

/// Scales a gradient to a norm of at most `max_norm` and returns the norm that it had, PyTorch's
/// [`clip_grad_norm_`](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html).
///
/// g *= max_norm / (|g| + 1e-6) where that is less than 1, with |g| the root of the sum of squares over all parameters.
///
/// The norm is summed in `f64`, so that no `f32` is too large for it. A NaN in the gradient makes all of it NaN, and an
/// infinity becomes NaN while everything else becomes 0, as in PyTorch.
///
/// ```
/// use dnn_core::{Linear, clip_norm};
/// let mut gradient = Linear { weight: [[3.0f32, 0.0]], bias: [4.0] };
/// assert_eq!(clip_norm(&mut gradient, 10.0), 5.0);
/// assert_eq!(gradient.bias, [4.0]);
/// clip_norm(&mut gradient, 0.5);
/// assert!((gradient.bias[0] - 0.4).abs() < 1e-6);
/// ```
pub fn clip_norm<G: Parameters>(gradient: &mut G, max_norm: f64) -> G::Scalar {
    let mut sum = 0.0;
    for g in gradient.flat() {
        sum += g.to_f64() * g.to_f64();
    }
    let norm = Scalar::sqrt(sum);
    let factor = max_norm / (norm + 1e-6);
    if factor >= 1.0 {
        return G::Scalar::from_f64(norm);
    }
    let factor = G::Scalar::from_f64(factor);
    for g in gradient.flat_mut() {
        *g *= factor;
    }
    G::Scalar::from_f64(norm)
}

/// Brings every element of a gradient to at most `limit` in size, PyTorch's
/// [`clip_grad_value_`](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html). A NaN stays.
///
/// ```
/// use dnn_core::{Linear, clip_value};
/// let mut gradient = Linear { weight: [[3.0f32, -3.0]], bias: [0.5] };
/// clip_value(&mut gradient, 1.0);
/// assert_eq!(gradient, Linear { weight: [[1.0, -1.0]], bias: [0.5] });
/// ```
pub fn clip_value<G: Parameters>(gradient: &mut G, limit: f64) {
    let limit = G::Scalar::from_f64(limit);
    for g in gradient.flat_mut() {
        if *g > limit {
            *g = limit;
        } else if *g < -limit {
            *g = -limit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linear;

    #[test]
    fn the_norm_of_huge_elements_is_finite() {
        let mut gradient = Linear { weight: [[3e30f32, 4e30]], bias: () };
        assert_eq!(clip_norm(&mut gradient, 1.0), 5e30);
        assert!((gradient.weight[0][0] - 0.6).abs() < 1e-6 && (gradient.weight[0][1] - 0.8).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_is_not_hidden() {
        let mut gradient = Linear { weight: [[f32::NAN, 1.0]], bias: () };
        assert!(clip_norm(&mut gradient, 1.0).is_nan());
        assert!(gradient.weight[0].iter().all(|g| g.is_nan()));
        let mut gradient = Linear { weight: [[f32::INFINITY, 1.0]], bias: () };
        assert_eq!(clip_norm(&mut gradient, 1.0), f32::INFINITY);
        assert!(gradient.weight[0][0].is_nan() && gradient.weight[0][1] == 0.0);
        let mut gradient = Linear { weight: [[f32::NAN, f32::NEG_INFINITY]], bias: () };
        clip_value(&mut gradient, 1.0);
        assert!(gradient.weight[0][0].is_nan() && gradient.weight[0][1] == -1.0);
    }
}
