use dnn::prelude::*;

#[differentiable]
fn f(x: f32) -> f32 {
    f32::sqrt(x)
}

fn main() {}
