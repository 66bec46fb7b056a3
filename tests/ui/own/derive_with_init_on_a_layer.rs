use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate {
    #[init(1.0)]
    fc: Linear<2, 2>,
}

fn main() {}
