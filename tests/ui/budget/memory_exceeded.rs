//! The memory to train in is too large: another capacity, or another optimiser.
use dnn::prelude::*;

network! {
    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

budget!(Memory<Net, Adam, 8>, ram = 600 B);
budget!(Memory<Net, Adam, 8>, ram = 300 B);
budget!(Memory<Net, Sgd, 100>, ram = 4 KB);

type Training = Memory<Net, dnn::Sgd<Momentum>, 8>;
budget!(Training, ram = 600 B);

fn main() {}
