use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        scale: Parameter<[4]>(1.0),

        fn forward(x) {
            scale(x)
        }
    }
}

fn main() {}
