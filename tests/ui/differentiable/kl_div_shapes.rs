use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], t: &[f32; 4]) -> f32 {
    kl_div(x, t)
}

fn main() {}
