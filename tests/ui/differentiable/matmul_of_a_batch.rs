use dnn::prelude::*;

#[differentiable]
fn f(x: &[[[f32; 4]; 3]; 2], w: &[[f32; 4]; 2]) -> f32 {
    sum(matmul(x, w))
}

fn main() {}
