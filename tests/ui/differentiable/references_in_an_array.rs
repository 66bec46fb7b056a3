use dnn::prelude::*;

#[differentiable]
fn f(x: &[&[f32; 3]; 2]) -> f32 {
    sum(x[0])
}

fn main() {}
