use dnn::prelude::*;

network! {
    pub struct Net: ([17], [6]) -> [1] {
        fc: Linear<17, 1>,

        fn forward(state) {
            fc(state)
        }
    }
}

fn main() {}
