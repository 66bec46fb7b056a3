use dnn::prelude::*;

#[differentiable]
fn f<'a>(x: &'a [f32; 3]) -> f32 {
    sum(x)
}

fn main() {}
