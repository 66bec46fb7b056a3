use dnn::prelude::*;

type Batch = [[[f32; 4]; 3]; 2];

#[differentiable]
fn f(x: &Batch, w: &[[f32; 2]; 3]) -> f32 {
    sum(matmul(x, w))
}

fn main() {}
