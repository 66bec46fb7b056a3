//! One neuron, first by hand and then as a layer.
//!
//! `cargo run --example perceptron`

use dnn::prelude::*;

const LEARNING_RATE: f32 = 0.5;

fn main() {
    let ByHand { h, loss, gradient, weight } = by_hand();
    println!("By hand: x = [1, 4, -2] with the 1 for the bias, y = 1, w = [1, 1, 1]");
    println!();
    println!("  forward   h     = w . x        = {h}");
    println!("            J     = (h - y)^2    = {loss}");
    println!("  backward  dJ/dw = 2 (h - y) x  = {gradient:?}");
    println!("  update    w     = w - 0.5 dJ/dw = {weight:?}");

    let (loss, gradient) = loss::gradient(&[1.0; 3], &[1.0, 4.0, -2.0], 1.0);
    println!();
    println!("The same formula, differentiated: J = {loss}, dJ/dw = {gradient:?}");

    let Step { output, loss, gradient, updated } = as_layer();
    println!();
    println!("The same neuron as a layer: Linear<2, 1>, mean squared error, SGD with a learning rate of 0.5");
    println!();
    println!("  forward   output {:?}, loss {loss}", output);
    println!("  backward  weight gradient {:?}, bias gradient {:?}", gradient.fc.weight, gradient.fc.bias);
    println!("  update    weight {:?}, bias {:?}", updated.fc.weight, updated.fc.bias);
    println!();
    println!("{}", Neuron::summary());
}

/// What the step by hand goes through.
pub struct ByHand {
    /// h = w . x
    pub h: f32,
    /// J = (h - y)^2
    pub loss: f32,
    /// dJ/dw
    pub gradient: [f32; 3],
    /// w - 0.5 dJ/dw
    pub weight: [f32; 3],
}

/// One step of gradient descent, each line one line of the derivation.
pub fn by_hand() -> ByHand {
    let (x, y, w) = ([1.0, 4.0, -2.0], 1.0, [1.0, 1.0, 1.0]);

    let h: f32 = w.iter().zip(x).map(|(w, x)| w * x).sum();
    let loss = (h - y) * (h - y);

    let dh = 2.0 * (h - y); // dJ/dh
    let gradient = x.map(|x| dh * x); // dJ/dw = dJ/dh dh/dw, and dh/dw = x

    let weight = std::array::from_fn(|i| w[i] - LEARNING_RATE * gradient[i]);
    ByHand { h, loss, gradient, weight }
}

/// J = (w . x - y)^2, by w
#[differentiable(wrt(w))]
pub fn loss(w: &[f32; 3], x: &[f32; 3], y: f32) -> f32 {
    let h = sum(w * x);
    square(h - y)
}

/// h = w . x + b, and J, by w and b: what [`Neuron`] becomes for one sample.
#[differentiable(wrt(weight, bias))]
pub fn neuron(weight: &[[f32; 2]; 1], bias: &[f32; 1], x: &[f32; 2], y: &[f32; 1]) -> f32 {
    let h = linear(x, weight, bias);
    mean(square(h - y))
}

network! {
    /// h = w . x + b
    #[derive(Clone, Debug)]
    pub struct Neuron: [2] -> [1] {
        fc: Linear<2, 1>,
    }
}

/// What a step of the layer goes through.
pub struct Step {
    /// The output before the step.
    pub output: [f32; 1],
    /// The loss before the step.
    pub loss: f32,
    /// dJ/dw and dJ/db: a gradient has the structure of the network.
    pub gradient: Neuron,
    /// The neuron after the step.
    pub updated: Neuron,
}

/// One training step. The first weight by hand is the bias here.
pub fn as_layer() -> Step {
    let neuron = Neuron { fc: Linear { weight: [[1.0, 1.0]], bias: [1.0] } };
    let (x, y) = ([4.0, -2.0], [1.0]);

    let output = neuron.predict(&x);
    let mut trainer = Trainer::new(neuron, Mse, Sgd::new(LEARNING_RATE.into()));
    let loss = trainer.step(&[x], &[y]);
    Step { output, loss, gradient: trainer.gradient().clone(), updated: *trainer.into_network() }
}
