use dnn::prelude::*;

network! {
    pub struct Net: [4, 6] -> [2, 6] {
        Glu(0),
    }
}

fn main() {}
