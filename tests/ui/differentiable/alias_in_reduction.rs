use dnn::prelude::*;

type Matrix = [[f32; 3]; 2];

#[differentiable]
fn f(x: &Matrix) -> f32 {
    sum(mean(x, axis = 2))
}

fn main() {}
