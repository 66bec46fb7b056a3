use dnn::prelude::*;

#[differentiable]
fn f(w: &[[f32; 3]; 2], s: f32) -> f32 {
    sum(matmul(w, s))
}

fn main() {}
