use dnn::prelude::*;

#[differentiable]
fn f(x: &[[[f32; 4]; 3]; 2], w: &[[[f32; 2]; 4]; 5]) -> f32 {
    sum(matmul(x, w))
}

fn main() {}
