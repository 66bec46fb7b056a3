use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(x * x)
}

fn main() {
    f::hessian_vector(&[1.0, 2.0, 3.0], &[1.0, 0.0, 0.0]);
}
