use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [6] {
        fc: Linear<4, 6>,
        norm: BatchNorm1d<6>,
    }

    pub struct Wide<f64>: [4] -> [6] {
        fc: Linear<4, 6>,
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    let _ = Wide { fc: net.fc.folded(&net.norm) };
}
