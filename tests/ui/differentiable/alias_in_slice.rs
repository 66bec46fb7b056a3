use dnn::prelude::*;

type Row = [f32; 10];

#[differentiable]
fn f(x: &Row) -> f32 {
    sum(x[7..4])
}

fn main() {}
