use dnn::prelude::*;

#[derive(Parameters)]
#[parameters(krate = dnn)]
pub struct Gate {
    scale: [f32; 4],
}

fn main() {}
