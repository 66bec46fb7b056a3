//! Every function of tensors that a differentiable function can call, and each of its pulls.

use core::hint::black_box;
use dnn::__private::functions::elements::*;
use dnn::__private::functions::shape::{WHOLE, zero};
use dnn::__private::functions::*;
use dnn::Tensor;

type Matrix = [[f32; 4]; 3];
type Cube = [[[f32; 4]; 3]; 2];

/// What a function writes to a tensor.
#[inline(always)]
fn to<Y: Tensor>(write: impl FnOnce(&mut Y)) {
    let mut y = zero();
    write(&mut y);
    black_box(y);
}

pub fn run() {
    reductions(black_box(&[[[0.5; 4]; 3]; 2]), black_box(&[[0.5; 4]; 2]));
    products(black_box(&[[0.5; 4]; 3]), black_box(&[0.5; 4]), black_box(&[0.5; 3]));
    parts(black_box(&[[0.5; 4]; 3]), black_box(&[[0.5; 2]; 3]), black_box(&[0.5; 4]));
    convolutions(black_box(&[[[0.5; 4]; 3]; 2]), black_box(&[[[[0.5; 2]; 3]; 1]; 4]), black_box(&[[[0.5; 2]; 2]; 4]));
    losses(black_box(&[0.5; 4]), black_box(&[0.25; 4]), black_box(&1.0));
    for x in black_box([-0.5, 0.5, 1e9]) {
        black_box(numbers(x, black_box(2.5)));
    }
}

fn reductions(a: &Cube, rows: &[[f32; 4]; 2]) {
    to::<f32>(|y| sum::value::<WHOLE, _, _>(a, y));
    to::<[[f32; 4]; 2]>(|y| sum::value::<1, _, _>(a, y));
    to::<Cube>(|da| sum::pull::<1, _, _>(rows, da));
    to::<[[f32; 4]; 2]>(|y| mean::value::<1, _, _>(a, y));
    to::<Cube>(|da| mean::pull::<1, _, _>(rows, da));
    to::<[[f32; 4]; 2]>(|y| variance::value::<1, 1, _, _>(a, y));
    to::<Cube>(|da| variance::pull::<1, 1, _, _>(rows, a, da));
    to::<[[f32; 4]; 2]>(|y| std::value::<1, 1, _, _>(a, y));
    to::<Cube>(|da| std::pull::<1, 1, _, _>(rows, a, rows, da));
    to::<[[f32; 4]; 2]>(|y| norm::value::<1, _, _>(a, y));
    to::<Cube>(|da| norm::pull::<1, _, _>(rows, a, rows, da));
    to::<[[f32; 4]; 2]>(|y| prod::value::<1, _, _>(a, y));
    to::<Cube>(|da| prod::pull::<1, _, _>(rows, a, da));
    to::<Cube>(|y| cumsum::value::<1, _>(a, y));
    to::<Cube>(|da| cumsum::pull::<1, _>(a, da));
    to::<Cube>(|y| tril::value::<0, _>(a, y));
    to::<Cube>(|da| tril::pull::<-1, _>(a, da));
    to::<Cube>(|y| triu::value::<1, _>(a, y));
    to::<Cube>(|da| triu::pull::<0, _>(a, da));
    let turned = black_box(&[[[0.5f32; 3]; 2]; 4]);
    to::<[[[f32; 3]; 2]; 4]>(|y| permute::value::<2, 0, 1, 3, 4, 5, _, _>(a, y));
    to::<Cube>(|da| permute::pull::<2, 0, 1, 3, 4, 5, _, _>(turned, da));
    to::<[[f32; 4]; 2]>(|y| max::value::<1, _, _>(a, y));
    to::<Cube>(|da| max::pull::<1, _, _>(rows, a, rows, da));
    to::<[[f32; 4]; 2]>(|y| min::value::<1, _, _>(a, y));
    to::<Cube>(|da| min::pull::<1, _, _>(rows, a, rows, da));
    to::<[[f32; 4]; 2]>(|y| logsumexp::value::<1, _, _>(a, y));
    to::<Cube>(|da| logsumexp::pull::<1, _, _>(rows, a, rows, da));
    to::<Cube>(|y| softmax::value::<2, _>(a, y));
    to::<Cube>(|y| softmax::value::<1, _>(a, y));
    to::<Cube>(|da| softmax::pull::<1, _>(a, a, da));
    to::<Cube>(|y| log_softmax::value::<1, _>(a, y));
    to::<Cube>(|da| log_softmax::pull::<1, _>(a, a, da));
}

