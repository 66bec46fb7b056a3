use dnn::prelude::*;

#[differentiable(twice, wrt(x, w))]
fn f(x: &[f32; 3], w: f32, shift: f32) -> f32 {
    sum(x * x * w + shift)
}

fn main() {
    f::hessian_vector(&[1.0, 2.0, 3.0], 2.0, 1.0, &[1.0, 0.0, 0.0]);
}
