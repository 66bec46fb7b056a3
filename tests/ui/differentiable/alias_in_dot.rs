use dnn::prelude::*;

type Row = [f32; 3];

#[differentiable]
fn f(x: &Row, y: &[f32; 4]) -> f32 {
    dot(x, y)
}

fn main() {}
