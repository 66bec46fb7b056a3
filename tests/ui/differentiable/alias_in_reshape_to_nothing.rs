use dnn::prelude::*;

type Row = [f32; 10];

#[differentiable]
fn f(x: &Row) -> f32 {
    sum(reshape(x, [0, -1]))
}

fn main() {}
