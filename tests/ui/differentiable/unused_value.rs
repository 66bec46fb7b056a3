use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let y = x * 2.0;
    sum(x)
}

fn main() {}
