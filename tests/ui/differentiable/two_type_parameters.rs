use dnn::prelude::*;

#[differentiable]
fn f<T: Scalar, U: Scalar>(x: &[T; 3], y: &[U; 3]) -> T {
    sum(x) + sum(y)
}

fn main() {}
