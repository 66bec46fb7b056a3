//! Forward, error, deltas, update: the four steps of backpropagation over plain arrays, and what `network!` derives.
//!
//! `cargo run --example backpropagation_by_hand`

use dnn::prelude::*;

/// Samples in the batch.
pub const SAMPLES: usize = 1;

const LEARNING_RATE: f32 = 0.1;

network! {
    /// Five inputs, three hidden units, one output, all sigmoid.
    #[derive(Clone, Debug)]
    pub struct Net: [5] -> [1] {
        fc1: Linear<5, 3>,
        Sigmoid,
        fc2: Linear<3, 1>,
        Sigmoid,
    }
}

/// Weights as they are multiplied from the left, inputs first: [5][3] and [3][1].
#[derive(Clone, Debug)]
pub struct Weights {
    /// From the inputs to the hidden units.
    pub w1: [[f32; 3]; 5],
    /// From the hidden units to the output.
    pub w2: [[f32; 1]; 3],
    /// Of the hidden units.
    pub b1: [[f32; 3]; 1],
    /// Of the output.
    pub b2: [[f32; 1]; 1],
}

/// Everything on the way by hand.
pub struct Steps {
    /// Outputs of the hidden units.
    pub a1: [[f32; 3]; SAMPLES],
    /// The output.
    pub output: [[f32; 1]; SAMPLES],
    /// y - output
    pub error: [[f32; 1]; SAMPLES],
    /// error s'(output)
    pub delta2: [[f32; 1]; SAMPLES],
    /// delta2 w2ᵀ s'(a1)
    pub delta1: [[f32; 3]; SAMPLES],
    /// After the update.
    pub updated: Weights,
    /// What the page adds to every bias: 0.1 times the sum of the deltas over all units, of the first layer and the second.
    pub bias_of_page: [f32; 2],
}

fn main() {
    let (x, y, start) = random(7);
    println!("x {x:.4?}, y {y:?}");
    println!("w1 {:.4?}", start.w1);
    println!("w2 {:.4?}", start.w2);
    println!("b1 {:.4?}, b2 {:.4?}", start.b1, start.b2);

    let Steps { a1, output, error, delta2, delta1, updated, bias_of_page } = by_hand(&x, &y, &start);
    println!();
    println!("By hand, with s'(a) = a (1 - a)");
    println!("  1. forward   a1 = s(x w1 + b1)          = {a1:.6?}");
    println!("               output = s(a1 w2 + b2)     = {output:.6?}");
    println!("  2. error     y - output                 = {error:.6?}");
    println!("  3. deltas    delta2 = error s'(output)  = {delta2:.6?}");
    println!("               delta1 = delta2 w2ᵀ s'(a1) = {delta1:.6?}");
    println!("  4. update    w2 += 0.1 a1ᵀ delta2,  w1 += 0.1 xᵀ delta1,  b += 0.1 delta");

    let derived = derived(&x, &y, &start);
    println!();
    println!("w1 by hand      {:.6?}", updated.w1);
    println!("w1 by network!  {:.6?}", derived.w1);
    println!("w2 by hand      {:.6?}", updated.w2);
    println!("w2 by network!  {:.6?}", derived.w2);
    println!("b1 by hand      {:.6?}", updated.b1);
    println!("b1 by network!  {:.6?}", derived.b1);
    println!("b2 by hand      {:.6?}", updated.b2);
    println!("b2 by network!  {:.6?}", derived.b2);

    println!();
    println!("The page adds one number to every bias of a layer, 0.1 times the sum of the deltas over all units:");
    println!(
        "{:.6} and {:.6}. With one unit that is the gradient; with three it is not, and each",
        bias_of_page[0], bias_of_page[1]
    );
    println!(
        "hidden unit has a delta of its own above. The sum over units is the gradient of one element that all units"
    );
    println!("share: Linear<5, 3, bias = shared>.");
}

