use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3], w: &[[f32; 4]; 2]) -> f32 {
    let y = matmul(w, x);
    let z = x + [1.0, 2.0];
    sum(y) + sum(z)
}

fn main() {}
