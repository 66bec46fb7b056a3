use dnn::prelude::*;

network! {
    pub struct Net: [3, 4] -> [1, 4] {
        Glu<dim = 0>,
    }
}

fn main() {}
