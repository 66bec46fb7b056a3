use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let s = sum(x);
    s += 1.0;
    s
}

fn main() {}
