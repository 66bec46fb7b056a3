use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        Relu,
        fc2: Linear<8, 2>,
    }
}

fn main() {
    let mut trainer = Trainer::new(Net::init(&mut Rng::new(1)), CrossEntropy::default(), Sgd::new(0.1));
    trainer.step(&[[0.0; 4]], &[[0.0f32, 1.0, 2.0]]);
}
