use dnn::prelude::*;

network! {
    pub struct Net: [2, 4] -> [2, 4] {
        LogSoftmax<dim = -3>,
    }
}

fn main() {}
