//! y = x Wᵀ + b with W of shape [O, I], PyTorch's
//! [`linear`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html); x is one sample `[I]`, or a
//! batch `[B, I]`
//!
//! dx += dy W, dW += dyᵀ x, db += sum over samples of dy
//!
//! Value and gradients are those of the layer [`Linear`](crate::Linear) to the bit: they are the same kernels.

use super::axis::parts;
use super::shape::{Shape, takes};
use crate::check::Text;
use crate::kernels::linear;
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, view, view_mut};
use core::slice::{from_mut, from_ref};

/// The shape of y: x with O in the place of I.
#[track_caller]
pub const fn rule(x: Shape, w: Shape, b: Option<Shape>) -> Shape {
    if w.rank() != 2 {
        let text = Text::new().text("the weight of `linear` has the shape ").shape(w.dims());
        text.text(", and is a matrix: write [outputs, inputs]").panic();
    }
    if x.rank() == 0 || x.dim(x.rank() - 1) != w.dim(1) {
        let text = Text::new().text("`linear` by ").shape(w.dims()).text(" takes ").number(w.dim(1));
        text.text(" inputs, and not ").shape(x.dims()).text(": change one of them").panic();
    }
    if let Some(b) = b
        && !(b.rank() == 1 && b.dim(0) == 1)
    {
        takes("the bias of `linear`", b, Shape::new(&[w.dim(0)]));
    }
    x.with(x.rank() - 1, w.dim(0))
}

/// Writes y; `b` is `[T; O]`, `[T; 1]` for one element that all outputs share, or `()`.
#[inline(always)]
pub fn value<T: Scalar, X, const I: usize, const O: usize, B: Bias<T>, Y>(x: &X, w: &[[T; I]; O], b: &B, y: &mut Y)
where
    X: Tensor<Scalar = T>,
    Y: Tensor<Scalar = T>,
{
    linear::forward(view_mut::<Y, [T; O]>(from_mut(y)), view::<X, [T; I]>(from_ref(x)), w, b);
}

/// **Adds** dL/dx; reads w.
#[inline(always)]
pub fn pull0<T: Scalar, X, const I: usize, const O: usize, Y>(dy: &Y, w: &[[T; I]; O], dx: &mut X)
where
    X: Tensor<Scalar = T>,
    Y: Tensor<Scalar = T>,
{
    linear::gradient_input(view_mut::<X, [T; I]>(from_mut(dx)), view::<Y, [T; O]>(from_ref(dy)), w, true);
}

/// **Adds** dL/dw; reads x.
#[inline(always)]
pub fn pull1<T: Scalar, X, const I: usize, const O: usize, Y>(dy: &Y, x: &X, dw: &mut [[T; I]; O])
where
    X: Tensor<Scalar = T>,
    Y: Tensor<Scalar = T>,
{
    linear::gradient_weight(dw, view::<Y, [T; O]>(from_ref(dy)), view::<X, [T; I]>(from_ref(x)), true);
}

/// **Adds** dL/db; reads nothing.
#[inline(always)]
pub fn pull2<T: Scalar, B: Bias<T>, Y: Tensor<Scalar = T>>(dy: &Y, db: &mut B) {
    for dy in parts(flat(from_ref(dy)), const { Shape::of::<Y>().last() }) {
        for (o, dy) in dy.iter().enumerate() {
            db.add(o, *dy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;
    use crate::{Layer, Linear, Parameters, Pass, Rng, zeros};

    /// Value and gradients of the layer and of the function, for a batch.
    fn same_bits<const I: usize, const O: usize, const N: usize, B: Bias<f32> + Copy + PartialEq + core::fmt::Debug>() {
        let rng = &mut Rng::new(3);
        let mut layer: Linear<I, O, f32, B> = zeros();
        layer.init_in(rng);
        let random = |rng: &mut Rng| f32::uniform(rng, 1.0);
        let x: [[f32; I]; N] = core::array::from_fn(|_| core::array::from_fn(|_| random(rng)));
        let mut dy: [[f32; O]; N] = core::array::from_fn(|_| core::array::from_fn(|_| random(rng)));
        let (mut y, mut dx, mut dp) = ([[9.0; O]; N], [[9.0; I]; N], zeros::<Linear<I, O, f32, B>>());
        let (mut y1, mut dx1, mut dp1) = (y, [[0.0; I]; N], dp.clone());
        layer.infer(&x, &mut y, &mut []);
        Layer::backward(&layer, &Pass::default(), &x, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        value(&x, &layer.weight, &layer.bias, &mut y1);
        pull0(&dy, &layer.weight, &mut dx1);
        pull1(&dy, &x, &mut dp1.weight);
        pull2(&dy, &mut dp1.bias);
        assert_eq!((y, dx, dp), (y1, dx1, dp1), "{N} x {I} x {O}");
        // One sample as a vector, by `linear` and by `matmul`.
        let (mut one, mut product) = ([9.0; O], [9.0; O]);
        let mut alone = [[9.0; O]];
        layer.infer(&x[..1], &mut alone, &mut []);
        value(&x[0], &layer.weight, &layer.bias, &mut one);
        assert_eq!(one, alone[0]);
        if B::DIMS.is_none() {
            super::super::matmul::value(&layer.weight, &x[0], &mut product);
            assert_eq!(product, one);
        }
    }

    #[test]
    fn bits_are_those_of_the_layer() {
        same_bits::<2, 2, 1, [f32; 2]>();
        same_bits::<2, 2, 3, [f32; 1]>();
        same_bits::<7, 40, 20, [f32; 40]>();
        same_bits::<17, 13, 5, ()>();
        same_bits::<33, 64, 1, ()>();
        same_bits::<64, 10, 32, [f32; 10]>();
    }

    #[test]
    fn shapes() {
        let shape = |dims| Shape::new(dims);
        assert_eq!(rule(shape(&[3]), shape(&[2, 3]), None), shape(&[2]));
        assert_eq!(rule(shape(&[5, 3]), shape(&[2, 3]), Some(shape(&[2]))), shape(&[5, 2]));
    }

    #[test]
    #[should_panic(expected = "`linear` by [2, 3] takes 3 inputs, and not [2]: change one of them")]
    fn a_weight_of_another_order() {
        rule(Shape::new(&[2]), Shape::new(&[2, 3]), None);
    }

    #[test]
    #[should_panic(expected = "the bias of `linear` is [2] here, and not [3]: change one of them")]
    fn a_bias_of_another_length() {
        rule(Shape::new(&[3]), Shape::new(&[2, 3]), Some(Shape::new(&[3])));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<X: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>, const I: usize, const O: usize>() {
            let value = |x: &X, w: &[[f64; I]; O], y: &mut Y| value(x, w, &[0.5; O], y);
            Check::new(7).two(value, |dy, _, w, _, dx| pull0(dy, w, dx), |dy, x, _, _, dw| pull1(dy, x, dw));
            let value = |b: &[f64; O], y: &mut Y| super::value(&zeros_of::<X>(), &[[0.0; I]; O], b, y);
            Check::new(8).one(value, |dy, _, _, db| pull2(dy, db));
        }
        fn zeros_of<X: Tensor>() -> X {
            crate::tensor::zero()
        }
        check::<[f64; 3], [f64; 2], 3, 2>();
        check::<[[f64; 3]; 4], [[f64; 2]; 4], 3, 2>();
        check::<[[f64; 17]; 4], [[f64; 9]; 4], 17, 9>();
    }
}
