use dnn::prelude::*;

network! {
    #[repr(align(48))]
    pub struct Net: [2] -> [2] {
        fc: Linear<2, 2>,
    }
}

fn main() {
    let _ = Net::zeros();
}
