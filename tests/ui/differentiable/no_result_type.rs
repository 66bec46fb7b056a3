use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) {
    let y = x + 1.0;
}

fn main() {}
