use dnn::prelude::*;

struct Plain;

fn main() {
    let _ = Trainer::new(Plain, Mse, Sgd::new(0.1));
}
