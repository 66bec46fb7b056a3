//! `y[o][l] = b[o] + sum over i, k of w[o][i][k] x[i][l s + k d - p]`, PyTorch's
//! [`conv1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html) of one sample: x is [C, L], w is
//! [O, I, K], y is [O, OL]; i counts the channels of o's group, of which there are C / I, and zeros stand around x
//!
//! It is a convolution of planes with one row. Stride S, padding P and dilation D are const parameters: `value::<S, P, D, ..>`.

use super::conv2d::{self, positions, window};
use super::shape::{Shape, as_shape, as_shape_mut};
use crate::layers::Bias;
use crate::scalar::Scalar;

/// The shape of y.
#[track_caller]
pub const fn rule(
    x: Shape,
    w: Shape,
    b: Option<Shape>,
    stride: usize,
    padding: usize,
    dilation: usize,
    groups: usize,
) -> Shape {
    window("conv1d", x, w, b, groups, 1);
    x.with(0, w.dim(0)).with(1, positions("conv1d", x.dim(1), w.dim(2), [stride, padding, dilation]))
}

/// Writes y; the bias is `[T; O]` or `()`.
#[inline(always)]
#[rustfmt::skip]
pub fn value<
    const S: usize, const P: usize, const D: usize,
    T: Scalar, const C: usize, const L: usize, const O: usize, const OL: usize, const I: usize, const K: usize, B: Bias<T>,
>(
    x: &[[T; L]; C],
    w: &[[[T; K]; I]; O],
    b: &B,
    y: &mut [[T; OL]; O],
) {
    conv2d::value::<1, S, 0, P, 1, D, T, C, 1, L, O, 1, OL, I, 1, K, B>(as_shape(x), as_shape(w), b, as_shape_mut(y));
}

/// **Adds** dL/dx; reads w.
#[inline(always)]
#[rustfmt::skip]
pub fn pull0<
    const S: usize, const P: usize, const D: usize,
    T: Scalar, const C: usize, const L: usize, const O: usize, const OL: usize, const I: usize, const K: usize,
>(
    dy: &[[T; OL]; O],
    w: &[[[T; K]; I]; O],
    dx: &mut [[T; L]; C],
) {
    conv2d::pull0::<1, S, 0, P, 1, D, T, C, 1, L, O, 1, OL, I, 1, K>(as_shape(dy), as_shape(w), as_shape_mut(dx));
}

/// **Adds** dL/dw; reads x.
#[inline(always)]
#[rustfmt::skip]
pub fn pull1<
    const S: usize, const P: usize, const D: usize,
    T: Scalar, const C: usize, const L: usize, const O: usize, const OL: usize, const I: usize, const K: usize,
>(
    dy: &[[T; OL]; O],
    x: &[[T; L]; C],
    dw: &mut [[[T; K]; I]; O],
) {
    conv2d::pull1::<1, S, 0, P, 1, D, T, C, 1, L, O, 1, OL, I, 1, K>(as_shape(dy), as_shape(x), as_shape_mut(dw));
}

/// **Adds** dL/db; reads nothing.
#[inline(always)]
pub fn pull2<T: Scalar, const O: usize, const OL: usize>(dy: &[[T; OL]; O], db: &mut [T; O]) {
    conv2d::pull2::<T, O, 1, OL>(as_shape(dy), db);
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    type X = [[f64; 9]; 4];
    type W = [[[f64; 3]; 2]; 6];
    type Y = [[f64; 4]; 6];

    #[test]
    fn a_window_meets_its_places() {
        let mut y = [[9.0f64; 2]];
        value::<1, 0, 1, _, _, _, _, _, _, _, _>(
            &[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
            &[[[1.0, 2.0], [0.0, -1.0]]],
            &[10.0],
            &mut y,
        );
        assert_eq!(y, [[10.0, 12.0]]);
        assert_eq!(rule(Shape::of::<X>(), Shape::of::<W>(), None, 2, 1, 2, 2), Shape::of::<Y>());
    }

    #[test]
    #[should_panic(expected = "`conv1d` of [4, 9] by [2, 3]: write [channels, length] by [outputs, channels, length]")]
    fn a_weight_has_three_dimensions() {
        rule(Shape::of::<X>(), Shape::new(&[2, 3]), None, 1, 0, 1, 1);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        let value = |x: &X, w: &W, y: &mut Y| value::<2, 1, 2, _, _, _, _, _, _, _, _>(x, w, &(), y);
        let pull0 = |dy: &Y, w: &W, dx: &mut X| pull0::<2, 1, 2, _, _, _, _, _, _, _>(dy, w, dx);
        let pull1 = |dy: &Y, x: &X, dw: &mut W| pull1::<2, 1, 2, _, _, _, _, _, _, _>(dy, x, dw);
        Check::new(7).two(value, |dy, _, w, _, dx| pull0(dy, w, dx), |dy, x, _, _, dw| pull1(dy, x, dw));
        let mut db = [1.0; 6];
        pull2(&[[1.0, 2.0, 3.0, 4.0f64]; 6], &mut db);
        assert_eq!(db, [11.0; 6]);
    }
}
