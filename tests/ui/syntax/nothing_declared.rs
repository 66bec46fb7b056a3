use dnn::prelude::*;

network! {}

fn main() {}
