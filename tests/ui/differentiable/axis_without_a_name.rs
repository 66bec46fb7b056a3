use dnn::prelude::*;

#[differentiable]
fn f(x: &[[f32; 3]; 2]) -> f32 {
    sum(softmax(x, 1))
}

fn main() {}
