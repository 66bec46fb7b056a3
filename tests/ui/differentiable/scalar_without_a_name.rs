use dnn::prelude::*;

#[differentiable]
fn f(x: &[impl Scalar; 3]) -> f32 {
    sum(x)
}

fn main() {}
