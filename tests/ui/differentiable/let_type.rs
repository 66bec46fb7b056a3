use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let y: [f32; 4] = x + 1.0;
    sum(y)
}

fn main() {}
