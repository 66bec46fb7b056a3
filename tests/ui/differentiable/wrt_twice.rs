use dnn::prelude::*;

#[differentiable(wrt(x, x))]
fn f(x: &[f32; 3], w: &[f32; 3]) -> f32 {
    sum(x * w)
}

fn main() {}
