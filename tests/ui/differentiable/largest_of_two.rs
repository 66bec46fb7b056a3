use dnn::prelude::*;

#[differentiable]
fn f(x: f32) -> f32 {
    max(x, 0.0)
}

fn main() {}
