use dnn::prelude::*;

#[differentiable]
#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(x)
}

fn main() {}
