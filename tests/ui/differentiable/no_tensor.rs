use dnn::prelude::*;

#[differentiable]
fn f(n: usize) -> f32 {
    n
}

fn main() {}
