use dnn::prelude::*;

network! {
    struct Body: [3] -> [3] {
        #[frozen]
        fc: Linear<3, 3>,
        Relu,
    }

    struct Net: [4] -> [2] {
        fc1: Linear<4, 3>,
        body: Body -> [3],
        fc2: Linear<3, 2>,
    }
}

fn main() {}
