//! Losses of one sample that are means over its elements, with the names and defaults of `torch.nn.functional`. One module for
//! each, with `value(x, t, options, y)`, `pull0` for x and `pull1` for the target t.
//!
//! `y = (sum over i of l(x[i], t[i])) / n`, `dx[i] += l'(x[i], t[i]) / n dy`
//!
//! Value and gradient are those of the losses of the same name, such as [`Mse`](crate::Mse), for one sample and to the bit; as
//! there, the division is a product with 1 / n.

use super::shape::Shape;
use crate::check::{Text, equal};
use crate::losses::{bce, bce_with_logits, huber, l1, mse};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// A scalar, where x and target have one shape.
#[track_caller]
pub(super) const fn same(name: &str, x: Shape, target: Shape) -> Shape {
    if !equal(x.dims(), target.dims()) {
        let text = Text::new().text("`").text(name).text("` of ").shape(x.dims()).text(" and a target of ");
        text.shape(target.dims()).text(": make them equal").panic();
    }
    Shape::SCALAR
}

/// 1 / n
#[inline(always)]
fn scale<X: Tensor<Scalar: Scalar>>() -> X::Scalar {
    X::Scalar::ONE / X::Scalar::from_usize(X::LEN)
}

/// Writes the mean of `each` over the elements.
#[inline(always)]
pub(super) fn value<X: Tensor<Scalar: Scalar>>(
    x: &X,
    t: &X,
    y: &mut X::Scalar,
    each: impl Fn(X::Scalar, X::Scalar) -> (X::Scalar, X::Scalar),
) {
    let mut sum = X::Scalar::ZERO;
    for (x, t) in flat(from_ref(x)).iter().zip(flat(from_ref(t))) {
        sum += each(*x, *t).0;
    }
    *y = sum * scale::<X>();
}

/// Adds the slopes of `each` over n times dy.
#[inline(always)]
pub(super) fn pull<X: Tensor<Scalar: Scalar>>(
    dy: &X::Scalar,
    x: &X,
    t: &X,
    to: &mut X,
    each: impl Fn(X::Scalar, X::Scalar) -> X::Scalar,
) {
    let scale = scale::<X>();
    for ((x, t), d) in flat(from_ref(x)).iter().zip(flat(from_ref(t))).zip(flat_mut(from_mut(to))) {
        *d += each(*x, *t) * scale * *dy;
    }
}

