use dnn::prelude::*;

fn double(x: &[f32; 3]) -> [f32; 3] {
    x.map(|x| 2.0 * x)
}

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(double(x))
}

fn main() {}
