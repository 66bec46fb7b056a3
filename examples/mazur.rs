//! The network of Matt Mazur's "A Step by Step Backpropagation Example": two inputs, two hidden units, two outputs, all
//! sigmoid, with every value of the way.
//!
//! `cargo run --example mazur`

use dnn::prelude::*;

network! {
    /// Each layer has one bias element for both of its units.
    #[derive(Clone, Debug)]
    pub struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2, bias = shared>,
        Sigmoid,
        output: Linear<2, 2, bias = shared>,
        Sigmoid,
    }
}

network! {
    /// Each unit has a bias of its own, as is usual.
    #[derive(Clone, Debug)]
    pub struct Usual: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
}

/// The start with one bias element for each layer.
pub const MAZUR: Mazur = Mazur {
    hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35] },
    output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60] },
};

/// The start with a bias for each unit.
pub const USUAL: Usual = Usual {
    hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35] },
    output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60, 0.60] },
};

/// The one sample and its target.
pub const X: [[f32; 2]; 1] = [[0.05, 0.10]];
/// What the network should give for it.
pub const Y: [[f32; 2]; 1] = [[0.01, 0.99]];

fn main() {
    println!("{}", Mazur::summary());

    println!();
    println!("Looking inside: every unit before the first step");
    println!();
    println!("  unit     net         out");
    let Inside { hidden_net, hidden_out, output_net, output_out } = inside(&MAZUR, &X[0]);
    for (unit, net, out) in [
        ("h1", hidden_net[0], hidden_out[0]),
        ("h2", hidden_net[1], hidden_out[1]),
        ("o1", output_net[0], output_out[0]),
        ("o2", output_net[1], output_out[1]),
    ] {
        println!("  {unit}   {net:>9.6}   {out:>9.6}");
    }

    println!();
    println!(
        "Two steps of SGD with a learning rate of 0.5; one bias element for each layer, so its gradient is the sum"
    );
    println!("over the units");
    let mut trainer = Trainer::new(MAZUR, Mse, Sgd::new(0.5));
    for step in 1..=2 {
        let loss = trainer.step(&X, &Y);
        println!();
        println!("  loss before step {step}: {loss:.9}");
        show("hidden.weight", &trainer.gradient().hidden.weight, &trainer.network().hidden.weight);
        show("hidden.bias", &[trainer.gradient().hidden.bias], &[trainer.network().hidden.bias]);
        show("output.weight", &trainer.gradient().output.weight, &trainer.network().output.weight);
        show("output.bias", &[trainer.gradient().output.bias], &[trainer.network().output.bias]);
    }

    let (one, two) = (train(MAZUR, Sgd::new(0.5), 100), train(USUAL, Sgd::new(0.5), 100));
    println!();
    println!("100 epochs: losses");
    println!();
    println!("  epoch  one bias each layer  one bias each unit");
    for epoch in (0..100).step_by(10) {
        println!("  {epoch:>5}  {:>19.6}  {:>18.6}", one.losses[epoch], two.losses[epoch]);
    }

    println!();
    println!("After 100 epochs, one bias each layer:");
    println!("  hidden  weight {:.8?}, bias {:.8?}", one.net.hidden.weight, one.net.hidden.bias);
    println!("  output  weight {:.8?}, bias {:.8?}", one.net.output.weight, one.net.output.bias);
    println!("  last gradient of output.weight {:.8?}", one.gradient.output.weight);
    println!("  prediction for [0.06, 0.12]: {:.6?}", one.net.predict(&[0.06, 0.12]));
    println!();
    println!("After 100 epochs, one bias each unit:");
    println!("  hidden  weight {:.8?}, bias {:.8?}", two.net.hidden.weight, two.net.hidden.bias);
    println!("  output  weight {:.8?}, bias {:.8?}", two.net.output.weight, two.net.output.bias);
    println!("  prediction for [0.06, 0.12]: {:.6?}", two.net.predict(&[0.06, 0.12]));

    println!();
    println!("Adam with a learning rate of 0.5 learns it in ten epochs, one bias each layer:");
    println!();
    println!("  steps        loss");
    for (steps, loss) in train(MAZUR, Adam::new(0.5), 11).losses.iter().enumerate() {
        println!("  {steps:>5}  {loss:>10.8}");
    }
}

