use dnn::prelude::*;

#[differentiable]
fn double(x: &[f32; 3]) -> [f32; 3] {
    2.0 * x
}

#[differentiable]
fn f(x: &[f32; 4]) -> f32 {
    sum(double(x))
}

fn main() {}
