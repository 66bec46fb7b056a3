use dnn::prelude::*;

type Image = [[[f32; 6]; 6]; 3];

#[differentiable]
fn f(x: &Image, w: &[[[[f32; 3]; 3]; 2]; 4]) -> f32 {
    sum(conv2d(x, w))
}

fn main() {}
