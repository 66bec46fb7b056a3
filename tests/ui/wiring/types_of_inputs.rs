use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fc: Linear<4, 4>,

        fn forward(&self, x: [f32; 4]) -> [f32; 4] {
            fc(x)
        }
    }
}

fn main() {}
