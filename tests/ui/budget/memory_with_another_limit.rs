//! A memory has one limit.
use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

budget!(Memory<Net, Adam, 8>, parameters = 40 KiB);
budget!(Memory<Net, Adam, 8>, rom = 40 KiB);
budget!(Memory<Net, Adam, 8>, size = 40 KiB);

fn main() {}
