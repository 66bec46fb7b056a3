use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let y = dbg!(x);
    sum(y)
}

fn main() {}
