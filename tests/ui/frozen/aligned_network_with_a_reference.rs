use dnn::prelude::*;

network! {
    #[repr(align(64))]
    struct Body: [4] -> [3] {
        fc: &'static Linear<4, 3>,
    }

    #[repr(align(64))]
    struct Net: [4] -> [2] {
        body: Body -> [3],
        fc: Linear<3, 2>,
    }
}

fn main() {}
