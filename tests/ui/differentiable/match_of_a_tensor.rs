use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    match sum(x) {
        _ => 1.0,
    }
}

fn main() {}
