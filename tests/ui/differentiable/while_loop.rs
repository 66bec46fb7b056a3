use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let mut s = sum(x);
    while s > 1.0 {
        s = s / 2.0;
    }
    s
}

fn main() {}
