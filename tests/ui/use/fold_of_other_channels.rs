use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [3] {
        fc1: Linear<4, 6>,
        norm: BatchNorm1d<6>,
        fc2: Linear<6, 3>,
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    let _ = net.fc2.folded(&net.norm);
}
