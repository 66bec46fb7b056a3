use dnn::prelude::*;

#[differentiable(wrt())]
fn f(x: &[f32; 3]) -> f32 {
    sum(x)
}

fn main() {}
