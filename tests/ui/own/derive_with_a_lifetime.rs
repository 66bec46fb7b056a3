use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate<'a> {
    scale: &'a [f32; 4],
}

fn main() {}
