use dnn::prelude::*;

type Batch = [[[f32; 4]; 3]; 2];

#[differentiable]
fn f(x: &Batch) -> f32 {
    sum(permute(x, [1, 0]))
}

fn main() {}
