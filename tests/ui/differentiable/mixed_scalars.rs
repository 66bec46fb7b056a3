use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], y: &[f64; 3]) -> f32 {
    sum(x * y)
}

fn main() {}
