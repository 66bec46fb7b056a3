use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        #[cfg(test)]
        fc1: Linear<4, 2>,
    }
}

fn main() {
    let mut net = Net::init(&mut Rng::new(1));
    net.fc1.bias[0] = 1.0;
    let _: [f32; 2] = net.predict(&[0.0; 4]);
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.1));
    let _: f32 = trainer.step(&[[0.0; 4]], &[[1.0, 0.0]]);
}
