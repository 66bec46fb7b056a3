use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(x * [1.0, 0.0, true])
}

fn main() {}
