use dnn::prelude::*;

#[differentiable]
fn total<T: Scalar>(x: &[T; 3]) -> T {
    sum(x)
}

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    total::<f32>(x)
}

fn main() {}
