use dnn::prelude::*;

#[differentiable]
fn f<T>(x: &[T; 3]) -> T {
    sum(x)
}

fn main() {}
