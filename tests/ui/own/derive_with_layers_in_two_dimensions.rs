use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate {
    fc: [[Linear<2, 2>; 2]; 2],
}

fn main() {}
