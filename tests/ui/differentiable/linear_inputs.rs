use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], w: &[[f32; 4]; 2], b: &[f32; 2]) -> f32 {
    sum(linear(x, w, b))
}

fn main() {}
