use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    unsafe { sum(x) }
}

fn main() {}
