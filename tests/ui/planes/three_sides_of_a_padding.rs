use dnn::prelude::*;

network! {
    pub struct Net: [1, 4, 4] -> [1, 6, 6] {
        ZeroPad2d<[1, 1, 2]>,
    }
}

fn main() {}
