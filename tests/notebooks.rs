//! The numbers of the five notebooks, from the functions of the examples; in f64 to more digits where the page has them.

#![cfg(feature = "alloc")]
#![allow(clippy::excessive_precision)] // numbers stand as the page has them

use dnn::prelude::*;

#[allow(dead_code, unreachable_pub)]
#[path = "../examples/autograd.rs"]
mod autograd;
#[allow(dead_code, unreachable_pub)]
#[path = "../examples/backpropagation_by_hand.rs"]
mod backpropagation_by_hand;
#[allow(dead_code, unreachable_pub)]
#[path = "../examples/linear_regression.rs"]
mod linear_regression;
#[allow(dead_code, unreachable_pub)]
#[path = "../examples/mazur.rs"]
mod mazur;
#[allow(dead_code, unreachable_pub)]
#[path = "../examples/perceptron.rs"]
mod perceptron;

/// A number, or numbers nested in arrays.
trait Numbers {
    fn numbers(&self) -> Vec<f64>;
}

impl Numbers for f32 {
    fn numbers(&self) -> Vec<f64> {
        vec![f64::from(*self)]
    }
}

impl Numbers for f64 {
    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<A: Numbers, const N: usize> Numbers for [A; N] {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

/// Equal to 1e-5 of each number.
#[track_caller]
fn near(found: impl Numbers, expected: impl Numbers) {
    within(1e-5, 0.0, found, expected);
}

/// Equal to the digits that the page prints: half a unit of the last one.
#[track_caller]
fn digits(digits: i32, found: impl Numbers, expected: impl Numbers) {
    within(0.0, 0.5001 * 10f64.powi(-digits), found, expected);
}

#[track_caller]
fn within(relative: f64, absolute: f64, found: impl Numbers, expected: impl Numbers) {
    let (found, expected) = (found.numbers(), expected.numbers());
    assert_eq!(found.len(), expected.len());
    for (&f, &e) in found.iter().zip(&expected) {
        assert!((f - e).abs() <= relative * e.abs() + absolute, "{found:?}, not {expected:?}");
    }
}

#[test]
fn perceptron_by_hand() {
    let step = perceptron::by_hand();
    assert_eq!((step.h, step.loss), (3.0, 4.0));
    assert_eq!(step.gradient, [4.0, 16.0, -8.0]);
    assert_eq!(step.weight, [-1.0, -7.0, 5.0]);
}

#[test]
fn perceptron_as_a_layer() {
    let step = perceptron::as_layer();
    assert_eq!((step.output, step.loss), ([3.0], 4.0));
    assert_eq!((step.gradient.fc.weight, step.gradient.fc.bias), ([[16.0, -8.0]], [4.0]));
    assert_eq!((step.updated.fc.weight, step.updated.fc.bias), ([[-7.0, 5.0]], [-1.0]));
}

#[test]
fn perceptron_as_a_formula() {
    let by_hand = perceptron::by_hand();
    let x = [1.0, 4.0, -2.0];
    assert_eq!(perceptron::loss::gradient(&[1.0; 3], &x, 1.0), (by_hand.loss, by_hand.gradient));
    let layer = perceptron::as_layer();
    let (loss, weight, bias) = perceptron::neuron::gradient(&[[1.0, 1.0]], &[1.0], &[4.0, -2.0], &[1.0]);
    assert_eq!(loss, layer.loss);
    assert_eq!((weight, bias), (layer.gradient.fc.weight, layer.gradient.fc.bias));
}

#[test]
fn autograd_of_a_sum_and_a_mean_of_squares() {
    let x = autograd::X;
    assert_eq!(autograd::y::pullback(&x, &[1.0; 3]), [1.0; 3]);
    let (mean, gradient) = autograd::out::gradient(&x);
    near(autograd::y(&x), [2.8152, 2.0337, 2.0456]);
    near(autograd::z(&x), [15.850700, 8.271872, 8.368958]);
    near(mean, 10.830510);
    near(gradient, [3.753600, 2.711600, 2.727467]);
    let page = autograd::page_x();
    digits(4, autograd::z(&page), [12.3585, 12.4411, 16.0932]);
    digits(4, autograd::out(&page), 13.6309);
}

#[test]
fn autograd_switched_off() {
    assert_eq!(autograd::square(3.0), 9.0);
    assert_eq!(autograd::square::gradient(3.0), (9.0, 6.0));
    assert_eq!(autograd::detached::gradient(3.0), (9.0, 3.0));
    assert_eq!(autograd::scaled::gradient(3.0, 3.0), (9.0, 3.0));
}

#[test]
fn gradients_accumulate_until_they_are_zeroed() {
    assert_eq!(autograd::accumulated(false), [[3.0; 4], [6.0; 4], [9.0; 4]]);
    assert_eq!(autograd::accumulated(true), [[3.0; 4]; 3]);
}

#[test]
fn the_chain_rule_on_a_scalar() {
    let chain = autograd::chain_rule();
    assert_eq!((chain.prediction, chain.loss), (1.5, 0.25));
    assert_eq!((chain.by_hand, chain.derived), (-1.0, -1.0));
}

#[test]
fn regression_with_the_gradient_by_hand() {
    assert_eq!(linear_regression::forward(linear_regression::START, 5.0), 0.0);
    let epochs = linear_regression::by_hand(20);
    let after = |n: usize| epochs[n - 1].w;
    near([1, 2, 3, 5, 10].map(after), [1.2, 1.68, 1.872, 1.979520, 1.999790]);
    let before = |n: usize| epochs[n - 1].loss;
    near([1, 2, 3, 5].map(before), [30.0, 4.80000, 0.768000, 0.0196608]);
    digits(8, before(10), 0.00000206);
    digits(3, [epochs[9].f5, epochs[19].f5], [9.999, 10.000]);
}

/// What the derived regression gives after epochs 1 to 10: w.
const W: [f64; 10] = [0.3, 0.555, 0.771750, 0.955987, 1.112589, 1.245701, 1.358846, 1.455019, 1.536766, 1.606251];
/// And the loss before them.
const LOSSES: [f64; 10] =
    [30.0, 21.674999, 15.660188, 11.314487, 8.174717, 5.906232, 4.267253, 3.083090, 2.227532, 1.609392];
/// w after 11, 21, 31, 41 and 51 epochs.
const LATER: [f64; 5] = [1.665314, 1.934109, 1.987028, 1.997446, 1.999497];

#[test]
fn regression_with_the_derived_gradient() {
    let epochs = linear_regression::derived(100);
    near(std::array::from_fn::<_, 10, _>(|n| epochs[n].w), W);
    near(std::array::from_fn::<_, 10, _>(|n| epochs[n].loss), LOSSES);
    near([11, 21, 31, 41, 51].map(|n: usize| epochs[n - 1].w), LATER);
    near(epochs[99].f5, 9.999998);
}

/// Epochs agree to the last bit.
#[track_caller]
fn equal(found: &[linear_regression::Epoch], expected: &[linear_regression::Epoch]) {
    assert_eq!(found.len(), expected.len());
    for (epoch, (f, e)) in found.iter().zip(expected).enumerate() {
        assert_eq!((f.loss, f.w, f.f5), (e.loss, e.w, e.f5), "epoch {epoch}");
    }
}

#[test]
fn formula_and_network_of_the_regression_agree_to_the_last_bit() {
    equal(&linear_regression::from_formula(100), &linear_regression::derived(100));
}

#[test]
fn formula_and_network_of_the_line_agree_to_the_last_bit() {
    let (formula, network) = (linear_regression::line_from_formula(1000), linear_regression::with_bias(1000));
    equal(&formula.epochs, &network.epochs);
    assert_eq!((formula.weight, formula.bias), (network.weight, network.bias));
}

network! {
    /// f(x) = w x in any scalar.
    pub struct Proportional<T>: [1] -> [1] {
        linear: Linear<1, 1, bias = false>,
    }
}

#[test]
fn regression_in_f64() {
    let mut trainer = Trainer::new(Proportional::<f64>::zeros(), Mse, Sgd::new(0.01));
    let (x, y) = ([1.0, 2.0, 3.0, 4.0].map(|x| [x]), [2.0, 4.0, 6.0, 8.0].map(|y| [y]));
    let (losses, w): (Vec<_>, Vec<_>) =
        (0..100).map(|_| (trainer.step(&x, &y), trainer.network().linear.weight[0][0])).unzip();
    digits(6, std::array::from_fn::<_, 10, _>(|n| w[n]), W);
    // The page computes in f32: 21.674999 is 21.675 there.
    within(1e-6, 0.0, std::array::from_fn::<_, 10, _>(|n| losses[n]), LOSSES);
    digits(6, [11, 21, 31, 41, 51].map(|n: usize| w[n - 1]), LATER);
    // w goes towards 2 by a factor of 1 - 0.01 * 2 mean(x^2) = 0.85 in each epoch.
    within(1e-14, 0.0, w[99], 2.0 - 2.0 * 0.85f64.powi(100));
}

#[test]
fn regression_with_a_bias() {
    let run = linear_regression::with_bias(1000);
    let before = |n: usize| run.epochs[n - 1].loss;
    near([1, 101, 201, 501, 901].map(before), [43.812500, 1.656619, 0.195899, 0.120408, 0.094758]);
    near([run.weight, run.bias, run.epochs[999].f5], [1.751364, 0.731020, 9.487841]);
}

#[test]
fn mazur_looking_inside() {
    let inside = mazur::inside(&mazur::MAZUR, &mazur::X[0]);
    // net = w . x + b
    near(inside.hidden_net, [0.15 * 0.05 + 0.20 * 0.10 + 0.35, 0.25 * 0.05 + 0.30 * 0.10 + 0.35]);
    // As Mazur's article has them.
    near(inside.hidden_out, [0.593269992, 0.596884378]);
    near(inside.output_net, [1.105905967, 1.224921404]);
    near(inside.output_out, [0.75136507, 0.772928465]);
    assert_eq!(inside.output_out, mazur::MAZUR.predict(&mazur::X[0]));
}

#[test]
fn mazur_with_one_bias_for_each_layer() {
    near(mazur::MAZUR.predict(&mazur::X[0]), [0.751365, 0.772928]);

    let one = mazur::train(mazur::MAZUR, Sgd::new(0.5), 1);
    near(one.losses[0], 0.298371106);
    near(one.net.hidden.weight, [[0.14978072, 0.19956143], [0.24975115, 0.29950231]]);
    near(one.net.hidden.bias, [0.34063718]);
    near(one.net.output.weight, [[0.35891649, 0.40866616], [0.51130128, 0.56137013]]);
    near(one.net.output.bias, [0.54979986]);

    let two = mazur::train(mazur::MAZUR, Sgd::new(0.5), 2);
    near(two.losses[1], 0.28575087);
    near(two.net.hidden.bias, [0.33271533]);
    near(two.net.output.weight, [[0.31706345, 0.36655682], [0.52316707, 0.57330859]]);
    near(two.net.output.bias, [0.49905962]);

    let run = mazur::train(mazur::MAZUR, Sgd::new(0.5), 100);
    digits(6, every_tenth(&run.losses), ONE_BIAS);
    near(run.net.hidden.weight, [[0.17311388, 0.24622782], [0.27259493, 0.34518996]]);
    near(run.net.hidden.bias, [1.26417601]);
    near(run.net.output.weight, [[-1.14953971, -1.10761988], [1.50214505, 1.55703843]]);
    near(run.net.output.bias, [-0.30106512]);
    near(run.net.predict(&[0.06, 0.12]), [0.111087, 0.891843]);
    near(run.gradient.output.weight, [[0.00798903, 0.00801451], [-0.00759067, -0.00761487]]);
}

#[test]
fn formula_and_network_of_mazur_agree_to_the_last_bit() {
    for epochs in [1, 2, 100] {
        let formula = mazur::train_formula(mazur::MAZUR, epochs);
        let network = mazur::train(mazur::MAZUR, Sgd::new(0.5), epochs);
        assert_eq!(formula.losses, network.losses);
        for (f, n) in [(&formula.net, &network.net), (&formula.gradient, &network.gradient)] {
            assert_eq!((f.hidden.weight, f.hidden.bias), (n.hidden.weight, n.hidden.bias));
            assert_eq!((f.output.weight, f.output.bias), (n.output.weight, n.output.bias));
        }
    }
}

#[test]
fn mazur_with_one_bias_for_each_unit() {
    let one = mazur::train(mazur::USUAL, Sgd::new(0.5), 1);
    near(one.net.hidden.weight, [[0.14978072, 0.19956143], [0.24975115, 0.29950231]]);
    near(one.net.hidden.bias, [0.34561431, 0.34502286]);
    near(one.net.output.weight, [[0.35891649, 0.40866616], [0.51130128, 0.56137013]]);
    near(one.net.output.bias, [0.53075075, 0.61904913]);

    let run = mazur::train(mazur::USUAL, Sgd::new(0.5), 100);
    digits(6, every_tenth(&run.losses), TWO_BIASES);
    near(run.net.hidden.weight, [[0.15902376, 0.21804745], [0.25831497, 0.31663027]]);
    near(run.net.hidden.bias, [0.53047472, 0.51630098]);
    near(run.net.output.weight, [[-0.75498158, -0.70822924], [0.89897716, 0.94983494]]);
    near(run.net.output.bias, [-1.32465720, 1.25856555]);
    near(run.net.predict(&[0.06, 0.12]), [0.094610, 0.919730]);
}

#[test]
fn mazur_with_adam() {
    let losses = mazur::train(mazur::MAZUR, Adam::new(0.5), 11).losses;
    near([losses[0], losses[1]], [0.298371, 0.156150]);
    near(losses[10], 7.3158e-5);
}

/// Losses at epochs 0, 10, .., 90.
const ONE_BIAS: [f64; 10] =
    [0.298371, 0.175238, 0.102708, 0.064617, 0.043081, 0.030484, 0.022742, 0.017712, 0.014274, 0.011817];
const TWO_BIASES: [f64; 10] =
    [0.298371, 0.125527, 0.052938, 0.030057, 0.020274, 0.015037, 0.011821, 0.009662, 0.008122, 0.006972];

fn every_tenth<T: Copy>(losses: &[T]) -> [T; 10] {
    std::array::from_fn(|n| losses[10 * n])
}

network! {
    /// The 2-2-2 network in any scalar.
    #[derive(Clone)]
    pub struct OneBias<T>: [2] -> [2] {
        hidden: Linear<2, 2, bias = shared>,
        Sigmoid,
        output: Linear<2, 2, bias = shared>,
        Sigmoid,
    }
}

network! {
    /// The 2-2-2 network in any scalar.
    #[derive(Clone)]
    pub struct TwoBiases<T>: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
}

/// In f64 every printed digit agrees, but for the rounding of PyTorch's f32 runs after 100 steps.
#[test]
fn mazur_in_f64() {
    let one = OneBias {
        hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35] },
        output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60] },
    };
    let mut trainer = Trainer::new(one, Mse, Sgd::new(0.5));
    let mut losses: Vec<f64> = vec![trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]])];
    let net = trainer.network();
    within(1e-8, 0.0, losses[0], 0.298371109); // half the sum of two squares, in the article
    within(1e-7, 0.0, net.hidden.weight, [[0.14978072, 0.19956143], [0.24975115, 0.29950231]]);
    within(1e-7, 0.0, net.hidden.bias, [0.34063718]);
    within(1e-7, 0.0, net.output.weight, [[0.35891649, 0.40866616], [0.51130128, 0.56137013]]);
    within(1e-7, 0.0, net.output.bias, [0.54979986]);
    losses.extend((1..100).map(|_| trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]])));
    digits(6, every_tenth(&losses), ONE_BIAS);
    let net = trainer.network();
    within(5e-7, 0.0, net.output.weight, [[-1.14953971, -1.10761988], [1.50214505, 1.55703843]]);
    digits(6, net.predict(&[0.06, 0.12]), [0.111087, 0.891843]);

    let two = TwoBiases {
        hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35] },
        output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60, 0.60] },
    };
    let mut trainer = Trainer::new(two, Mse, Sgd::new(0.5));
    let losses: Vec<f64> = (0..100).map(|_| trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]])).collect();
    digits(6, every_tenth(&losses), TWO_BIASES);
    digits(6, trainer.network().predict(&[0.06, 0.12]), [0.094610, 0.919730]);
}

