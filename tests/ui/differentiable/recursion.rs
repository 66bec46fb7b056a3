use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    f(x) + 1.0
}

fn main() {}
