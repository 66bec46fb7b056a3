use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate {
    #[init]
    scale: [f32; 4],
}

fn main() {}
