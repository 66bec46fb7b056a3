use dnn::prelude::*;

type Vector = [f32; 4];

#[derive(Parameters)]
pub struct Gate {
    scale: Vector,
}

fn main() {}
