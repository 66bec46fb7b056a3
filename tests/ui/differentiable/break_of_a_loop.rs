use dnn::prelude::*;

#[differentiable]
fn f(x: f32) -> f32 {
    let mut s = x;
    for i in 0..3 {
        if i == 1 {
            break;
        }
        s *= 2.0;
    }
    s
}

fn main() {}
