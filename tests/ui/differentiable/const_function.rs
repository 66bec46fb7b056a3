use dnn::prelude::*;

#[differentiable]
const fn f(x: &[f32; 3]) -> f32 {
    sum(x)
}

fn main() {}
