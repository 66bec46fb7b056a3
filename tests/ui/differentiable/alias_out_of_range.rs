use dnn::prelude::*;

type Row = [f32; 3];

#[differentiable]
fn f(x: &Row) -> f32 {
    x[5]
}

fn main() {}