fn show<const N: usize>(name: &str, gradient: &[[f32; N]], value: &[[f32; N]]) {
    let (gradient, value) = (format!("{gradient:.8?}"), format!("{value:.8?}"));
    println!("  {name:<13}  gradient {gradient:<54}  becomes {value}");
}

/// What every unit computes: net = w . x + b before its sigmoid and out behind it.
pub struct Inside {
    /// net of h1 and h2.
    pub hidden_net: [f32; 2],
    /// out of h1 and h2.
    pub hidden_out: [f32; 2],
    /// net of o1 and o2.
    pub output_net: [f32; 2],
    /// out of o1 and o2: the prediction.
    pub output_out: [f32; 2],
}

/// Runs layer by layer: a layer of a network is a public field, and works alone.
pub fn inside(net: &Mazur, x: &[f32; 2]) -> Inside {
    let hidden_net = run(&net.hidden, x);
    let hidden_out = sigmoid(hidden_net);
    let output_net = run(&net.output, &hidden_out);
    let output_out = sigmoid(output_net);
    Inside { hidden_net, hidden_out, output_net, output_out }
}

/// A layer on a batch of one sample.
fn run(layer: &impl Layer<[f32; 2], Output = [f32; 2], Scalar = f32>, x: &[f32; 2]) -> [f32; 2] {
    let mut y = [[0.0; 2]];
    layer.infer(&[*x], &mut y, &mut []);
    y[0]
}

/// An activation works in place.
fn sigmoid(x: [f32; 2]) -> [f32; 2] {
    let mut buffer = [x];
    Sigmoid.infer(&mut buffer);
    buffer[0]
}

/// What training leaves behind.
pub struct Run<N: Parameters> {
    /// The loss before each update.
    pub losses: Vec<f32>,
    /// The network at the end.
    pub net: N,
    /// The gradient of the last step.
    pub gradient: N::Gradient,
}

/// Trains either network with any optimiser.
pub fn train<N, O: Optimizer<N>>(start: N, optimizer: O, epochs: usize) -> Run<N>
where
    N: Network<Input = [f32; 2], Output = [f32; 2], Scalar = f32, Gradient: Clone>,
{
    let mut trainer = Trainer::new(Box::new(start), Mse, optimizer);
    let losses = (0..epochs).map(|_| trainer.step(&X, &Y)).collect();
    Run { losses, gradient: trainer.gradient().clone(), net: *trainer.into_network() }
}

/// The network with one bias element for each layer as a formula: the mean squared error, by the parameters.
#[differentiable(wrt(w1, b1, w2, b2))]
pub fn loss(w1: &[[f32; 2]; 2], b1: &[f32; 1], w2: &[[f32; 2]; 2], b2: &[f32; 1], x: &[f32; 2], y: &[f32; 2]) -> f32 {
    let hidden = sigmoid(linear(x, w1, b1));
    let output = sigmoid(linear(hidden, w2, b2));
    mean(square(output - y))
}

/// Trains the formula by gradient descent with a learning rate of 0.5.
pub fn train_formula(start: Mazur, epochs: usize) -> Run<Mazur> {
    let (mut net, mut gradient) = (start, Mazur::zeros());
    let losses = (0..epochs).map(|_| {
        let Mazur { hidden, output } = &net;
        let (loss, w1, b1, w2, b2) =
            loss::gradient(&hidden.weight, &hidden.bias, &output.weight, &output.bias, &X[0], &Y[0]);
        gradient = Mazur { hidden: Linear { weight: w1, bias: b1 }, output: Linear { weight: w2, bias: b2 } };
        Optimizer::step(&Sgd::new(0.5), &mut net, &gradient, &mut ());
        loss
    });
    let losses = losses.collect();
    Run { losses, net, gradient }
}
