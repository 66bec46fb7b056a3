use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate {
    scale: [f32; 4],
    bias: [f64; 4],
}

fn main() {}
