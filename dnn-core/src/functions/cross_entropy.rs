//! `y = -sum over c of t[c] ln p[c]` with `ln p[c] = x[c] - ln sum over k of e^x[k]`, PyTorch's
//! [`cross_entropy`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html) of the logits of one
//! sample; the target is a class, an unsigned integer or a [`Class`](crate::Class), or a probability for each class
//!
//! `dx[c] += dy (p[c] (sum over k of t[k]) - t[c])`, and for probabilities `dt[c] += -dy ln p[c]`
//!
//! Value and gradient are those of [`CrossEntropy`](struct@crate::CrossEntropy) for one sample to the bit. A class that does not
//! exist makes both NaN.

use super::log_softmax;
use super::shape::{Shape, takes};
use crate::check::Text;
use crate::losses::{Class, CrossEntropy, Label, Loss};
use crate::scalar::Scalar;

/// A scalar; the logits are a vector, and the target is a scalar for a class, or a vector of probabilities.
#[track_caller]
pub const fn rule(x: Shape, target: Shape) -> Shape {
    if x.rank() != 1 {
        let text =
            Text::new().text("`cross_entropy` of ").shape(x.dims()).text(": it takes the logits of one sample, ");
        text.text("write a vector").panic();
    }
    if target.rank() != 0 {
        takes("the target of `cross_entropy`", target, x);
    }
    Shape::SCALAR
}

/// The target of a loss over N classes.
pub trait Target<T, const N: usize> {
    /// Whether it is one that exists.
    fn exists(&self) -> bool;
}

macro_rules! targets {
    ($($integer:ty)*) => {$(
        impl<T: Scalar, const N: usize> Target<T, N> for $integer {
            #[inline(always)]
            fn exists(&self) -> bool {
                Label::<N>::index(*self) < N
            }
        }
    )*};
}
targets!(u8 u16 u32 u64 usize);

impl<T: Scalar, const N: usize> Target<T, N> for Class<N> {
    #[inline(always)]
    fn exists(&self) -> bool {
        true
    }
}

impl<T: Scalar, const N: usize> Target<T, N> for [T; N] {
    #[inline(always)]
    fn exists(&self) -> bool {
        true
    }
}

/// Writes the loss.
#[inline(always)]
pub fn value<T: Scalar, const N: usize, D: Target<T, N>>(x: &[T; N], target: &D, y: &mut T)
where
    CrossEntropy: Loss<[T; N], D>,
{
    *y = sample(CrossEntropy, x, target, &mut [T::ZERO; N]);
}

/// **Adds** dL/dx; reads x and the target.
#[inline(always)]
pub fn pull0<T: Scalar, const N: usize, D: Target<T, N>>(dy: &T, x: &[T; N], target: &D, dx: &mut [T; N])
where
    CrossEntropy: Loss<[T; N], D>,
{
    pull(CrossEntropy, dy, x, target, dx);
}

/// **Adds** dL/dt of a target of probabilities; reads x.
#[inline(always)]
pub fn pull1<T: Scalar, const N: usize>(dy: &T, x: &[T; N], dt: &mut [T; N]) {
    let mut ln = [T::ZERO; N];
    log_softmax::value::<0, _>(x, &mut ln);
    for (dt, ln) in dt.iter_mut().zip(&ln) {
        *dt -= *dy * *ln;
    }
}

/// The loss of a sample, whose gradient goes to `dx`; both are NaN for a target that does not exist.
#[inline(always)]
pub(super) fn sample<T: Scalar, const N: usize, D: Target<T, N>>(
    loss: impl Loss<[T; N], D>,
    x: &[T; N],
    target: &D,
    dx: &mut [T; N],
) -> T {
    if target.exists() {
        return loss.sample(x, target, dx);
    }
    *dx = [T::from_f64(f64::NAN); N];
    T::from_f64(f64::NAN)
}

/// Adds the gradient of a sample times dy.
#[inline(always)]
pub(super) fn pull<T: Scalar, const N: usize, D: Target<T, N>>(
    loss: impl Loss<[T; N], D>,
    dy: &T,
    x: &[T; N],
    target: &D,
    dx: &mut [T; N],
) {
    let mut gradient = [T::ZERO; N];
    sample(loss, x, target, &mut gradient);
    for (dx, d) in dx.iter_mut().zip(&gradient) {
        *dx += *d * *dy;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn bits_are_those_of_the_loss() {
        let (x, mut y, mut dx) = ([0.3f32, -1.7, 2.0], 9.0, [0.0; 3]);
        let mut dy = [[9.0; 3]];
        value(&x, &1u8, &mut y);
        pull0(&1.0, &x, &1u8, &mut dx);
        assert_eq!((y, [dx]), (CrossEntropy.batch(&[x], &[1u8], 1.0, &mut dy), dy));
        let class = Class::<3>::new(2).unwrap();
        value(&x, &class, &mut y);
        assert_eq!(y, CrossEntropy.batch(&[x], &[class], 1.0, &mut dy));
    }

    #[test]
    fn a_class_that_does_not_exist_gives_nan() {
        let (x, mut y, mut dx) = ([0.3f64, -1.7, 2.0], 9.0, [0.0; 3]);
        value(&x, &3usize, &mut y);
        pull0(&1.0, &x, &3usize, &mut dx);
        assert!(y.is_nan() && dx.iter().all(|d| d.is_nan()));
    }

    #[test]
    fn shapes() {
        let logits = Shape::new(&[3]);
        assert_eq!([rule(logits, Shape::SCALAR), rule(logits, logits)], [Shape::SCALAR; 2]);
    }

    #[test]
    #[should_panic(expected = "the target of `cross_entropy` is [3] here, and not [2]: change one of them")]
    fn probabilities_are_as_many_as_logits() {
        rule(Shape::new(&[3]), Shape::new(&[2]));
    }

    #[test]
    #[should_panic(expected = "`cross_entropy` of [2, 3]: it takes the logits of one sample, write a vector")]
    fn logits_are_a_vector() {
        rule(Shape::new(&[2, 3]), Shape::SCALAR);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        Check::new(7).one(|x: &[f64; 4], y| value(x, &2u8, y), |dy, x, _, dx| pull0(dy, x, &2u8, dx));
        let value = |x: &[f64; 4], t: &[f64; 4], y: &mut f64| value(x, t, y);
        Check::new(8).two(value, |dy, x, t, _, dx| pull0(dy, x, t, dx), |dy, x, _, _, dt| pull1(dy, x, dt));
    }
}
