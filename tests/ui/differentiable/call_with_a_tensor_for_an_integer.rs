use dnn::prelude::*;

#[differentiable]
fn scaled(x: f32, n: usize) -> f32 {
    if n > 2 { x } else { 2.0 * x }
}

#[differentiable]
fn f(x: f32) -> f32 {
    scaled(x, 2.0)
}

fn main() {}
