//! `y = -x[t]` for the log probabilities x of one sample and its class t, PyTorch's
//! [`nll_loss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html)
//!
//! `dx[t] += -dy`
//!
//! A class that does not exist makes value and gradient NaN.

use super::cross_entropy::{Target, pull, sample};
use super::shape::Shape;
use crate::check::Text;
use crate::losses::{Label, Loss, Nll};
use crate::scalar::Scalar;

/// A scalar; the log probabilities are a vector, and the target is a scalar.
#[track_caller]
pub const fn rule(x: Shape, target: Shape) -> Shape {
    if x.rank() != 1 || target.rank() != 0 {
        let text = Text::new().text("`nll_loss` of ").shape(x.dims()).text(" and a target of ").shape(target.dims());
        text.text(": write a vector of log probabilities and a class").panic();
    }
    Shape::SCALAR
}

/// Writes the loss.
#[inline(always)]
pub fn value<T: Scalar, const N: usize, D: Target<T, N> + Label<N>>(x: &[T; N], target: &D, y: &mut T)
where
    Nll: Loss<[T; N], D>,
{
    *y = sample(Nll, x, target, &mut [T::ZERO; N]);
}

/// **Adds** dL/dx; reads the target.
#[inline(always)]
pub fn pull0<T: Scalar, const N: usize, D: Target<T, N> + Label<N>>(dy: &T, target: &D, dx: &mut [T; N])
where
    Nll: Loss<[T; N], D>,
{
    pull(Nll, dy, &[T::ZERO; N], target, dx);
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn the_log_probability_of_the_class() {
        let mut y = 9.0f32;
        value(&[-1.0, -2.0, -4.0], &2u8, &mut y);
        assert_eq!(y, 4.0);
        value(&[-1.0, -2.0, -4.0], &3u8, &mut y);
        assert!(y.is_nan());
    }

    #[test]
    #[should_panic(expected = "`nll_loss` of [3] and a target of [3]: write a vector of log probabilities and a class")]
    fn a_target_is_a_class() {
        rule(Shape::new(&[3]), Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        Check::new(7).one(|x: &[f64; 4], y| value(x, &2u8, y), |dy, _, _, dx| pull0(dy, &2u8, dx));
    }
}
