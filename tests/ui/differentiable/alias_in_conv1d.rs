use dnn::prelude::*;

type Signal = [[f32; 4]; 2];

#[differentiable]
fn f(x: &Signal, w: &[[[f32; 7]; 2]; 3]) -> f32 {
    sum(conv1d(x, w, padding = 1, dilation = 2))
}

fn main() {}
