use dnn::prelude::*;

type Row = [f32; 3];

#[differentiable]
fn f(x: &Row) -> Row {
    x * 2.0
}

fn main() {
    let (_, _) = f::gradient(&[1.0, 2.0, 3.0]);
}
