use dnn::prelude::*;

network! {
    struct Net: [3] -> [2] {
        fc: Linear<3, 2>,
    }
}

static MEMORY: Memory<Net, Sgd, 0> = Memory::new();

fn main() {}
