//! The network of Matt Mazur's "A Step by Step Backpropagation Example", trained on the device: the numbers of the example
//! `mazur` of this project.

use crate::line;
use crate::print::{Hex, Output, fixed};
use crate::weights::hash;
use dnn::prelude::*;

network! {
    /// Two inputs, two hidden units, two outputs; each layer has one bias element for both of its units.
    #[derive(Clone)]
    pub struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2, bias = shared>,
        Sigmoid,
        output: Linear<2, 2, bias = shared>,
        Sigmoid,
    }
}

/// The weights at the start: a constant in flash.
pub static START: Mazur = Mazur {
    hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35] },
    output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60] },
};

/// All RAM that training takes.
pub type Ram = Memory<Mazur, Sgd, 1>;

const X: [[f32; 2]; 1] = [[0.05, 0.10]];
const Y: [[f32; 2]; 1] = [[0.01, 0.99]];

/// Trains for a hundred steps and prints what the notebooks print.
pub fn run(memory: &mut Ram, out: &mut dyn Output) {
    memory.load(&START);
    let mut trainer = Trainer::within(memory, Mse, Sgd::new(0.5));
    line!(out, "output before training: ", fixed(&trainer.network().predict(&X[0]), 6));
    for step in 1..=2 {
        let loss = trainer.step(&X, &Y);
        line!(out, "loss before step ", step, ": ", fixed(&loss, 9));
        show(&trainer.network().hidden, "hidden", out);
        show(&trainer.network().output, "output", out);
    }

    trainer.network_mut().copy_from(&START);
    line!(out, "epoch  loss");
    for epoch in 0..100 {
        let loss = trainer.step(&X, &Y);
        if epoch % 10 == 0 {
            line!(out, if epoch < 10 { "    " } else { "   " }, epoch, "  ", fixed(&loss, 6));
        }
    }
    line!(out, "after 100 epochs:");
    show(&trainer.network().hidden, "hidden", out);
    show(&trainer.network().output, "output", out);
    line!(out, "  last gradient of output.weight ", fixed(&trainer.gradient().output.weight, 8));
    let prediction = trainer.network().predict(&[0.06, 0.12]);
    #[cfg(feature = "planted-panic")]
    core::hint::black_box(prediction[core::hint::black_box(1)]);
    line!(out, "prediction for [0.06, 0.12]: ", fixed(&prediction, 6));
    line!(out, "weights: ", Hex(hash(trainer.network())));
}

fn show(layer: &Linear<2, 2, f32, [f32; 1]>, name: &str, out: &mut dyn Output) {
    line!(out, "  ", name, ".weight ", fixed(&layer.weight, 8), ", bias ", fixed(&layer.bias, 8));
}
