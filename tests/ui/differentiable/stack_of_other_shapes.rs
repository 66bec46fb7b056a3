use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], y: &[f32; 4]) -> f32 {
    sum(stack(x, y, axis = 1))
}

fn main() {}
