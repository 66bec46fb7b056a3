use dnn::prelude::*;

#[derive(PartialEq)]
enum Mode {
    Sum,
    Mean,
}

#[differentiable]
fn total(x: &[f32; 3], mode: &Mode) -> f32 {
    if *mode == Mode::Sum { sum(x) } else { mean(x) }
}

#[differentiable]
fn f(x: &[f32; 3], mode: &Mode) -> f32 {
    2.0 * total(x, mode)
}

fn main() {}
