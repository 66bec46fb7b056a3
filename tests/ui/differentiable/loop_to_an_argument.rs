use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], n: usize) -> f32 {
    let mut s = sum(x);
    for _ in 0..n {
        s *= 2.0;
    }
    s
}

fn main() {}