#[test]
fn four_steps_by_hand_are_what_the_network_derives() {
    for seed in 0..20 {
        let (x, y, start) = backpropagation_by_hand::random(seed);
        let hand = backpropagation_by_hand::by_hand(&x, &y, &start);
        let derived = backpropagation_by_hand::derived(&x, &y, &start);
        // Updates and not values: those are mostly the start.
        let update = |name: &str, start: Vec<f64>, hand: Vec<f64>, derived: Vec<f64>| -> f64 {
            let mut sum = 0.0;
            for ((s, h), d) in start.iter().zip(&hand).zip(&derived) {
                assert!((h - d).abs() <= 2e-7, "seed {seed}, {name}: {h} by hand, {d} derived");
                sum += d - s;
            }
            sum
        };
        update("w1", start.w1.numbers(), hand.updated.w1.numbers(), derived.w1.numbers());
        update("w2", start.w2.numbers(), hand.updated.w2.numbers(), derived.w2.numbers());
        let b1 = update("b1", start.b1.numbers(), hand.updated.b1.numbers(), derived.b1.numbers());
        let b2 = update("b2", start.b2.numbers(), hand.updated.b2.numbers(), derived.b2.numbers());
        // The page adds the sum over all units to every bias.
        within(0.0, 5e-7, hand.bias_of_page, [b1, b2]);
    }
}
