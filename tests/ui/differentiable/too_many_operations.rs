use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let mut s = sum(x);
    for _ in 0..100_000 {
        s *= 2.0;
    }
    s
}

fn main() {}
