use dnn::prelude::*;

network! {
    struct Body: [4] -> [3] {
        fc: &'static Linear<4, 3>,
    }

    struct Net: [4] -> [2] {
        body: Body -> [3],
        fc: Linear<3, 2>,
    }
}

fn main() {}
