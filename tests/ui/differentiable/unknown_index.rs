use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], i: usize) -> f32 {
    x[i]
}

fn main() {}
