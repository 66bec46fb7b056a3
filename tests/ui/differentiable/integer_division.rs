use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    1 / 3 * sum(x)
}

fn main() {}
