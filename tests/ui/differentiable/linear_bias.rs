use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], w: &[[f32; 3]; 2], b: &[f32; 3]) -> f32 {
    sum(linear(x, w, b))
}

fn main() {}
