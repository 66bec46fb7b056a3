use dnn::prelude::*;

#[derive(Parameters)]
#[repr(C, packed(1))]
pub struct Gate {
    scale: [f32; 4],
}

fn main() {}
