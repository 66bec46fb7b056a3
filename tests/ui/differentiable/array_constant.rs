use dnn::prelude::*;

const WEIGHT: [f32; 3] = [1.0, 2.0, 3.0];

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(x * WEIGHT)
}

fn main() {}
