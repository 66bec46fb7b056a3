use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> [f32; 3] {
    x * 2.0
}

fn main() {
    f::pullback(&[1.0, 2.0, 3.0], &1.0);
}
