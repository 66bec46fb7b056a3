use dnn::prelude::*;

network! {
    pub struct Net: [16, 8, 8] -> [16, 8, 8] {
        fc: Linear<8, 4>,

        fn forward(x) {
            let h = fc(x);
            Relu(h + x)
        }
    }
}

fn main() {}
