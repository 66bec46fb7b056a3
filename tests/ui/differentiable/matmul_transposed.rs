use dnn::prelude::*;

#[differentiable]
fn f(a: &[[f32; 3]; 2], b: &[[f32; 3]; 4]) -> f32 {
    sum(matmul(a, b))
}

fn main() {}
