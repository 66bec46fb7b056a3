use dnn::prelude::*;

#[differentiable(by(x))]
fn f(x: &[f32; 3]) -> f32 {
    sum(x)
}

fn main() {}
