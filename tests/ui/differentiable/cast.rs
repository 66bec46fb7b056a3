use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], n: usize) -> f32 {
    sum(x) / n as f32
}

fn main() {}
