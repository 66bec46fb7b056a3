use dnn::prelude::*;

type Row = [f32; 3];

#[differentiable]
fn f(x: &[f32; 4]) -> Row {
    x + 1.0
}

fn main() {}
