use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        fn forward(x) {
            let h = Dropout(0.2);
            x + h
        }
    }
}

fn main() {}
