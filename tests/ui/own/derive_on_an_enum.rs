use dnn::prelude::*;

#[derive(Parameters)]
pub enum Gate {
    Open,
    Closed,
}

fn main() {}
