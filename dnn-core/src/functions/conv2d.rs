//! `y[o][oh][ow] = b[o] + sum over i, kh, kw of w[o][i][kh][kw] x[i][oh s + kh d - p][ow s + kw d - p]`, PyTorch's
//! [`conv2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html) of one sample: x is [C, H, W], w
//! is [O, I, KH, KW], y is [O, OH, OW]; i counts the channels of o's group, of which there are C / I, and zeros stand around x
//!
//! dx, dw and db are those of the layer [`Conv2d`](crate::Conv2d), whose kernels these are: the bits are the same.
//!
//! Stride S, padding P and dilation D are const parameters, for rows and columns: `value::<SH, SW, PH, PW, DH, DW, ..>`.

use super::shape::{Shape, takes};
use crate::check::Text;
use crate::kernels::convolution::{self, Slide};
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::shape::windows;
use crate::tensor::{flat, flat_mut, zero};
use core::slice::{from_mut, from_ref};

/// The shape of y; options are for rows and columns.
#[track_caller]
pub const fn rule(
    x: Shape,
    w: Shape,
    b: Option<Shape>,
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
    groups: usize,
) -> Shape {
    window("conv2d", x, w, b, groups, 2);
    let mut y = x.with(0, w.dim(0));
    let mut i = 0;
    while i < 2 {
        y = y.with(i + 1, positions("conv2d", x.dim(i + 1), w.dim(i + 2), [stride[i], padding[i], dilation[i]]));
        i += 1;
    }
    y
}

/// Panics where ranks, channels, groups or bias do not fit a window of `dims` dimensions.
#[track_caller]
pub(super) const fn window(name: &str, x: Shape, w: Shape, b: Option<Shape>, groups: usize, dims: usize) {
    if x.rank() != dims + 1 || w.rank() != dims + 2 {
        let text = Text::new().text("`").text(name).text("` of ").shape(x.dims()).text(" by ").shape(w.dims());
        let lengths = if dims == 1 { "[channels, length] by [outputs, channels, length]" } else { "" };
        let lengths =
            if dims == 2 { "[channels, rows, columns] by [outputs, channels, rows, columns]" } else { lengths };
        text.text(": write ").text(lengths).panic();
    }
    let (channels, outputs) = (x.dim(0), w.dim(0));
    if groups == 0 || !outputs.is_multiple_of(groups) || channels != w.dim(1) * groups {
        let text = Text::new().text("`").text(name).text("` of ").number(channels).text(" channels by a weight of ");
        let text =
            text.shape(w.dims()).text(" in ").number(groups).text(if groups == 1 { " group" } else { " groups" });
        text.text(": the weight is [outputs, channels / groups, ..], and groups divide both").panic();
    }
    if let Some(b) = b {
        takes("the bias of a convolution", b, Shape::new(&[outputs]));
    }
}

/// The positions of a window along a dimension, of which there is at least one.
#[track_caller]
pub(super) const fn positions(name: &str, length: usize, kernel: usize, options: [usize; 3]) -> usize {
    let [stride, padding, dilation] = options;
    let positions = windows(length, kernel, stride, 2 * padding, dilation);
    if positions == 0 {
        let text = Text::new()
            .text("a window of `")
            .text(name)
            .text("` takes ")
            .number(dilation * kernel.saturating_sub(1) + 1);
        let text = text.text(" elements, and ").number(length).text(" with ").number(2 * padding);
        text.text(" zeros around them are fewer: write a smaller weight, or more padding").panic();
    }
    positions
}

/// How the window moves, where x, w and y fit each other: a build stops where they do not.
const fn slide(
    [stride, padding, dilation]: [[usize; 2]; 3],
    [from, kernel, to]: [[usize; 2]; 3],
    [c, i, o]: [usize; 3],
) -> Slide {
    let rows = windows(from[0], kernel[0], stride[0], 2 * padding[0], dilation[0]);
    let columns = windows(from[1], kernel[1], stride[1], 2 * padding[1], dilation[1]);
    assert!(rows == to[0] && columns == to[1], "the convolution gives another shape");
    assert!(i > 0 && c > 0 && c.is_multiple_of(i) && o.is_multiple_of(c / i), "groups do not divide the channels");
    Slide { stride, padding, dilation }
}

/// Writes y; the bias is `[T; O]` or `()`.
#[inline(always)]
#[rustfmt::skip]
pub fn value<
    const SH: usize, const SW: usize, const PH: usize, const PW: usize, const DH: usize, const DW: usize,
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize, B: Bias<T>,
>(
    x: &[[[T; W]; H]; C],
    w: &[[[[T; KW]; KH]; I]; O],
    b: &B,
    y: &mut [[[T; OW]; OH]; O],
) {
    let slide = const { slide([[SH, SW], [PH, PW], [DH, DW]], [[H, W], [KH, KW], [OH, OW]], [C, I, O]) };
    convolution::gather(from_mut(y), from_ref(x), w, b, slide);
}

/// **Adds** dL/dx; reads w.
#[inline(always)]
#[rustfmt::skip]
pub fn pull0<
    const SH: usize, const SW: usize, const PH: usize, const PW: usize, const DH: usize, const DW: usize,
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    dy: &[[[T; OW]; OH]; O],
    w: &[[[[T; KW]; KH]; I]; O],
    dx: &mut [[[T; W]; H]; C],
) {
    let slide = const { slide([[SH, SW], [PH, PW], [DH, DW]], [[H, W], [KH, KW], [OH, OW]], [C, I, O]) };
    let mut sums = zero::<[[[T; W]; H]; C]>(); // [C, H, W]: the kernels write
    convolution::scatter(from_mut(&mut sums), from_ref(dy), w, &(), slide);
    for (dx, sum) in flat_mut(dx).iter_mut().zip(flat(&sums)) {
        *dx += *sum;
    }
}

