use dnn::prelude::*;

struct Point {
    a: f32,
}

#[differentiable]
fn f(x: f32) -> f32 {
    let p = Point { a: x };
    p.a
}

fn main() {}
