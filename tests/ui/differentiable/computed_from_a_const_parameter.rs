use dnn::prelude::*;

#[differentiable]
fn f<const N: usize>(x: &[f32; N]) -> f32 {
    sum(x[1..])
}

fn main() {}
