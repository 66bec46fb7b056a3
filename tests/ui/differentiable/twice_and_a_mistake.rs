use dnn::prelude::*;

#[differentiable(twice)]
fn f(x: &[f32; 3]) -> f32 {
    sum(x * [1.0, 2.0])
}

#[differentiable(twice)]
fn g(x: &[f32; 3]) -> f32 {
    f(x * x)
}

fn main() {
    let (_, gradient, product) = f::hessian_vector(&[1.0, 2.0, 3.0], &[1.0, 0.0, 0.0]);
    let (_, again, _) = g::hessian_vector(&gradient, &product);
    assert_eq!(again, [0.0; 3]);
}
