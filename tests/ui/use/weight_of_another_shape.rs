use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        Relu,
        fc2: Linear<8, 2>,
    }
}

fn main() {
    let _ = Net {
        fc1: Linear { weight: [[0.0; 5]; 8], bias: [0.0; 8] },
        fc2: Linear { weight: [[0.0; 8]; 2], bias: [0.0; 2] },
    };
}
