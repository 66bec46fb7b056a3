use dnn::prelude::*;

fn main() {
    let fc: Linear<4, 2> = dnn::zeros();
    let _ = Trainer::new(fc, Mse, Sgd::new(0.1));
}
