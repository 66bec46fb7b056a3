use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(x)
}

fn main() {
    f::gradient(&[1.0, 2.0]);
}
