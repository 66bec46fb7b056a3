use dnn::prelude::*;

network! {
    pub struct First: [4] -> [2] {
        fc1: Linear<5, 2>,
    }

    pub struct Second: [2] -> [3] {
        fc1: Linear<2, 4>,
    }
}

fn main() {
    let second = Second::init(&mut Rng::new(1));
    let _: [f32; 3] = second.predict(&First::zeros().predict(&[0.0; 4]));
}
