use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 6]) -> f32 {
    sum(reshape(x, [2, 4])[0])
}

fn main() {}
