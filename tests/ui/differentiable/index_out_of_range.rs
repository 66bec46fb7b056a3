use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    x[3]
}

fn main() {}