fn products(a: &Matrix, row: &[f32; 4], column: &[f32; 3]) {
    to::<[f32; 3]>(|y| matmul::value(a, row, y));
    to::<Matrix>(|da| matmul::pull0(column, row, da));
    to::<[f32; 4]>(|db| matmul::pull1(column, a, db));
    to::<[f32; 4]>(|y| matmul::value(column, a, y));
    to::<[f32; 3]>(|da| matmul::pull0(row, a, da));
    to::<Matrix>(|db| matmul::pull1(row, column, db));
    to::<f32>(|y| matmul::value(row, row, y));
    to::<[f32; 4]>(|da| matmul::pull0(&1.0, row, da));
    to::<[f32; 4]>(|db| matmul::pull1(&1.0, row, db));
    let square = black_box(&[[0.5; 4]; 4]);
    to::<Matrix>(|y| matmul::value(a, square, y));
    to::<Matrix>(|da| matmul::pull0(a, square, da));
    to::<[[f32; 4]; 4]>(|db| matmul::pull1(a, a, db));
    let large = black_box(&[[0.5; 16]; 8]);
    to::<[[[f32; 8]; 8]; 1]>(|y| matmul::value(&[*large], &[*black_box(&[[0.5; 8]; 16])], y));
    to::<[[f32; 8]; 2]>(|y| linear::value(black_box(&[[0.5f32; 16]; 2]), large, black_box(&[0.5; 8]), y));
    to::<[[f32; 16]; 2]>(|dx| linear::pull0(black_box(&[[0.5f32; 8]; 2]), large, dx));
    to::<[[f32; 16]; 8]>(|dw| linear::pull1(black_box(&[[0.5f32; 8]; 2]), black_box(&[[0.5f32; 16]; 2]), dw));
    to::<[f32; 8]>(|db| linear::pull2(black_box(&[[0.5f32; 8]; 2]), db));
    let (cube, squares) = (black_box(&[[[0.5f32; 4]; 3]; 2]), black_box(&[[[0.5; 4]; 4]; 2]));
    to::<Cube>(|y| matmul::value(cube, square, y));
    to::<Cube>(|da| matmul::pull0(cube, square, da));
    to::<[[f32; 4]; 4]>(|db| matmul::pull1(cube, cube, db));
    to::<Cube>(|y| matmul::value(a, squares, y));
    to::<Matrix>(|da| matmul::pull0(cube, squares, da));
    to::<[[[f32; 4]; 4]; 2]>(|db| matmul::pull1(cube, a, db));
    to::<[[f32; 3]; 2]>(|y| matmul::value(cube, row, y));
    to::<[[f32; 4]; 2]>(|y| matmul::value(row, squares, y));
    to::<Matrix>(|y| outer::value(column, row, y));
    to::<[f32; 3]>(|da| outer::pull0(a, row, da));
    to::<[f32; 4]>(|db| outer::pull1(a, column, db));
    to::<[[f32; 3]; 4]>(|y| transpose::value(a, y));
    to::<[[f32; 3]; 4]>(|da| transpose::pull(a, da));
}

fn parts(a: &Matrix, columns: &[[f32; 2]; 3], row: &[f32; 4]) {
    to::<[[f32; 2]; 3]>(|y| take::value::<1, 1, _, _>(a, y));
    to::<[f32; 4]>(|y| take::value::<0, 2, _, _>(a, y));
    to::<Matrix>(|da| take::pull::<1, 1, _, _>(columns, da));
    to::<Matrix>(|y| place::value::<1, 2, _, _>(columns, y));
    to::<[[f32; 2]; 3]>(|da| place::pull::<1, 2, _, _>(a, da));
    to::<Matrix>(|y| expand::value(row, y));
    to::<Matrix>(|y| expand::value(black_box(&[[0.5f32]; 3]), y));
    to::<[f32; 4]>(|da| expand::pull(a, da));
    to::<[[f32; 1]; 3]>(|da| expand::pull(a, da));
}

