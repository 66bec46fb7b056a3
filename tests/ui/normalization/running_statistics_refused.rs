use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [4] {
        norm: BatchNorm1d<4, track_running_stats = false>,
    }
}

fn main() {}