macro_rules! losses {
    ($(
        $(#[$doc:meta])*
        $name:ident ($x:ident, $t:ident $(, $option:ident)?): $element:expr, $target:expr;
    )*) => {$(
        $(#[$doc])*
        pub mod $name {
            use super::*;

            /// A scalar; x and target have one shape.
            #[track_caller]
            pub const fn rule(x: Shape, target: Shape) -> Shape {
                super::same(stringify!($name), x, target)
            }

            /// Writes the loss.
            #[inline(always)]
            pub fn value<X: Tensor<Scalar: Scalar>>(x: &X, t: &X, $($option: &X::Scalar,)? y: &mut X::Scalar) {
                super::value(x, t, y, |$x, $t| $element);
            }

            /// **Adds** dL/dx; reads both operands.
            #[inline(always)]
            pub fn pull0<X: Tensor<Scalar: Scalar>>(
                dy: &X::Scalar,
                x: &X,
                t: &X,
                $($option: &X::Scalar,)?
                dx: &mut X,
            ) {
                super::pull(dy, x, t, dx, |$x, $t| $element.1);
            }

            /// **Adds** dL/dt; reads both operands.
            #[inline(always)]
            pub fn pull1<X: Tensor<Scalar: Scalar>>(
                dy: &X::Scalar,
                x: &X,
                t: &X,
                $($option: &X::Scalar,)?
                dt: &mut X,
            ) {
                super::pull(dy, x, t, dt, |$x, $t| $target);
            }
        }
    )*};
}

/// |e| - beta / 2 beyond beta, e^2 / (2 beta) within it: Huber's loss by beta, and the absolute error where beta is 0.
#[inline(always)]
fn smooth<T: Scalar>(x: T, t: T, beta: T) -> (T, T) {
    if beta == T::ZERO {
        return l1::element(x, t);
    }
    let (loss, slope) = huber::element(x, t, beta);
    (loss / beta, slope / beta)
}

losses! {
    /// `mean (x - t)^2`, PyTorch's
    /// [`mse_loss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html)
    mse_loss(x, t): mse::element(x, t), -mse::element(x, t).1;

    /// `mean |x - t|`, PyTorch's
    /// [`l1_loss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html)
    l1_loss(x, t): l1::element(x, t), -l1::element(x, t).1;

    /// `mean of e^2 / 2` for `e = x - t` within delta, `delta (|e| - delta / 2)` beyond, PyTorch's
    /// [`huber_loss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html), whose delta is 1 by
    /// default
    huber_loss(x, t, delta): huber::element(x, t, *delta), -huber::element(x, t, *delta).1;

    /// `mean of e^2 / (2 beta)` for `e = x - t` within beta, `|e| - beta / 2` beyond, PyTorch's
    /// [`smooth_l1_loss`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html), whose beta
    /// is 1 by default
    smooth_l1_loss(x, t, beta): super::smooth(x, t, *beta), -super::smooth(x, t, *beta).1;

    /// `mean of -(t ln x + (1 - t) ln(1 - x))`, each logarithm not below -100, PyTorch's
    /// [`binary_cross_entropy`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html)
    ///
    /// The gradient of the target has no such bounds, as in PyTorch.
    binary_cross_entropy(x, t): bce::element(x, t), { let _ = t; (-x).ln_1p() - x.ln() };

    /// The binary cross-entropy of the probabilities 1 / (1 + e^-x), PyTorch's
    /// [`binary_cross_entropy_with_logits`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html)
    binary_cross_entropy_with_logits(x, t): bce_with_logits::element(x, t), { let _ = t; -x };
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;
    use crate::{Bce, BceWithLogits, Huber, L1, Loss, Mse};

    type Value = fn(&[f32; 5], &[f32; 5], &mut f32);
    type Pull = fn(&f32, &[f32; 5], &[f32; 5], &mut [f32; 5]);

    fn same_bits<L: Loss<[f32; 5], [f32; 5]>>(loss: L, value: Value, pull0: Pull) {
        let (x, t) = ([0.1, 0.3, 0.25, 0.9, 0.7], [0.0, 1.0, 0.25, 0.5, 0.2]);
        let (mut y, mut dx, mut dy) = (9.0, [0.0; 5], [9.0; 5]);
        let batch = loss.batch(&[x], &[t], 5.0, core::slice::from_mut(&mut dy));
        value(&x, &t, &mut y);
        pull0(&1.0, &x, &t, &mut dx);
        assert_eq!((y, dx), (batch, dy));
    }

    #[test]
    fn bits_are_those_of_the_losses() {
        same_bits(Mse, mse_loss::value, mse_loss::pull0);
        same_bits(L1, l1_loss::value, l1_loss::pull0);
        same_bits(Bce, binary_cross_entropy::value, binary_cross_entropy::pull0);
        same_bits(BceWithLogits, binary_cross_entropy_with_logits::value, binary_cross_entropy_with_logits::pull0);
        let value: Value = |x, t, y| huber_loss::value(x, t, &0.25, y);
        same_bits(Huber.delta(0.25), value, |dy, x, t, dx| huber_loss::pull0(dy, x, t, &0.25, dx));
    }

    #[test]
    fn smooth_l1_is_quadratic_within_beta() {
        let (x, t) = ([1.0, 2.0, -1.0, 0.25], [0.0; 4]);
        let (mut y, mut dx) = (9.0, [0.0; 4]);
        smooth_l1_loss::value(&x, &t, &0.5, &mut y);
        smooth_l1_loss::pull0(&4.0, &x, &t, &0.5, &mut dx);
        assert_eq!((y, dx), (3.3125 / 4.0, [1.0, 1.0, -1.0, 0.5]));
        smooth_l1_loss::value(&[1.0, -2.0], &[0.0; 2], &0.0, &mut y);
        assert_eq!(y, 1.5);
    }

    #[test]
    #[should_panic(expected = "`mse_loss` of [2, 3] and a target of [3]: make them equal")]
    fn a_target_has_the_shape_of_x() {
        mse_loss::rule(Shape::new(&[2, 3]), Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        macro_rules! check {
            ($name:ident $(, $option:literal)?) => {
                Check::new(7).between(0.1, 0.9).two(
                    |x: &[[f64; 3]; 2], t, y| $name::value(x, t, $(&$option,)? y),
                    |dy, x, t, _, dx| $name::pull0(dy, x, t, $(&$option,)? dx),
                    |dy, x, t, _, dt| $name::pull1(dy, x, t, $(&$option,)? dt),
                )
            };
        }
        check!(mse_loss);
        check!(l1_loss);
        check!(huber_loss, 0.3);
        check!(smooth_l1_loss, 0.3);
        check!(binary_cross_entropy);
        check!(binary_cross_entropy_with_logits);
    }
}
