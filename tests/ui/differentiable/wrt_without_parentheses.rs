use dnn::prelude::*;

#[differentiable(wrt = x)]
fn f(x: &[f32; 3]) -> f32 {
    sum(x)
}

fn main() {}
