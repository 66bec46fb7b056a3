use dnn::prelude::*;

#[differentiable(layer = scale)]
fn scale(x: &[f32; 3], s: &[f32; 3]) -> [f32; 3] {
    x * s
}

fn main() {}
