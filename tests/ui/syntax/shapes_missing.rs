use dnn::prelude::*;

network! {
    pub struct Net {
        fc1: Linear<4, 2>,
    }
}

fn main() {
    let _ = Net::init(&mut Rng::new(1));
}
