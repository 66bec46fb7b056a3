use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate {
    scale: [f32; 4],
    count: usize,
}

fn main() {}
