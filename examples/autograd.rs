//! Gradients of small functions: pulled back by the chain rule, switched off, and accumulated.
//!
//! `cargo run --example autograd`

use dnn::prelude::*;

fn main() {
    println!("1. y = x + 2, pulled back with v = [1, 1, 1]: v dy/dx = {:?}", y::pullback(&X, &[1.0; 3]));

    println!();
    println!("2. z = 2 y^2, and its mean");
    for (from, x) in [("x", X), ("x of the page, from its y", page_x())] {
        let (mean, dx) = out::gradient(&x);
        println!();
        println!("   {from:<30}{x:>10.4?}");
        println!("   {:<30}{:>10.4?}", "y = x + 2", y(&x));
        println!("   {:<30}{:>10.6?}", "z = 2 y^2", z(&x));
        println!("   {:<30}{mean:>11.6}", "out = mean(z)");
        println!("   {:<30}{dx:>10.6?}", "d out / dx = 4 y / 3");
    }

    println!();
    println!("3. Gradients switched off, at x = 3");
    println!();
    println!("   f(x) = x x                  value and gradient {:?}", square::gradient(3.0));
    println!("   the plain function          value alone        {:?}: nothing is computed for a gradient", square(3.0));
    println!(
        "   f(x) = x detach(x)          value and gradient {:?}: the detached x is a constant",
        detached::gradient(3.0)
    );
    println!(
        "   f(x, c) = x c, wrt(x)       value and gradient {:?}: c is an argument without one",
        scaled::gradient(3.0, 3.0)
    );

    println!();
    println!("4. sum(3 w) = 12 with w = [1, 1, 1, 1], differentiated three times");
    println!();
    println!("   pass  gradient, accumulated      gradient, with zeroing");
    for (pass, (sum, zeroed)) in accumulated(false).into_iter().zip(accumulated(true)).enumerate() {
        println!("   {:>4}  {:<25}  {zeroed:?}", pass + 1, format!("{sum:?}"));
    }

    let Chain { prediction, loss, by_hand, derived } = chain_rule();
    println!();
    println!("5. The chain rule: loss = (w x - y)^2 with w = 1.5, x = 1, y = 2");
    println!();
    println!("   forward    w x = {prediction}, loss = {loss}");
    println!("   backward   dloss/dw = 2 (w x - y) x = {by_hand} by hand, {derived} derived");
}

/// The x of part 2.
pub const X: [f32; 3] = [0.8152, 0.0337, 0.0456];

/// The x whose z the page prints, from [12.3585, 12.4411, 16.0932] = 2 y^2.
pub fn page_x() -> [f32; 3] {
    [12.3585f32, 12.4411, 16.0932].map(|z| (z / 2.0).sqrt() - 2.0)
}

/// y = x + 2
#[differentiable]
pub fn y(x: &[f32; 3]) -> [f32; 3] {
    x + 2.0
}

/// z = 2 y^2
#[differentiable]
pub fn z(x: &[f32; 3]) -> [f32; 3] {
    let y = y(x);
    y * y * 2.0
}

/// The mean of z.
#[differentiable]
pub fn out(x: &[f32; 3]) -> f32 {
    mean(z(x))
}

/// x^2
#[differentiable]
pub fn square(x: f32) -> f32 {
    x * x
}

/// x^2, of which the second factor is a constant.
#[differentiable]
pub fn detached(x: f32) -> f32 {
    x * detach(x)
}

/// c x, by x alone.
#[differentiable(wrt(x))]
pub fn scaled(x: f32, c: f32) -> f32 {
    x * c
}

/// The sum of 3 w.
#[differentiable]
pub fn weights(w: &[f32; 4]) -> f32 {
    sum(3.0 * w)
}

/// The gradient of sum(3 w) after each of three passes: a gradient is a value, which is added to and set to zero.
pub fn accumulated(zeroing: bool) -> [[f32; 4]; 3] {
    let mut gradient = [0.0; 4];
    std::array::from_fn(|_| {
        if zeroing {
            gradient = [0.0; 4];
        }
        let (sum, dw) = weights::gradient(&[1.0; 4]);
        assert_eq!(sum, 12.0);
        for (gradient, dw) in gradient.iter_mut().zip(dw) {
            *gradient += dw;
        }
        gradient
    })
}

/// (w x - y)^2, by w alone.
#[differentiable(wrt(w))]
pub fn loss(w: f32, x: f32, y: f32) -> f32 {
    let difference = w * x - y;
    difference * difference
}

/// What part 5 goes through.
pub struct Chain {
    /// w x
    pub prediction: f32,
    /// (w x - y)^2
    pub loss: f32,
    /// dloss/dw, line by line.
    pub by_hand: f32,
    /// dloss/dw, derived.
    pub derived: f32,
}

/// dloss/dw of (w x - y)^2.
pub fn chain_rule() -> Chain {
    let (w, x, y) = (1.5, 1.0, 2.0);

    let prediction = w * x;
    let d_difference = 2.0 * (prediction - y); // dloss/d difference
    let d_prediction = d_difference * 1.0; // d difference / d prediction = 1
    let by_hand = d_prediction * x; // d prediction / dw = x

    let (loss, derived) = loss::gradient(w, x, y);
    Chain { prediction, loss, by_hand, derived }
}
