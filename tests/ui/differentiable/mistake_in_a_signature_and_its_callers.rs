use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> (f32, f32) {
    (sum(x), mean(x))
}

fn main() {
    let (a, b) = f(&[1.0, 2.0, 3.0]);
    assert_eq!(a, b);
}
