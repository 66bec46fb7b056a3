//! Units of bytes; a limit that is met is none that is exceeded.
use dnn::prelude::*;

network! {
    #[budget(macs = 1 M, parameters = MOST KB, inference = 100_000 B)]
    struct Net: [256] -> [16] {
        const MOST: usize = 2 * 8;
        fc1: Linear<256, 16>,
        Relu,
        fc2: Linear<16, 16>,
    }
}

fn main() {}
