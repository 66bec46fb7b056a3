use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, -(-9223372036854775808 * 2 * 9223372036854775808)>,
        fc2: Linear<8, 2>,
    }
}

fn main() {}
