use dnn::prelude::*;

network! {
    const CLASSES: usize = 10;
    pub struct Net: [INPUTS] -> [CLASES] {
        fc1: Linear<4, CLASSES>,
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    let _: [f32; 10] = net.predict(&[0.0; 4]);
}
