use dnn::prelude::*;

#[differentiable]
fn f(a: &[[f32; 3]; 2], b: &[[f32; 4]; 2]) -> f32 {
    sum(concat(a, b))
}

fn main() {}
