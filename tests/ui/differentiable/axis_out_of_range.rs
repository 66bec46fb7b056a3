use dnn::prelude::*;

#[differentiable]
fn f(x: &[[f32; 3]; 2]) -> [f32; 3] {
    sum(x, axis = 2)
}

fn main() {}
