use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate {
    scale: &'static [f32; 4],
}

fn main() {}
