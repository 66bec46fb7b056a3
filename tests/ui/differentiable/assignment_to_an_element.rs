use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let mut y = x + 1.0;
    y[0] = 2.0;
    sum(y)
}

fn main() {}
