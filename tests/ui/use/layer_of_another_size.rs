use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        Relu,
        fc2: Linear<8, 2>,
    }
}

fn main() {
    let mut net = Net::init(&mut Rng::new(1));
    net.fc2 = Linear { weight: [[0.0; 8]; 3], bias: [0.0; 3] };
}
