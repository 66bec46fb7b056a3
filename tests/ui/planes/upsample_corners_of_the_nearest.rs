use dnn::prelude::*;

network! {
    pub struct Net: [1, 4, 4] -> [1, 8, 8] {
        Upsample<scale_factor = 2, align_corners = true>,
    }
}

fn main() {}
