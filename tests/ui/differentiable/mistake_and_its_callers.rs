use dnn::prelude::*;

#[differentiable]
fn f(x: &[f32; 3]) -> f32 {
    sum(x + [1.0, 2.0])
}

#[differentiable]
fn g(x: &[f32; 3]) -> f32 {
    f(x) * 2.0
}

fn main() {
    let (value, [a, b, c]) = f::gradient(&[1.0, 2.0, 3.0]);
    let same: f32 = f(&[1.0, 2.0, 3.0]);
    let (twice, _) = g::gradient(&[a, b, c]);
    assert_eq!(value + same, twice);
}
