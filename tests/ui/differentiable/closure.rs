use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let square = |v: f32| v * v;
    sum(x)
}

fn main() {}
