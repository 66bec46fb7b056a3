use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2>,
        blocks: 4,
    }
}

fn main() {
    let net = Net::init(&mut Rng::new(1));
    let _ = (net.fc1.weight, Net::PARAMETERS, Net::summary());
    let _: Vec<[f32; 2]> = net.predict_batch(&[[0.0; 4]]);
    let net: Box<Net> = Net::boxed(&mut Rng::new(1));
    let _ = Trainer::new(net, Mse, Sgd::new(0.1));
}
