use dnn::prelude::*;

network! {
    struct Net: [4] -> [3] {
        body: &'static Linear<5, 3>,
    }
}

fn main() {}
