use dnn::prelude::*;

#[derive(Parameters)]
pub union Gate {
    a: f32,
    b: u32,
}

fn main() {}
