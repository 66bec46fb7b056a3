use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [6] {
        fc: Linear<4, 6>,
        norm: LayerNorm<6>,
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    let _ = net.fc.folded(&net.norm);
}
