//! Each use of a layer finds its tensors in the file, which name the layer and not its uses.
use dnn::prelude::*;

network! {
    struct Block: [4] -> [4] {
        fc: Linear<4, 4>,
    }

    #[weights("right.safetensors")]
    struct Net: [4] -> [2] {
        fc1: Linear<4, 4>,
        fc2: Linear<4, 2>,
        blocks: [Block; 2],
        scale: Parameter<[2]>(1.0),

        fn forward(x) {
            let h = Relu(fc1(fc1(x)));
            scale * fc2(blocks(h))
        }
    }
}

fn main() {}
