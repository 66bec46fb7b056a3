use dnn::prelude::*;

#[differentiable]
fn inner(x: &[f32; 3], times: usize) -> [f32; 3] {
    let mut y = x * 1.0;
    if times > 1 {
        y = y * x;
    }
    y
}

#[differentiable(twice)]
fn f(x: &[f32; 3]) -> f32 {
    sum(inner(x, 2))
}

fn main() {
    f::hessian_vector(&[1.0, 2.0, 3.0], &[1.0, 0.0, 0.0]);
}
