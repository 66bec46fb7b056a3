use dnn::prelude::*;

#[differentiable(twise)]
fn f(x: &[f32; 3]) -> f32 {
    sum(x * x)
}

fn main() {
    f::gradient(&[1.0, 2.0, 3.0]);
}
