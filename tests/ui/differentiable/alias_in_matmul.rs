use dnn::prelude::*;

type Row = [f32; 3];

#[differentiable]
fn f(w: &[[f32; 4]; 2], x: &Row) -> f32 {
    sum(matmul(w, x))
}

fn main() {}
