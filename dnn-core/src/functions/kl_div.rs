//! `y = (sum over i of t[i] (ln t[i] - x[i])) / n` of log probabilities x and probabilities t, where 0 ln 0 = 0, PyTorch's
//! [`kl_div`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html)
//!
//! `dx[i] += -t[i] / n dy`, `dt[i] += (ln t[i] + 1 - x[i]) / n dy`
//!
//! With LOG the target has the logarithms of probabilities: `y = (sum over i of e^t[i] (t[i] - x[i])) / n`.

use super::losses;
use super::shape::Shape;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// A scalar; x and target have one shape.
#[track_caller]
pub const fn rule(x: Shape, target: Shape) -> Shape {
    losses::same("kl_div", x, target)
}

/// Writes the loss.
#[inline(always)]
pub fn value<const LOG: bool, X: Tensor<Scalar: Scalar>>(x: &X, t: &X, y: &mut X::Scalar) {
    losses::value(x, t, y, |x, t| {
        let (p, ln) = both::<LOG, _>(t);
        (if p == X::Scalar::ZERO { X::Scalar::ZERO } else { p * (ln - x) }, X::Scalar::ZERO)
    });
}

/// **Adds** dL/dx; reads both operands.
#[inline(always)]
pub fn pull0<const LOG: bool, X: Tensor<Scalar: Scalar>>(dy: &X::Scalar, x: &X, t: &X, dx: &mut X) {
    losses::pull(dy, x, t, dx, |_, t| -both::<LOG, _>(t).0);
}

/// **Adds** dL/dt; reads both operands.
#[inline(always)]
pub fn pull1<const LOG: bool, X: Tensor<Scalar: Scalar>>(dy: &X::Scalar, x: &X, t: &X, dt: &mut X) {
    losses::pull(dy, x, t, dt, |x, t| {
        let (p, ln) = both::<LOG, _>(t);
        let slope = ln + X::Scalar::ONE - x;
        if LOG { p * slope } else { slope }
    });
}

/// A probability and its logarithm.
#[inline(always)]
fn both<const LOG: bool, T: Scalar>(t: T) -> (T, T) {
    if LOG { (t.exp(), t) } else { (t, t.ln()) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn values_are_those_of_pytorch() {
        // F.kl_div(x, t, reduction="mean"), 2.15, float64
        let (x, t, mut y) = ([-1.0f64, -0.5, -2.0], [0.0, 0.5, 0.2], 9.0);
        value::<false, _>(&x, &t, &mut y);
        assert!((y - -0.00615372425559757).abs() < 1e-12, "{y}");
        value::<true, _>(&x, &t, &mut y);
        assert!((y - 1.7786024462175007).abs() < 1e-12, "{y}");
    }

    #[test]
    #[should_panic(expected = "`kl_div` of [2, 3] and a target of [3]: make them equal")]
    fn a_target_has_the_shape_of_x() {
        rule(Shape::new(&[2, 3]), Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        type X = [[f64; 3]; 2];
        Check::new(7).between(0.1, 0.9).two(
            value::<false, X>,
            |dy, x, t, _, dx| pull0::<false, X>(dy, x, t, dx),
            |dy, x, t, _, dt| pull1::<false, X>(dy, x, t, dt),
        );
        Check::new(7).two(
            value::<true, X>,
            |dy, x, t, _, dx| pull0::<true, X>(dy, x, t, dx),
            |dy, x, t, _, dt| pull1::<true, X>(dy, x, t, dt),
        );
    }
}
