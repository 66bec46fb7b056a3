use dnn::prelude::*;

network! {
    pub struct Net: [2] -> [1] {
        fc1: &mut Linear<2, 2>,
        fc2: &'static mut Linear<2, 2>,
        fc3: Linear<2, 1>,
    }
}

fn main() {
    Net::zeros().predict(&[0.0; 2]);
}
