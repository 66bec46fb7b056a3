use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 2]) -> f32 {
    let (a, b) = x;
    a + b
}

fn main() {}
