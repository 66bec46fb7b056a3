use dnn::prelude::*;

#[differentiable]
fn f(x: &[[[f32; 4]; 3]; 2]) -> f32 {
    sum(permute(x, [0, 2]))
}

fn main() {}
