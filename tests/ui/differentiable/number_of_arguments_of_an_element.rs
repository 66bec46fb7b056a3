use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(exp(x, x))
}

fn main() {}
