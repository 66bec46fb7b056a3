use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    let mut s = 0.0;
    for v in x {
        s += v;
    }
    s
}

fn main() {}
