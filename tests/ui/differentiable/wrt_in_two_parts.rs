use dnn::prelude::*;

#[differentiable(wrt(x), wrt(y))]
fn f(x: f32, y: f32) -> f32 {
    x * y
}

fn main() {}
