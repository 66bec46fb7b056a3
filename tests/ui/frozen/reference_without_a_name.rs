use dnn::prelude::*;

network! {
    struct Net: [4] -> [3] {
        &'static Linear<4, 3>,
    }
}

fn main() {}
