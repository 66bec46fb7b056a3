use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], g: fn(f32) -> f32) -> f32 {
    g(sum(x))
}

fn main() {}
