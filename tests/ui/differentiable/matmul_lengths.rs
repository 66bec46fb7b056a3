use dnn::prelude::*;

#[differentiable]
fn f(w: &[[f32; 3]; 2], x: &[f32; 4]) -> f32 {
    sum(matmul(w, x))
}

fn main() {}
