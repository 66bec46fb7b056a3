use dnn::prelude::*;

#[differentiable]
fn f(x: &[i32; 3]) -> i32 {
    sum(x)
}

fn main() {}