/// **Adds** dL/dw; reads x.
#[inline(always)]
#[rustfmt::skip]
pub fn pull1<
    const SH: usize, const SW: usize, const PH: usize, const PW: usize, const DH: usize, const DW: usize,
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    dy: &[[[T; OW]; OH]; O],
    x: &[[[T; W]; H]; C],
    dw: &mut [[[[T; KW]; KH]; I]; O],
) {
    let slide = const { slide([[SH, SW], [PH, PW], [DH, DW]], [[H, W], [KH, KW], [OH, OW]], [C, I, O]) };
    convolution::gradient_weight(dw, from_ref(x), from_ref(dy), slide);
}

/// **Adds** dL/db; reads nothing.
#[inline(always)]
pub fn pull2<T: Scalar, const O: usize, const OH: usize, const OW: usize>(dy: &[[[T; OW]; OH]; O], db: &mut [T; O]) {
    convolution::gradient_bias(db, from_ref(dy));
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;
    use crate::{Conv2d, Op, Pass, Rng, zeros};

    type X = [[[f64; 7]; 6]; 4];

    #[test]
    fn bits_are_those_of_the_layer() {
        type Layer = Conv2d<2, 6, 3, 2, f64, [f64; 6], 2, 1, 1, 0, 1, 2, 2>;
        let (rng, mut layer) = (&mut Rng::new(3), zeros::<Layer>());
        let mut fill = |values: &mut [f64]| values.iter_mut().for_each(|v| *v = f64::uniform(rng, 1.0));
        let (mut x, mut dy) = ([[[[0.0; 7]; 6]; 4]], [[[[0.0; 5]; 3]; 6]]);
        fill(flat_mut(&mut x));
        fill(flat_mut(&mut dy));
        fill(flat_mut(&mut layer.weight));
        fill(&mut layer.bias);
        let (mut y, mut dx, mut dp) = (dy, x, zeros::<Layer>());
        layer.infer(&x, &mut y, &mut []);
        let (mut one, mut dx1, mut dp1) = ([[[9.0; 5]; 3]; 6], [[[0.0; 7]; 6]; 4], zeros::<Layer>());
        value::<2, 1, 1, 0, 1, 2, _, _, _, _, _, _, _, _, _, _, _>(&x[0], &layer.weight, &layer.bias, &mut one);
        pull0::<2, 1, 1, 0, 1, 2, _, _, _, _, _, _, _, _, _, _>(&dy[0], &layer.weight, &mut dx1);
        pull1::<2, 1, 1, 0, 1, 2, _, _, _, _, _, _, _, _, _, _>(&dy[0], &x[0], &mut dp1.weight);
        pull2(&dy[0], &mut dp1.bias);
        layer.backward(&Pass::default(), &x, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        assert_eq!((one, dx1, dp1), (y[0], dx[0], dp));
        let shapes = [Shape::of::<X>(), Shape::of_value(&layer.weight)];
        let y = rule(shapes[0], shapes[1], Some(Shape::new(&[6])), [2, 1], [1, 0], [1, 2], 2);
        assert_eq!(y, Shape::new(&[6, 3, 5]));
    }

    #[test]
    #[should_panic(expected = "`conv2d` of 4 channels by a weight of [6, 3, 3, 3] in 1 group: the weight is")]
    fn channels_meet_channels() {
        rule(Shape::of::<X>(), Shape::new(&[6, 3, 3, 3]), None, [1, 1], [0, 0], [1, 1], 1);
    }

    #[test]
    #[should_panic(expected = "a window of `conv2d` takes 9 elements, and 6 with 2 zeros around them are fewer")]
    fn a_window_fits() {
        rule(Shape::of::<X>(), Shape::new(&[6, 4, 9, 3]), None, [1, 1], [1, 1], [1, 1], 1);
    }

    #[test]
    #[should_panic(expected = "`conv2d` of [4, 6, 7] by [6, 4, 3]: write [channels, rows, columns] by [outputs, ")]
    fn a_weight_has_four_dimensions() {
        rule(Shape::of::<X>(), Shape::new(&[6, 4, 3]), None, [1, 1], [0, 0], [1, 1], 1);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        type W = [[[[f64; 3]; 2]; 2]; 2];
        type Y = [[[f64; 3]; 4]; 2];
        let value = |x: &X, w: &W, y: &mut Y| {
            value::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _, _>(x, w, &[0.5, -0.5], y);
        };
        let pull0 = |dy: &Y, w: &W, dx: &mut X| pull0::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _>(dy, w, dx);
        let pull1 = |dy: &Y, x: &X, dw: &mut W| pull1::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _>(dy, x, dw);
        Check::new(7).two(value, |dy, _, w, _, dx| pull0(dy, w, dx), |dy, x, _, _, dw| pull1(dy, x, dw));
        let value = |b: &[f64; 2], y: &mut Y| {
            super::value::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _, _>(&zero::<X>(), &zero::<W>(), b, y);
        };
        Check::new(7).one(value, |dy, _, _, db| pull2(dy, db));
    }
}
