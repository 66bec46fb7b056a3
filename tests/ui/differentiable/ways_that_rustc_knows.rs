use dnn::prelude::*;

#[differentiable]
fn double(x: &[f32; 3]) -> [f32; 3] {
    2.0 * x
}

#[differentiable]
fn f(x: &[f32; 3], on: bool) -> f32 {
    sum(if on { double(x) } else { x })
}

fn main() {}
