//! Every gradient is that of its formula: layers and losses in f64 against central differences, at random points away from
//! kinks.
//!
//! A layer's output is projected on a random dL/dy, so that one number stands for all outputs. The differences are of fourth
//! order, (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h with h = 1e-4: their own error is about 1e-12.

use dnn_core::*;

const CASES: usize = 100;
const BATCH: usize = 3;
const H: f64 = 1e-4;

/// The relative L2 error of `gradient` against the differences of `f` at `x`.
#[track_caller]
fn error(f: impl Fn(&[f64]) -> f64, x: &[f64], gradient: &[f64]) -> f64 {
    assert_eq!(x.len(), gradient.len());
    let (mut x, mut wrong, mut size) = (x.to_vec(), 0.0, 0.0);
    for (i, g) in gradient.iter().enumerate() {
        let start = x[i];
        let mut at = |steps: f64| {
            x[i] = start + steps * H;
            let value = f(&x);
            x[i] = start;
            value
        };
        let difference = (at(-2.0) - 8.0 * at(-1.0) + 8.0 * at(1.0) - at(2.0)) / (12.0 * H);
        assert!((g - difference).abs() <= 1e-8 + 1e-5 * g.abs(), "element {i} is {g}, not {difference}");
        wrong += (g - difference) * (g - difference);
        size += difference * difference;
    }
    if wrong == 0.0 { 0.0 } else { (wrong / size).sqrt() }
}

/// Random cases of one kind: `case` draws one and gives its error.
#[track_caller]
fn check(name: &str, mut case: impl FnMut(&mut Rng) -> f64) {
    let mut rng = Rng::new(1);
    let worst = (0..CASES).map(|_| case(&mut rng)).fold(0.0, f64::max);
    println!("{name}: {worst:.1e}");
    assert!(worst <= 1e-7, "{name}: relative error {worst}");
}

/// A number between `low` and `high`, at least 0.01 from every kink.
fn draw(rng: &mut Rng, low: f64, high: f64, kinks: &[f64]) -> f64 {
    loop {
        let x = low + (high - low) * rng.unit_f64();
        if kinks.iter().all(|kink| (x - kink).abs() >= 0.01) {
            return x;
        }
    }
}

