use dnn::prelude::*;

#[differentiable]
fn f(x: f32, n: Option<u8>) -> f32 {
    if let Some(2) = n { x * 2.0 } else { x }
}

fn main() {}
