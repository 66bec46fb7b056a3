use dnn::prelude::*;

#[differentiable]
fn total(x: &[f32; 3]) -> f32 {
    sum(x)
}

#[differentiable]
fn f(x: &[f64; 3]) -> f64 {
    total(x)
}

#[differentiable]
fn g<T: Scalar>(x: &[T; 3]) -> T {
    total(x)
}

fn main() {}
