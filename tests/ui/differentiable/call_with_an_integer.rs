use dnn::prelude::*;

#[differentiable]
fn scaled(x: f32, by: f32) -> f32 {
    x * by
}

#[differentiable]
fn f(x: f32) -> f32 {
    scaled(x, 2)
}

fn main() {}
