use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 2, false>,
    }
}

fn main() {
    let _ = Net::zeros();
}
