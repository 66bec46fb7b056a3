use dnn::prelude::*;

type Cube<T> = [[[T; 2]; 3]; 4];

#[differentiable]
fn f<T: Scalar>(x: &Cube<T>, y: &[T; 3]) -> T {
    sum(x * y)
}

fn main() {}
