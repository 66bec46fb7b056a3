use dnn::prelude::*;

type Row = [f32; 4];

#[differentiable]
fn f(x: &Row, w: &[[f32; 3]; 2]) -> f32 {
    sum(linear(x, w))
}

fn main() {}
