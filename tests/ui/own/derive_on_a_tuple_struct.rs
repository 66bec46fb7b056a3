use dnn::prelude::*;

#[derive(Parameters)]
pub struct Gate([f32; 4]);

fn main() {}
