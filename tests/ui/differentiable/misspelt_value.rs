use dnn::prelude::*;

#[differentiable]
fn f(weight: &[f32; 3]) -> f32 {
    sum(wieght * weight)
}

fn main() {}
