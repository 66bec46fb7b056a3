//! y = 2 x from four points: with a gradient by hand, with a derived one, and with a bias.
//!
//! `cargo run --example linear_regression`

use dnn::prelude::*;

/// The inputs.
pub const X: [[f32; 1]; 4] = [[1.0], [2.0], [3.0], [4.0]];
/// y = 2 x
pub const Y: [[f32; 1]; 4] = [[2.0], [4.0], [6.0], [8.0]];

fn main() {
    println!("f(x) = w x, to become f(x) = 2 x; the loss is the mean of (w x - y)^2");

    println!();
    println!("1. The gradient by hand, summed over samples: dJ/dw = sum of 2 x (w x - y), learning rate 0.01");
    println!("   prediction before training: f(5) = {}", forward(START, 5.0));
    table(&by_hand(20), 2);

    println!();
    println!("2. The derived gradient of the mean squared error, stochastic gradient descent, learning rate 0.01");
    table(&derived(100), 10);

    println!();
    let last = from_formula(100).pop().expect("100 epochs");
    println!("   the formula mean((w x - y)^2), differentiated, gives the same w to the last bit: {:.6}", last.w);

    println!();
    println!("3. Linear<1, 1> with a bias from w = -0.5, b = 0.25, learning rate 0.001");
    let run = with_bias(1000);
    table(&run.epochs, 100);
    println!("   f(x) = {:.6} x + {:.6}", run.weight, run.bias);
}

/// A pass over the four samples.
pub struct Epoch {
    /// The loss before the update.
    pub loss: f32,
    /// w after the update.
    pub w: f32,
    /// f(5) after the update.
    pub f5: f32,
}

fn table(epochs: &[Epoch], every: usize) {
    println!();
    println!("   epoch         w          loss");
    for (epoch, Epoch { loss, w, .. }) in epochs.iter().enumerate().step_by(every) {
        println!("   {:>5}  {w:>8.6}  {loss:>12.8}", epoch + 1);
    }
    if let Some(last) = epochs.last() {
        println!("   prediction after {} epochs: f(5) = {:.6}", epochs.len(), last.f5);
    }
}

/// The first w.
pub const START: f32 = 0.0;

/// f(x) = w x
pub fn forward(w: f32, x: f32) -> f32 {
    w * x
}

/// Plain gradient descent over plain arrays.
pub fn by_hand(epochs: usize) -> Vec<Epoch> {
    let mut w = START;
    let epoch = |_| {
        let (mut loss, mut gradient) = (0.0, 0.0);
        for ([x], [y]) in X.into_iter().zip(Y) {
            let difference = forward(w, x) - y;
            loss += difference * difference / X.len() as f32;
            gradient += 2.0 * x * difference; // d difference^2 / dw
        }
        w -= 0.01 * gradient;
        Epoch { loss, w, f5: forward(w, 5.0) }
    };
    (0..epochs).map(epoch).collect()
}

/// The mean of (w x - y)^2, by w
#[differentiable(wrt(w))]
pub fn loss(w: &[[f32; 1]; 1], x: &[[f32; 1]; 4], y: &[[f32; 1]; 4]) -> f32 {
    mean(square(linear(x, w) - y))
}

/// The same with what `#[differentiable]` derives.
pub fn from_formula(epochs: usize) -> Vec<Epoch> {
    let mut w = [[START]];
    let epoch = |_| {
        let (loss, [[dw]]) = loss::gradient(&w, &X, &Y);
        w[0][0] -= 0.01 * dw;
        Epoch { loss, w: w[0][0], f5: forward(w[0][0], 5.0) }
    };
    (0..epochs).map(epoch).collect()
}

network! {
    /// f(x) = w x
    #[derive(Clone, Debug)]
    pub struct Proportional: [1] -> [1] {
        linear: Linear<1, 1, bias = false>,
    }
}

/// The same with what `network!` derives.
pub fn derived(epochs: usize) -> Vec<Epoch> {
    let start = Proportional { linear: Linear { weight: [[START]], bias: () } };
    let mut trainer = Trainer::new(start, Mse, Sgd::new(0.01));
    let epoch = |_| {
        let loss = trainer.step(&X, &Y);
        let net = trainer.network();
        Epoch { loss, w: net.linear.weight[0][0], f5: net.predict(&[5.0])[0] }
    };
    (0..epochs).map(epoch).collect()
}

network! {
    /// f(x) = w x + b
    #[derive(Clone, Debug)]
    pub struct Line: [1] -> [1] {
        linear: Linear<1, 1>,
    }
}

/// A run of the line with a bias.
pub struct Run {
    /// Its epochs.
    pub epochs: Vec<Epoch>,
    /// w at the end.
    pub weight: f32,
    /// b at the end.
    pub bias: f32,
}

/// A line with a bias, all four samples in a batch.
pub fn with_bias(epochs: usize) -> Run {
    let start = Line { linear: Linear { weight: [[-0.5]], bias: [0.25] } };
    let mut trainer = Trainer::new(start, Mse, Sgd::new(0.001));
    let epoch = |_| {
        let loss = trainer.step(&X, &Y);
        let net = trainer.network();
        Epoch { loss, w: net.linear.weight[0][0], f5: net.predict(&[5.0])[0] }
    };
    let epochs = (0..epochs).map(epoch).collect();
    let Line { linear } = trainer.network();
    Run { epochs, weight: linear.weight[0][0], bias: linear.bias[0] }
}

/// The mean of (w x + b - y)^2, by w and b
#[differentiable(wrt(w, b))]
pub fn loss_of_line(w: &[[f32; 1]; 1], b: &[f32; 1], x: &[[f32; 1]; 4], y: &[[f32; 1]; 4]) -> f32 {
    mean(square(linear(x, w, b) - y))
}

/// The same line from its formula.
pub fn line_from_formula(epochs: usize) -> Run {
    let (mut w, mut b) = ([[-0.5]], [0.25]);
    let epoch = |_| {
        let (loss, [[dw]], [db]) = loss_of_line::gradient(&w, &b, &X, &Y);
        w[0][0] -= 0.001 * dw;
        b[0] -= 0.001 * db;
        Epoch { loss, w: w[0][0], f5: forward(w[0][0], 5.0) + b[0] }
    };
    let epochs = (0..epochs).map(epoch).collect();
    Run { epochs, weight: w[0][0], bias: b[0] }
}
