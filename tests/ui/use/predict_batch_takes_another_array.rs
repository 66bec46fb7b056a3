use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        Relu,
        fc2: Linear<8, 2>,
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    let _ = net.predict_batch(&[[0.0; 5]; 3]);
}