fn draws(rng: &mut Rng, count: usize, low: f64, high: f64, kinks: &[f64]) -> Vec<f64> {
    (0..count).map(|_| draw(rng, low, high, kinks)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn in_place<X: Tensor<Scalar = f64>, L: InPlace<X>>(name: &str, layer: L, kinks: &[f64]) {
    check(name, |rng| {
        let pass = Pass { seed: u64::from(rng.next_u32()), step: 5, first: 2, frozen: false, fresh: false };
        let (x, dy) = (draws(rng, BATCH * X::LEN, -4.0, 4.0, kinks), draws(rng, BATCH * X::LEN, -1.0, 1.0, &[]));
        let forward = |x: &[f64]| {
            let mut y = x.to_vec();
            layer.forward(&pass, tensor::batch_mut(&mut y));
            y
        };
        let (y, mut dx) = (forward(&x), dy.clone());
        let kept = match L::KEEPS {
            Keeps::Nothing => &[],
            Keeps::Input => &x[..],
            Keeps::Output => &y[..],
        };
        layer.backward(&pass, tensor::batch(kept), tensor::batch_mut(&mut dx));
        error(|x| dot(&forward(x), &dy), &x, &dx)
    });
}

fn linear<B: Bias<f64> + Copy>(name: &str, bias: B) {
    check(name, |rng| {
        let mut fc: Linear<5, 4, f64, B> = Linear { weight: [[0.0; 5]; 4], bias };
        let mut dp: Linear<5, 4, f64, B> = zeros();
        fc.init_in(rng);
        let (x, dy) = (draws(rng, BATCH * 5, -1.0, 1.0, &[]), draws(rng, BATCH * 4, -1.0, 1.0, &[]));
        let (mut dx, mut spoilt) = (vec![0.0; x.len()], dy.clone());
        let (from, to) = (tensor::batch_mut(&mut spoilt), tensor::batch_mut(&mut dx));
        Layer::backward(&fc, &Pass::default(), tensor::batch(&x), &[], &mut [], from, Some(to), Some(&mut dp));
        let f = |all: &[f64]| {
            let (x, parameters) = all.split_at(BATCH * 5);
            let (mut fc, mut y): (Linear<5, 4, f64, B>, _) = (zeros(), [[0.0; 4]; BATCH]);
            fc.flat_mut().copy_from_slice(parameters);
            Layer::infer(&fc, tensor::batch(x), &mut y, &mut []);
            dot(y.as_flattened(), &dy)
        };
        error(f, &[&x, fc.flat()].concat(), &[&dx, dp.flat()].concat())
    });
}

/// A layer of its own kind with random tensors, in training and frozen; running variances are positive.
fn layer<X: Tensor<Scalar = f64>, L: Layer<X, Scalar = f64>>(name: &str) {
    for frozen in [false, true] {
        let name = if frozen { format!("{name}, frozen") } else { name.to_owned() };
        check(&name, |rng| {
            let (mut layer, mut dp) = (boxed_zeros::<L>(), boxed_zeros::<L::Gradient>());
            let trained = count(L::TABLE, Some(Role::Parameter));
            layer.flat_mut().copy_from_slice(&draws(rng, count(L::TABLE, None), 0.5, 2.0, &[]));
            trained_mut(&mut *layer, &draws(rng, trained, -2.0, 2.0, &[]));
            let pass = Pass { frozen, ..Pass::default() };
            let (x, dy) =
                (draws(rng, BATCH * X::LEN, -3.0, 3.0, &[0.0]), draws(rng, BATCH * L::Output::LEN, -1.0, 1.0, &[]));
            let mut saved = vec![0.0; L::TRAIN.len(BATCH)];
            let (mut y, mut dx, mut spoilt) = (dy.clone(), x.clone(), dy.clone());
            layer.forward(&pass, tensor::batch(&x), tensor::batch_mut(&mut y), &mut saved);
            let (to, from) = (tensor::batch_mut(&mut dx), tensor::batch_mut(&mut spoilt));
            let y = tensor::batch(&y);
            layer.backward(&pass, tensor::batch(&x), y, &mut saved, from, Some(to), Some(&mut *dp));
            let mut values = vec![];
            dnn_core::trained(&mut *layer, |slice, _| values.extend_from_slice(slice));
            let f = |all: &[f64]| {
                let (x, parameters) = all.split_at(BATCH * X::LEN);
                let mut moved = boxed_zeros::<L>();
                moved.copy_from(&layer);
                trained_mut(&mut *moved, parameters);
                let (mut y, mut saved) = (dy.clone(), vec![0.0; L::TRAIN.len(BATCH)]);
                moved.forward(&pass, tensor::batch(x), tensor::batch_mut(&mut y), &mut saved);
                dot(&y, &dy)
            };
            error(f, &[&x[..], &values].concat(), &[&dx, dp.flat()].concat())
        });
    }
}

/// Sets what is trained.
fn trained_mut<L: Parameters<Scalar = f64>>(layer: &mut L, values: &[f64]) {
    dnn_core::trained(layer, |slice, range| slice.copy_from_slice(&values[range]));
}

/// A loss over a batch whose samples and targets `sample` draws.
fn loss<const N: usize, D>(name: &str, loss: impl Loss<[f64; N], D>, sample: impl Fn(&mut Rng) -> ([f64; N], D)) {
    check(name, |rng| {
        let (y, targets): (Vec<_>, Vec<_>) = (0..BATCH).map(|_| sample(rng)).unzip();
        let weight = loss.weights(&targets);
        let mut dy = vec![[0.0; N]; BATCH];
        loss.batch(&y, &targets, weight, &mut dy);
        let f = |y: &[f64]| loss.batch(tensor::batch(y), &targets, weight, &mut [[0.0; N]; BATCH]);
        error(f, y.as_flattened(), dy.as_flattened())
    });
}

fn array<const N: usize>(mut element: impl FnMut() -> f64) -> [f64; N] {
    std::array::from_fn(|_| element())
}

#[test]
fn of_activations() {
    in_place::<[f64; 7], _>("Relu", Relu, &[0.0]);
    in_place::<[f64; 7], _>("LeakyRelu", LeakyRelu::default(), &[0.0]);
    in_place::<[f64; 7], _>("Elu", Elu { alpha: 0.7 }, &[0.0]);
    in_place::<[f64; 7], _>("Gelu", Gelu::default(), &[]);
    in_place::<[f64; 7], _>("Gelu by tanh", Gelu { approximate: Approximate::Tanh }, &[]);
    in_place::<[f64; 7], _>("Silu", Silu, &[]);
    in_place::<[f64; 7], _>("Sigmoid", Sigmoid, &[]);
    in_place::<[f64; 7], _>("Tanh", Tanh, &[]);
    in_place::<[f64; 7], _>("Softplus", Softplus { beta: 2.0, threshold: 3.0 }, &[1.5]);
    in_place::<[f64; 7], _>("Dropout", Dropout { p: 0.3, layer: 4 }, &[]);
    in_place::<[[f64; 3]; 4], _>("Dropout2d", Dropout2d { p: 0.3, layer: 4 }, &[]);
    in_place::<[f64; 7], _>("Hardsigmoid", Hardsigmoid, &[-3.0, 3.0]);
    in_place::<[f64; 7], _>("Hardswish", Hardswish, &[-3.0, 3.0]);
    in_place::<[f64; 7], _>("Hardtanh", Hardtanh { min_val: -1.5, max_val: 0.5 }, &[-1.5, 0.5]);
    in_place::<[f64; 7], _>("Relu6", Relu6, &[0.0]);
    in_place::<[f64; 7], _>("Mish", Mish, &[]);
    in_place::<[f64; 7], _>("Softsign", Softsign, &[0.0]);
    in_place::<[f64; 7], _>("Selu", Selu, &[0.0]);
    in_place::<[f64; 7], _>("Celu", Celu { alpha: 0.7 }, &[0.0]);
}

#[test]
fn of_gates_and_slopes() {
    layer::<[[f64; 5]; 2], Glu<f64>>("Glu");
    layer::<[[f64; 5]; 2], PRelu<2, f64>>("PRelu");
    layer::<[[f64; 5]; 2], PRelu<1, f64>>("PRelu with one slope");
}

#[test]
fn of_softmax() {
    in_place::<[[f64; 1]; 7], _>("Softmax", Softmax, &[]);
    in_place::<[[f64; 3]; 4], _>("Softmax over columns", Softmax, &[]);
    in_place::<[[f64; 1]; 7], _>("LogSoftmax", LogSoftmax, &[]);
    in_place::<[[f64; 3]; 4], _>("LogSoftmax over columns", LogSoftmax, &[]);
}

#[test]
fn of_linear() {
    linear("Linear", [0.0; 4]);
    linear("Linear with one bias", [0.0; 1]);
    linear("Linear without bias", ());
}

#[test]
fn of_batch_normalisation() {
    layer::<[[f64; 1]; 4], BatchNorm1d<4, f64>>("BatchNorm1d");
    layer::<[[f64; 11]; 2], BatchNorm1d<2, f64, 2, 0>>("BatchNorm1d without bias");
    layer::<[[f64; 6]; 3], BatchNorm2d<3, f64, 0>>("BatchNorm2d without parameters");
}

#[test]
fn of_normalisation_of_samples() {
    layer::<[[f64; 11]; 2], LayerNorm<[f64; 11]>>("LayerNorm");
    layer::<[[f64; 6]; 1], LayerNorm<[[f64; 3]; 2], Absent<f64>>>("LayerNorm without bias");
    layer::<[[f64; 5]; 2], LayerNorm<Absent<f64>>>("LayerNorm without parameters");
    layer::<[[f64; 9]; 2], RmsNorm<[f64; 9]>>("RmsNorm");
    layer::<[[f64; 4]; 2], RmsNorm<Absent<f64>>>("RmsNorm without parameters");
    layer::<[[[f64; 9]; 2]; 2], GroupNorm<2, 4, f64>>("GroupNorm");
    layer::<[[[f64; 1]; 4]; 1], GroupNorm<1, 4, f64, 4, 0>>("GroupNorm without bias");
    layer::<[[[f64; 5]; 1]; 3], InstanceNorm1d<3, f64>>("InstanceNorm1d");
}

#[test]
fn of_losses_over_numbers() {
    let apart = |kinks: &'static [f64]| {
        move |rng: &mut Rng| {
            let target: [f64; 4] = array(|| draw(rng, -2.0, 2.0, &[]));
            (target.map(|t| t + draw(rng, -2.0, 2.0, kinks)), target)
        }
    };
    loss("Mse", Mse, apart(&[]));
    loss("Mse, summed", Sum(Mse), apart(&[]));
    loss("L1", L1, apart(&[0.0]));
    loss("Huber", Huber.delta(0.5), apart(&[-0.5, 0.5]));
}

#[test]
fn of_losses_over_probabilities() {
    let targets = |low, high| {
        move |rng: &mut Rng| {
            let y: [f64; 4] = array(|| draw(rng, low, high, &[]));
            (y, array(|| rng.unit_f64()))
        }
    };
    loss("Bce", Bce, targets(0.05, 0.95));
    loss("BceWithLogits", BceWithLogits, targets(-4.0, 4.0));
}

#[test]
fn of_losses_over_classes() {
    const WEIGHTS: [f64; 5] = [0.5, 2.0, 1.0, 0.25, 1.75];
    fn labels(rng: &mut Rng) -> ([f64; 5], u32) {
        (array(|| draw(rng, -4.0, 4.0, &[])), rng.below(5))
    }
    fn classes(rng: &mut Rng) -> ([f64; 5], Class<5>) {
        let (y, label) = labels(rng);
        (y, Class::new(label as usize).unwrap())
    }
    fn probabilities(rng: &mut Rng) -> ([f64; 5], [f64; 5]) {
        (labels(rng).0, array(|| rng.unit_f64()))
    }
    loss("CrossEntropy", CrossEntropy, labels);
    loss("CrossEntropy over Class", CrossEntropy.weights(WEIGHTS), classes);
    loss("CrossEntropy, smoothed", CrossEntropy.weights(WEIGHTS).label_smoothing(0.1), labels);
    loss("CrossEntropy over probabilities", CrossEntropy, probabilities);
    loss(
        "CrossEntropy over probabilities, smoothed",
        CrossEntropy.weights(WEIGHTS).label_smoothing(0.1),
        probabilities,
    );
    loss("Nll", Nll, labels);
    loss("Nll, weighed", Nll.weights(WEIGHTS), classes);
}
