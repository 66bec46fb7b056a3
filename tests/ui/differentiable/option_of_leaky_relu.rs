use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(leaky_relu(x, slope = 0.1))
}

fn main() {}
