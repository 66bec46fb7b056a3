use dnn::prelude::*;

type Matrix = [[f32; 3]; 2];

#[differentiable]
fn f(x: &[f32; 4], y: &Matrix) -> f32 {
    sum(outer(x, y))
}

fn main() {}
