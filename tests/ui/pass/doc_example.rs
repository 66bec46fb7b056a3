//! The network of M. Mazur's worked example, with its published output and first loss.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

network! {
    /// Two layers of two.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
}

fn main() {
    let net = Mazur {
        hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35] },
        output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60, 0.60] },
    };
    let y = net.predict(&[0.05, 0.10]);
    assert!((y[0] - 0.751_365).abs() < 1e-6 && (y[1] - 0.772_928_5).abs() < 1e-6);
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.5));
    let loss: f32 = trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]]);
    assert!((loss - 0.298_371_1).abs() < 1e-6);
}
