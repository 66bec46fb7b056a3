use dnn::prelude::*;

#[differentiable(wrt(n))]
fn f(x: &[f32; 3], n: usize) -> f32 {
    let mut y = sum(x);
    if n > 1 {
        y += 1.0;
    }
    y
}

fn main() {}
