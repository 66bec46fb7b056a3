use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], labels: &[u8; 3]) -> f32 {
    sum(x * labels)
}

fn main() {}
