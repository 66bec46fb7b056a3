use dnn::prelude::*;

#[differentiable]
fn f(x: f32) -> f32 {
    fn double(x: f32) -> f32 {
        2.0 * x
    }
    double(x)
}

fn main() {}
