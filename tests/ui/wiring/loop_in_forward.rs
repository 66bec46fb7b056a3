use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fc: Linear<4, 4>,

        fn forward(x) {
            for _ in 0..3 { x = fc(x); }
            fc(x)
        }
    }
}

fn main() {}