fn convolutions(x: &Cube, w: &[[[[f32; 2]; 3]; 1]; 4], dy: &[[[f32; 2]; 2]; 4]) {
    to::<[[[f32; 2]; 2]; 4]>(|y| {
        conv2d::value::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _, _>(x, w, black_box(&[0.5; 4]), y)
    });
    to::<Cube>(|dx| conv2d::pull0::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _>(dy, w, dx));
    to::<[[[[f32; 2]; 3]; 1]; 4]>(|dw| conv2d::pull1::<2, 2, 1, 0, 1, 1, _, _, _, _, _, _, _, _, _, _>(dy, x, dw));
    to::<[f32; 4]>(|db| conv2d::pull2(dy, db));
    let (x, w, dy) = (black_box(&[[0.5; 9]; 2]), black_box(&[[[0.5; 3]; 2]; 4]), black_box(&[[0.5; 4]; 4]));
    to::<[[f32; 4]; 4]>(|y| conv1d::value::<2, 0, 1, _, _, _, _, _, _, _, _>(x, w, &(), y));
    to::<[[f32; 9]; 2]>(|dx| conv1d::pull0::<2, 0, 1, _, _, _, _, _, _, _>(dy, w, dx));
    to::<[[[f32; 3]; 2]; 4]>(|dw| conv1d::pull1::<2, 0, 1, _, _, _, _, _, _, _>(dy, x, dw));
    to::<[f32; 4]>(|db| conv1d::pull2(dy, db));
}

fn losses(x: &[f32; 4], t: &[f32; 4], dy: &f32) {
    macro_rules! means {
        ($($name:ident $(($option:expr))?)*) => {$(
            to::<f32>(|y| $name::value(x, t, $(&$option,)? y));
            to::<[f32; 4]>(|dx| $name::pull0(dy, x, t, $(&$option,)? dx));
            to::<[f32; 4]>(|dt| $name::pull1(dy, x, t, $(&$option,)? dt));
        )*};
    }
    means! {
        mse_loss l1_loss huber_loss(black_box(0.5)) smooth_l1_loss(black_box(0.5)) binary_cross_entropy
        binary_cross_entropy_with_logits
    }
    to::<f32>(|y| kl_div::value::<false, _>(x, t, y));
    to::<[f32; 4]>(|dx| kl_div::pull0::<true, _>(dy, x, t, dx));
    to::<[f32; 4]>(|dt| kl_div::pull1::<true, _>(dy, x, t, dt));
    let class = black_box(2usize);
    to::<f32>(|y| cross_entropy::value(x, &class, y));
    to::<[f32; 4]>(|dx| cross_entropy::pull0(dy, x, &class, dx));
    to::<f32>(|y| cross_entropy::value(x, t, y));
    to::<[f32; 4]>(|dx| cross_entropy::pull0(dy, x, t, dx));
    to::<[f32; 4]>(|dt| cross_entropy::pull1(dy, x, dt));
    to::<f32>(|y| nll_loss::value(x, &class, y));
    to::<[f32; 4]>(|dx| nll_loss::pull0(dy, &class, dx));
}

/// Functions of one element and of two.
#[inline(never)]
fn numbers(x: f32, b: f32) -> [f32; 28] {
    let y = pow(x, b);
    [
        exp(x),
        exp_m1(x),
        ln(x),
        ln_1p(x),
        sqrt(x),
        abs(x) * sign(x),
        sin(x),
        cos(x),
        tanh(x),
        erf(x),
        floor(x) + ceil(x) + round(x),
        leaky_relu(x, b) + leaky_relu_pull(b, x, y),
        elu(x, b) + elu_pull(b, x, y) + elu_pull_alpha(b, x),
        sigmoid(x),
        relu(x) + relu_pull(b, x),
        gelu(x),
        gelu_pull(b, x) + gelu_curvature(x),
        gelu_tanh(x),
        gelu_tanh_pull(b, x) + gelu_tanh_curvature(x),
        silu(x) + silu_pull(b, x) + silu_curvature(x),
        softplus(x, b, 20.0),
        softplus_pull(b, x, b, 20.0) + softplus_curvature(x, b, 20.0),
        pow_pull0(1.0, x, b) + pow_curvature(x, b) + pow_mixed(x, b),
        pow_pull1(1.0, x, b, y),
        clamp(x, b, y) + clamp_pull(b, x, b, y),
        maximum(x, b) + maximum_pull0(1.0, x, b) + maximum_pull1(1.0, x, b),
        minimum(x, b) + minimum_pull0(1.0, x, b) + minimum_pull1(1.0, x, b),
        where_(x, b, y) + less(x, b) + greater_equal(x, b) + equal(x, b),
    ]
}
