//! Gradients of small functions: pulled back by the chain rule, accumulated, and switched off.
//!
//! `cargo run --example autograd`

use dnn::prelude::*;

fn main() {
    println!("1. y = x + 2, pulled back with v = [1, 1, 1]: v dy/dx = {:?}", pullback_of_sum([1.0, 1.0, 1.0]));

    println!();
    println!("2. z = 2 y^2 with y = x + 2, and its mean");
    for (from, x) in [("x", X), ("x of the page, from its y", page_x())] {
        let Mean { y, z, mean, gradient } = mean_of_squares(x);
        println!();
        println!("   {from:<30}{x:>10.4?}");
        println!("   {:<30}{y:>10.4?}", "y = x + 2");
        println!("   {:<30}{z:>10.6?}", "z = 2 y^2");
        println!("   {:<30}{mean:>11.6}", "mean(z)");
        println!("   {:<30}{gradient:>10.6?}", "d mean / dx = 4 y / 3");
    }

    let off = switched_off();
    println!();
    println!("3. Gradients switched off, with f(x) = x detach(x) at x = 3");
    println!();
    println!("   x^2 itself                  d/dx = {}", off.square);
    println!("   one factor detached         d/dx = {}: the detached x counts as a constant", off.detached);
    println!("   predict and evaluate        gradient before {:?}, after {:?}", off.before, off.after);

    println!();
    println!("4. sum(3 w) = 12 with w = [1, 1, 1, 1], pulled back three times");
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
    println!("   backward   dloss/dw = 2 (w x - y) x = {by_hand} by hand, {derived} from the network");
}

/// The x of part 2.
pub const X: [f32; 3] = [0.8152, 0.0337, 0.0456];

/// The x whose z the page prints, from [12.3585, 12.4411, 16.0932] = 2 y^2.
pub fn page_x() -> [f32; 3] {
    [12.3585f32, 12.4411, 16.0932].map(|z| (z / 2.0).sqrt() - 2.0)
}

/// v dy/dx for y = x + 2, whose dy/dx is the identity.
pub fn pullback_of_sum(v: [f32; 3]) -> [f32; 3] {
    v.map(|v| v * 1.0)
}

/// What part 2 goes through.
pub struct Mean {
    /// y = x + 2
    pub y: [f32; 3],
    /// z = 2 y^2
    pub z: [f32; 3],
    /// mean(z)
    pub mean: f32,
    /// d mean / dx
    pub gradient: [f32; 3],
}

/// mean(2 (x + 2)^2): each line of the way back stands for one of the way there, in reverse order.
pub fn mean_of_squares(x: [f32; 3]) -> Mean {
    let y = x.map(|x| x + 2.0);
    let z = y.map(|y| y * y * 2.0);
    let mean = z.iter().sum::<f32>() / 3.0;

    let dz = [1.0 / 3.0; 3]; // d mean / dz: each element counts for a third
    let dy: [f32; 3] = std::array::from_fn(|i| dz[i] * 4.0 * y[i]); // dz/dy = 4 y
    let dx = pullback_of_sum(dy); // dy/dx = 1
    Mean { y, z, mean, gradient: dx }
}

network! {
    /// y = w . x
    #[derive(Clone, Debug)]
    pub struct Weights: [4] -> [1] {
        dot: Linear<4, 1, bias = false>,
    }
}

network! {
    /// y = w x
    #[derive(Clone, Debug)]
    pub struct Weight: [1] -> [1] {
        factor: Linear<1, 1, bias = false>,
    }
}

/// The output itself as the loss: dL/dy = 1. There is nothing to compare it with, so the target is `()`.
pub struct Itself;

impl Loss<[f32; 1], ()> for Itself {
    fn sample(&self, y: &[f32; 1], (): &(), dy: &mut [f32; 1]) -> f32 {
        *dy = [1.0];
        y[0]
    }
}

/// What part 3 finds.
pub struct Off {
    /// d/dx x^2
    pub square: f32,
    /// d/dx x detach(x)
    pub detached: f32,
    /// A gradient before a computation without gradients.
    pub before: [f32; 1],
    /// And after it.
    pub after: [f32; 1],
}

/// Three ways to do without a gradient.
pub fn switched_off() -> Off {
    let x = 3.0;

    // A value that is copied is a constant: arrays and numbers carry no history.
    let detached = x;
    let product = |dx: f32, d_detached: f32| dx * detached + x * d_detached; // (u v)' = u' v + u v'

    // `predict` and `evaluate` are the whole computation without gradients: they leave the trainer's alone.
    let net = Weight { factor: Linear { weight: [[1.5]], bias: () } };
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.01));
    trainer.backward(&[[1.0]], &[[2.0]]);
    let before = trainer.gradient().factor.weight[0];
    trainer.network().predict(&[7.0]);
    trainer.evaluate(&[[7.0]], &[[2.0]]);
    let after = trainer.gradient().factor.weight[0];

    Off { square: product(1.0, 1.0), detached: product(1.0, 0.0), before, after }
}

/// The gradient of sum(3 w) after each of three backward passes: 3 w summed is the dot product of w with [3, 3, 3, 3].
pub fn accumulated(zeroing: bool) -> [[f32; 4]; 3] {
    let net = Weights { dot: Linear { weight: [[1.0; 4]], bias: () } };
    let mut trainer = Trainer::new(net, Itself, Sgd::new(0.01));
    std::array::from_fn(|_| {
        if zeroing {
            trainer.zero_gradient();
        }
        let sum = trainer.backward(&[[3.0; 4]], &[()]);
        assert_eq!(sum, 12.0);
        trainer.gradient().dot.weight[0]
    })
}

/// What part 5 goes through.
pub struct Chain {
    /// w x
    pub prediction: f32,
    /// (w x - y)^2
    pub loss: f32,
    /// dloss/dw, line by line.
    pub by_hand: f32,
    /// dloss/dw from the network.
    pub derived: f32,
}

/// dloss/dw of (w x - y)^2.
pub fn chain_rule() -> Chain {
    let (w, x, y) = (1.5, 1.0, 2.0);

    let prediction = w * x;
    let difference = prediction - y;
    let loss = difference * difference;

    let d_difference = 2.0 * difference; // dloss/d difference
    let d_prediction = d_difference * 1.0; // d difference / d prediction = 1
    let by_hand = d_prediction * x; // d prediction / dw = x

    let net = Weight { factor: Linear { weight: [[w]], bias: () } };
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.01));
    assert_eq!(trainer.backward(&[[x]], &[[y]]), loss);
    Chain { prediction, loss, by_hand, derived: trainer.gradient().factor.weight[0][0] }
}
