use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        half: Half -> [4],
        fc2: Linear<4, 2>,
    }
}

pub struct Half {
    scale: [f32; 4],
}

fn main() {}
