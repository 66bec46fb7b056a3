use dnn::prelude::*;

network! {
    pub struct Net: [3, 4] -> [3, 2] {
        Glu<dim = 2>,
    }
}

fn main() {}
