use dnn::prelude::*;

#[derive(Parameters)]
#[repr(align(64))]
pub struct Gate {
    scale: [f32; 4],
}

fn main() {}
