//! A layer that is used twice works twice and lies in memory once; a repeated one does both as often as it is there.
use dnn::prelude::*;

network! {
    struct Block: [4] -> [4] {
        fc: Linear<4, 4>,
    }

    #[budget(parameters = 100 B, inference = 20 B, macs = 30)]
    struct Shared: [4] -> [2] {
        fc1: Linear<4, 4>,
        fc2: Linear<4, 2>,
        scale: Parameter<[2]>(1.0),

        fn forward(x) {
            let h = Relu(fc1(fc1(x)));
            scale * fc2(h)
        }
    }

    #[budget(parameters = 100 B, inference = 20 B, macs = 30)]
    struct Repeated: [4] -> [2] {
        blocks: [Block; 3],
        fc2: Linear<4, 2>,
    }
}

fn main() {}
