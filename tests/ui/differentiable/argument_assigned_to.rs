use dnn::prelude::*;

#[differentiable]
fn f(mut x: [f32; 3]) -> f32 {
    x += 1.0;
    sum(x)
}

fn main() {}
