use dnn::prelude::*;

#[differentiable]
fn f<const N: usize, const M: usize>(x: &[f32; N], y: &[f32; M]) -> f32 {
    sum(x * y)
}

fn main() {}