/// Inputs, targets and weights from a seeded generator.
pub fn random(seed: u64) -> ([[f32; 5]; SAMPLES], [[f32; 1]; SAMPLES], Weights) {
    let mut rng = Rng::new(seed);
    let mut next = || f32::uniform(&mut rng, 1.0);
    let x = [(); SAMPLES].map(|()| [(); 5].map(|()| next()));
    let w1 = [(); 5].map(|()| [(); 3].map(|()| next()));
    let w2 = [(); 3].map(|()| [next()]);
    let (b1, b2) = ([[(); 3].map(|()| next())], [[next()]]);
    (x, [[1.0]; SAMPLES], Weights { w1, w2, b1, b2 })
}

fn s(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// s'(x) in terms of a = s(x).
fn slope(a: f32) -> f32 {
    a * (1.0 - a)
}

/// [B, I] times [I, O]
fn product<const B: usize, const I: usize, const O: usize>(a: &[[f32; I]; B], b: &[[f32; O]; I]) -> [[f32; O]; B] {
    std::array::from_fn(|n| std::array::from_fn(|o| (0..I).map(|i| a[n][i] * b[i][o]).sum()))
}

/// [I, O] from [O, I]
fn transposed<const I: usize, const O: usize>(a: &[[f32; I]; O]) -> [[f32; O]; I] {
    std::array::from_fn(|i| std::array::from_fn(|o| a[o][i]))
}

/// f of every element of a and the element of b at its place; b has one row for all, or a row for each.
fn zip<const B: usize, const O: usize>(a: &[[f32; O]; B], b: &[[f32; O]], f: fn(f32, f32) -> f32) -> [[f32; O]; B] {
    std::array::from_fn(|n| std::array::from_fn(|o| f(a[n][o], b[n % b.len()][o])))
}

/// The four steps.
pub fn by_hand(x: &[[f32; 5]; SAMPLES], y: &[[f32; 1]; SAMPLES], start: &Weights) -> Steps {
    let Weights { w1, w2, b1, b2 } = start;

    // 1. Forward.
    let a1 = zip(&product(x, w1), b1, |net, b| s(net + b));
    let output = zip(&product(&a1, w2), b2, |net, b| s(net + b));

    // 2. The error.
    let error = zip(y, &output, |y, output| y - output);

    // 3. The deltas: through the sigmoid, and back through w2.
    let delta2 = zip(&error, &output, |error, a| error * slope(a));
    let delta1 = zip(&product(&delta2, &transposed(w2)), &a1, |error, a| error * slope(a));

    // 4. The update, along the deltas since the error is y - output.
    let step = |w, d| w + LEARNING_RATE * d;
    let ones = [[1.0; SAMPLES]]; // the input of a bias
    let updated = Weights {
        w1: zip(w1, &product(&transposed(x), &delta1), step),
        w2: zip(w2, &product(&transposed(&a1), &delta2), step),
        b1: zip(b1, &product(&ones, &delta1), step),
        b2: zip(b2, &product(&ones, &delta2), step),
    };

    let sum = |delta: &[f32]| LEARNING_RATE * delta.iter().sum::<f32>();
    let bias_of_page = [sum(delta1.as_flattened()), sum(delta2.as_flattened())];
    Steps { a1, output, error, delta2, delta1, updated, bias_of_page }
}

/// One step of what `network!` derives. The squared error (output - y)^2 has twice the gradient of the steps by hand, so the
/// learning rate is half of theirs; `Sum` adds samples instead of averaging them.
pub fn derived(x: &[[f32; 5]; SAMPLES], y: &[[f32; 1]; SAMPLES], start: &Weights) -> Weights {
    let Weights { w1, w2, b1, b2 } = start;
    let net = Net {
        fc1: Linear { weight: transposed(w1), bias: b1[0] }, // weights are stored [out][in] here
        fc2: Linear { weight: transposed(w2), bias: b2[0] },
    };
    let mut trainer = Trainer::new(net, Sum(Mse), Sgd::new(f64::from(LEARNING_RATE) / 2.0));
    trainer.step(x, y);
    let Net { fc1, fc2 } = trainer.network();
    Weights { w1: transposed(&fc1.weight), w2: transposed(&fc2.weight), b1: [fc1.bias], b2: [fc2.bias] }
}
