use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let y: f64 = sum(x);
    y
}

fn main() {}
