//! Rules of the run time that are wrong by one are caught by typenum's algebra: one error for each function.

#[path = "../check/wrong.rs"]
mod wrong;

use dnn::prelude::*;

type Row = [f32; 12];
type Matrix = [[f32; 3]; 4];
type Signal = [[f32; 9]; 2];
type Image = [[[f32; 9]; 6]; 2];

#[differentiable(crate = crate::wrong)]
fn concatenated(x: &Row) -> f32 {
    sum(concat(x, x))
}

#[differentiable(crate = crate::wrong)]
fn conv_of_a_signal(x: &Signal, w: &[[[f32; 3]; 2]; 3]) -> f32 {
    sum(conv1d(x, w, stride = 2, padding = 1))
}

#[differentiable(crate = crate::wrong)]
fn conv_of_an_image(x: &Image, w: &[[[[f32; 3]; 3]; 2]; 3]) -> f32 {
    sum(conv2d(x, w, dilation = 2))
}

#[differentiable(crate = crate::wrong)]
fn flattened(x: &Matrix) -> f32 {
    sum(flatten(x))
}

#[differentiable(crate = crate::wrong)]
fn inferred(x: &Matrix) -> f32 {
    sum(reshape(x, [-1, 2]))
}

#[differentiable(crate = crate::wrong)]
fn product(x: &Matrix, y: &[[f32; 2]; 3]) -> f32 {
    sum(matmul(x, y))
}

#[differentiable(crate = crate::wrong)]
fn outer_product(x: &Row, y: &[f32; 2]) -> f32 {
    sum(outer(x, y))
}

#[differentiable(crate = crate::wrong)]
fn rows(x: &Matrix) -> f32 {
    sum(mean(x, axis = 1))
}

#[differentiable(crate = crate::wrong)]
fn scores(x: &Matrix, w: &[[f32; 3]; 5]) -> f32 {
    sum(linear(x, w))
}

#[differentiable(crate = crate::wrong)]
fn sliced(x: &Row) -> f32 {
    sum(x[2..7])
}

#[differentiable(crate = crate::wrong)]
fn transposed(x: &Matrix) -> f32 {
    sum(transpose(x))
}

fn main() {}
