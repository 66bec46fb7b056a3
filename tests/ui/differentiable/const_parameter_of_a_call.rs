use dnn::prelude::*;

#[differentiable]
fn distance<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    sum(square(a - b))
}

#[differentiable]
fn f(a: &[f32; 3], b: &[f32; 4]) -> f32 {
    distance(a, b)
}

fn main() {}
