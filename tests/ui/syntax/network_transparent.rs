use dnn::prelude::*;

network! {
    #[repr(transparent)]
    pub struct Net: [2] -> [2] {
        fc: Linear<2, 2>,
    }
}

fn main() {
    let _ = Net::zeros();
}
