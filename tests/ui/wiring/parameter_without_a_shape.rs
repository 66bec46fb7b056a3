use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        scale: Parameter,

        fn forward(x) {
            scale * x
        }
    }
}

fn main() {}
