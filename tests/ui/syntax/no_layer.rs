use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {}
}

fn main() {
    let _: [f32; 2] = Net::zeros().predict(&[0.0; 4]);
}
