//! The exclusive or of two bits, learned on the device.

use crate::line;
use crate::print::{Hex, Output, fixed};
use crate::weights::hash;
use dnn::prelude::*;

network! {
    /// Two bits in, one out.
    pub struct Xor: [2] -> [1] {
        hidden: Linear<2, 4>,
        Tanh,
        output: Linear<4, 1>,
        Sigmoid,
    }
}

/// All RAM that training takes: the network, its gradient, Adam's moments and the workspace of four samples.
pub type Ram = Memory<Xor, Adam, 4>;

const INPUTS: [[f32; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
const TARGETS: [[f32; 1]; 4] = [[0.0], [1.0], [1.0], [0.0]];

/// Trains for 200 steps and prints the truth table.
pub fn run(memory: &mut Ram, out: &mut dyn Output) {
    memory.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(memory, Mse, Adam::new(0.05));
    for step in 1..=200 {
        let loss = trainer.step(&INPUTS, &TARGETS);
        if step % 50 == 0 {
            line!(out, "loss before step ", step, ": ", fixed(&loss, 6));
        }
    }
    for bits in &INPUTS {
        let [answer] = trainer.network().predict(bits);
        line!(out, fixed(bits, 0), " -> ", fixed(&answer, 3));
    }
    line!(out, "weights: ", Hex(hash(trainer.network())));
}
