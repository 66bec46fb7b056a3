//! Layers, losses and optimisers against PyTorch: the committed goldens of `tests/parity`, whose `generate.py` says how they
//! were made. Every case has to be known here by its name.
//!
//! The tolerances are those of PyTorch's `assert_close`: 1.3e-6 of the value and 1e-5 for f32, 1e-7 of the value for f64,
//! there with 1e-14 for values that should be 0.

use dnn_core::*;
use serde_json::Value;
use std::cell::Cell;

struct Case {
    json: Value,
    /// The largest error so far as a fraction of its tolerance.
    worst: Cell<f64>,
}

impl Case {
    fn name(&self) -> &str {
        self.json["name"].as_str().unwrap()
    }

    /// The number or the numbers at a JSON pointer.
    fn numbers<T: Scalar>(&self, pointer: &str) -> Vec<T> {
        let value = self.json.pointer(pointer).unwrap_or_else(|| panic!("{}: no {pointer}", self.name()));
        let number = |value: &Value| T::from_f64(value.as_f64().unwrap());
        value.as_array().map_or_else(|| vec![number(value)], |values| values.iter().map(number).collect())
    }

    fn tensors<X: Tensor<Scalar: Scalar>>(&self, pointer: &str) -> Vec<X> {
        tensor::batch(&self.numbers(pointer)).to_vec()
    }

    fn option(&self, name: &str) -> f64 {
        self.json["options"][name].as_f64().unwrap_or_else(|| panic!("{}: no option {name}", self.name()))
    }

    #[track_caller]
    fn close<T: Scalar>(&self, pointer: &str, found: &[T]) {
        let expected = self.numbers::<T>(pointer);
        assert_eq!(found.len(), expected.len(), "{} {pointer}", self.name());
        let (relative, absolute) = if size_of::<T>() == 4 { (1.3e-6, 1e-5) } else { (1e-7, 1e-14) };
        for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let (found, expected) = (found.to_f64(), expected.to_f64());
            let error = (found - expected).abs() / (absolute + relative * expected.abs());
            assert!(error <= 1.0, "{} {pointer}[{i}]: {found}, not {expected}", self.name());
            self.worst.set(self.worst.get().max(error));
        }
    }
}

/// Runs every case of a file with the function for its scalar.
fn run(file: &str, f32: fn(&Case), f64: fn(&Case)) {
    let path = format!("{}/../tests/parity/{file}", env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut worst = [0f64; 2];
    for json in json["cases"].as_array().unwrap() {
        let case = Case { json: json.clone(), worst: Cell::new(0.0) };
        let (each, worst) = match json["scalar"].as_str() {
            Some("f32") => (f32, &mut worst[0]),
            Some("f64") => (f64, &mut worst[1]),
            other => panic!("{}: no scalar {other:?}", case.name()),
        };
        each(&case);
        *worst = worst.max(case.worst.get());
    }
    println!("{file}: largest error {:.1e} of the tolerance in f32, {:.1e} in f64", worst[0], worst[1]);
}

fn in_place<X: Tensor<Scalar: Scalar>, L: InPlace<X>>(case: &Case, layer: L) {
    let (pass, x) = (Pass::default(), case.tensors::<X>("/x"));
    let (mut y, mut inferred, mut dx) = (x.clone(), x.clone(), case.tensors::<X>("/dy"));
    layer.forward(&pass, &mut y);
    layer.infer(&mut inferred);
    let kept = match L::KEEPS {
        Keeps::Nothing => &[],
        Keeps::Input => &x[..],
        Keeps::Output => &y[..],
    };
    layer.backward(&pass, kept, &mut dx);
    case.close("/y", tensor::flat(&y));
    case.close("/y", tensor::flat(&inferred));
    case.close("/dx", tensor::flat(&dx));
}

/// The same scalars in the same order, there and back.
fn view<X: Tensor<Scalar: Scalar>, Y: Tensor<Scalar = X::Scalar>>(case: &Case) {
    case.close("/y", tensor::flat(tensor::view::<X, Y>(&case.tensors("/x"))));
    case.close("/dx", tensor::flat(tensor::view::<Y, X>(&case.tensors("/dy"))));
}

fn linear<T: Scalar, const I: usize, const O: usize, B: Bias<T>>(case: &Case) {
    let (mut fc, mut dp): (Linear<I, O, T, B>, Linear<I, O, T, B>) = (zeros(), zeros());
    for name in case.json["parameters"].as_object().unwrap().keys() {
        let values = case.numbers(&format!("/parameters/{name}/values"));
        fc.parameter_mut(name).unwrap().copy_from_slice(&values);
    }
    let (x, mut dy) = (case.tensors::<[T; I]>("/x"), case.tensors::<[T; O]>("/dy"));
    let (mut y, mut dx) = (vec![[T::ZERO; O]; dy.len()], vec![[T::ZERO; I]; x.len()]);
    Layer::infer(&fc, &x, &mut y, &mut []);
    Layer::backward(&fc, &Pass::default(), &x, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
    case.close("/y", y.as_flattened());
    case.close("/dx", dx.as_flattened());
    for named in dp.parameters() {
        case.close(&format!("/gradients/{}", named.name), named.values);
    }
}

fn layer<T: Scalar>(case: &Case) {
    match case.name() {
        "linear" | "linear_last_axis" => linear::<T, 5, 3, [T; 3]>(case),
        "linear_no_bias" => linear::<T, 5, 3, ()>(case),
        "linear_one_bias" => linear::<T, 5, 3, [T; 1]>(case),
        "linear_wide" => linear::<T, 37, 21, [T; 21]>(case),
        "flatten" => view::<[[[T; 4]; 3]; 2], [T; 24]>(case),
        "reshape" => view::<[[T; 6]; 2], [[T; 4]; 3]>(case),
        "relu" => in_place::<[T; 7], _>(case, Relu),
        "leaky_relu" => in_place::<[T; 7], _>(case, LeakyRelu::default()),
        "leaky_relu_02" => in_place::<[T; 7], _>(case, LeakyRelu { negative_slope: 0.2 }),
        "elu" => in_place::<[T; 7], _>(case, Elu::default()),
        "elu_05" => in_place::<[T; 7], _>(case, Elu { alpha: 0.5 }),
        "gelu" => in_place::<[T; 7], _>(case, Gelu::default()),
        "gelu_tanh" => in_place::<[T; 7], _>(case, Gelu { approximate: Approximate::Tanh }),
        "silu" => in_place::<[T; 7], _>(case, Silu),
        "sigmoid" => in_place::<[T; 7], _>(case, Sigmoid),
        "tanh" => in_place::<[T; 7], _>(case, Tanh),
        "softplus" => in_place::<[T; 7], _>(case, Softplus::default()),
        "softplus_beta" => in_place::<[T; 7], _>(case, Softplus { beta: 2.0, threshold: 10.0 }),
        "softmax" => in_place::<[[T; 1]; 7], _>(case, Softmax),
        "softmax_dim0" => in_place::<[[T; 3]; 4], _>(case, Softmax),
        "softmax_last" => in_place::<[[T; 1]; 3], _>(case, Softmax),
        "log_softmax" => in_place::<[[T; 1]; 7], _>(case, LogSoftmax),
        "log_softmax_dim0" => in_place::<[[T; 3]; 4], _>(case, LogSoftmax),
        "mlp_sigmoid" | "mlp_deep" => {} // whole networks, which the tests of the facade compare
        other => panic!("no test for the layer {other}"),
    }
}

fn loss<T: Scalar, const N: usize, D>(case: &Case, loss: impl Loss<[T; N], D>, targets: &[D]) {
    let y = case.tensors::<[T; N]>("/y");
    let mut dy = vec![[T::ZERO; N]; y.len()];
    loss.check(targets);
    case.close("/mean", &[loss.batch(&y, targets, loss.weights(targets), &mut dy)]);
    case.close("/mean_dy", dy.as_flattened());
    let sum = Sum(loss);
    case.close("/sum", &[sum.batch(&y, targets, sum.weights(targets), &mut dy)]);
    case.close("/sum_dy", dy.as_flattened());
}

fn numbers<T: Scalar, const N: usize>(case: &Case, measure: impl Loss<[T; N], [T; N]>) {
    loss(case, measure, &case.tensors("/target"));
}

/// Labels as integers and as classes.
fn labels<T: Scalar>(case: &Case, measure: impl Loss<[T; 5], u8> + Loss<[T; 5], Class<5>> + Copy) {
    let labels: Vec<u8> = case.json["labels"].as_array().unwrap().iter().map(|l| l.as_u64().unwrap() as u8).collect();
    let classes: Vec<_> = labels.iter().map(|&label| Class::<5>::new(label.into()).unwrap()).collect();
    loss::<T, 5, u8>(case, measure, &labels);
    loss::<T, 5, Class<5>>(case, measure, &classes);
}

fn losses<T: Scalar>(case: &Case) {
    let weights = || <[f64; 5]>::try_from(case.numbers("/options/weights")).unwrap();
    let smoothing = || case.option("label_smoothing");
    match case.name() {
        "mse" => numbers::<T, 4>(case, Mse),
        "l1" => numbers::<T, 4>(case, L1),
        "huber" => {
            assert_eq!(Huber, Huber.delta(case.option("delta")));
            numbers::<T, 4>(case, Huber);
        }
        "huber_05" => numbers::<T, 4>(case, Huber.delta(case.option("delta"))),
        "bce" => numbers::<T, 3>(case, Bce),
        "bce_with_logits" => numbers::<T, 3>(case, BceWithLogits),
        "cross_entropy" | "cross_entropy_large" => labels::<T>(case, CrossEntropy),
        "cross_entropy_smoothing" => labels::<T>(case, CrossEntropy.label_smoothing(smoothing())),
        "cross_entropy_weights" => labels::<T>(case, CrossEntropy.weights(weights())),
        "cross_entropy_weights_smoothing" => {
            labels::<T>(case, CrossEntropy.weights(weights()).label_smoothing(smoothing()));
        }
        "cross_entropy_probabilities" => numbers::<T, 5>(case, CrossEntropy),
        "cross_entropy_probabilities_weights" => numbers::<T, 5>(case, CrossEntropy.weights(weights())),
        "cross_entropy_probabilities_smoothing" => numbers::<T, 5>(case, CrossEntropy.label_smoothing(smoothing())),
        "nll" => labels::<T>(case, Nll),
        "nll_weights" => labels::<T>(case, Nll.weights(weights())),
        other => panic!("no test for the loss {other}"),
    }
}

/// Six parameters.
type Six<T> = Linear<2, 2, T>;

fn six<T: Scalar>(values: &[T]) -> Six<T> {
    let mut six: Six<T> = zeros();
    six.flat_mut().copy_from_slice(values);
    six
}

/// What an optimiser remembers, under the names of PyTorch.
type State<T> = Vec<(&'static str, Vec<T>)>;

/// Ten steps; `state` gives what the optimiser remembers.
fn steps<T: Scalar, O: Optimizer<Six<T>>>(case: &Case, optimizer: O, state: fn(&O::State) -> State<T>) {
    // SAFETY: a state is `Zeroed`: all zero bits are its start.
    let mut memory: O::State = unsafe { core::mem::zeroed() };
    let mut net = six(&case.numbers("/start"));
    let gradients = case.json["gradients"].as_array().unwrap();
    for step in 0..gradients.len() {
        let gradient = six(&case.numbers(&format!("/gradients/{step}")));
        optimizer.step(&mut net, &gradient, &mut memory);
        case.close(&format!("/values/{step}"), net.flat());
    }
    let found = state(&memory);
    for (name, values) in &found {
        case.close(&format!("/state/{name}"), values);
    }
    let unknown = |name: &&String| {
        // PyTorch counts the steps of RMSprop and does not use them.
        found.iter().all(|(known, _)| known != name) && !(case.name().starts_with("rmsprop") && **name == "step")
    };
    assert_eq!(case.json["state"].as_object().unwrap().keys().find(unknown), None, "{}", case.name());
}

fn count<T: Scalar>(steps: u64) -> (&'static str, Vec<T>) {
    ("step", vec![T::from_usize(steps as usize)])
}

fn moments<T: Scalar, A: Remember>(state: &Moments<Six<T>, A>) -> State<T> {
    let (mean, square) = (state.mean.flat().to_vec(), state.square.flat().to_vec());
    vec![("exp_avg", mean), ("exp_avg_sq", square), count(state.steps)]
}

fn sgd<T: Scalar>(case: &Case) {
    let sgd = Sgd::new(case.option("lr")).weight_decay(case.option("weight_decay"));
    let momentum = sgd.momentum(case.option("momentum")).dampening(case.option("dampening"));
    let velocity = |state: &Velocity<Six<T>>| vec![("momentum_buffer", state.velocity.flat().to_vec())];
    match case.name() {
        "sgd" | "sgd_weight_decay" => steps::<T, _>(case, sgd, |()| vec![]),
        "sgd_nesterov" => steps(case, momentum.nesterov(), velocity),
        _ => steps(case, momentum, velocity),
    }
}

fn adam<T: Scalar>(case: &Case) {
    let [beta1, beta2] = case.tensors::<[f64; 2]>("/options/betas")[0];
    let (lr, eps, decay) = (case.option("lr"), case.option("eps"), case.option("weight_decay"));
    let adam = Adam::new(lr).betas(beta1, beta2).eps(eps).weight_decay(decay);
    let adamw = AdamW::new(lr).betas(beta1, beta2).eps(eps).weight_decay(decay);
    match case.name() {
        "adam" => {
            assert_eq!(adam, Adam::default());
            steps::<T, _>(case, adam, moments);
        }
        "adamw" => {
            assert_eq!(adamw, AdamW::default());
            steps::<T, _>(case, adamw, moments);
        }
        "adam_options" => steps::<T, _>(case, adam, moments),
        "adamw_options" => steps::<T, _>(case, adamw, moments),
        _ => steps::<T, _>(case, adam.amsgrad(), |state| {
            let mut all = moments(state);
            all.push(("max_exp_avg_sq", state.maximum.0.flat().to_vec()));
            all
        }),
    }
}

fn rmsprop<T: Scalar>(case: &Case) {
    let rmsprop = RmsProp::new(case.option("lr")).alpha(case.option("alpha")).eps(case.option("eps"));
    let rmsprop = rmsprop.weight_decay(case.option("weight_decay"));
    let momentum = rmsprop.momentum(case.option("momentum"));
    match case.name() {
        "rmsprop" => {
            assert_eq!(rmsprop, RmsProp::default());
            steps::<T, _>(case, rmsprop, |state| vec![("square_avg", state.square.flat().to_vec())]);
        }
        "rmsprop_options" => steps::<T, _>(case, momentum, |state| {
            let buffer = state.momentum.0.flat().to_vec();
            vec![("square_avg", state.square.flat().to_vec()), ("momentum_buffer", buffer)]
        }),
        _ => steps::<T, _>(case, momentum.centered(), |state| {
            let (buffer, mean) = (state.momentum.0.flat().to_vec(), state.mean.0.flat().to_vec());
            vec![("square_avg", state.square.flat().to_vec()), ("momentum_buffer", buffer), ("grad_avg", mean)]
        }),
    }
}

fn adagrad<T: Scalar>(case: &Case) {
    let adagrad = Adagrad::new(case.option("lr")).lr_decay(case.option("lr_decay")).eps(case.option("eps"));
    let initial = case.option("initial_accumulator_value");
    let adagrad = adagrad.weight_decay(case.option("weight_decay")).initial_accumulator_value(initial);
    if case.name() == "adagrad" {
        assert_eq!(adagrad, Adagrad::default());
    }
    steps::<T, _>(case, adagrad, |state| vec![("sum", state.sum.flat().to_vec()), count(state.steps)]);
}

/// `clip` changes a gradient and returns its norm, where it has to do with one.
fn clip<T: Scalar>(case: &Case, clip: impl Fn(&mut Six<T>) -> Option<T>) {
    let mut norms = vec![];
    for step in 0..case.json["gradients"].as_array().unwrap().len() {
        let mut gradient = six(&case.numbers(&format!("/gradients/{step}")));
        norms.extend(clip(&mut gradient));
        case.close(&format!("/clipped/{step}"), gradient.flat());
    }
    if !norms.is_empty() {
        case.close("/norms", &norms);
    }
}

fn optimizer<T: Scalar>(case: &Case) {
    match case.name() {
        "sgd" | "sgd_momentum" | "sgd_dampening" | "sgd_nesterov" | "sgd_weight_decay" | "sgd_all" => sgd::<T>(case),
        "adam" | "adam_options" | "adam_amsgrad" | "adamw" | "adamw_options" => adam::<T>(case),
        "rmsprop" | "rmsprop_options" | "rmsprop_centered" => rmsprop::<T>(case),
        "adagrad" | "adagrad_options" => adagrad::<T>(case),
        "clip_norm" => clip::<T>(case, |gradient| Some(clip_norm(gradient, case.option("max_norm")))),
        "clip_value" => clip::<T>(case, |gradient| {
            clip_value(gradient, case.option("clip_value"));
            None
        }),
        other => panic!("no test for the optimiser {other}"),
    }
}

#[test]
fn of_layers() {
    run("layers.json", layer::<f32>, layer::<f64>);
}

#[test]
fn of_losses() {
    run("losses.json", losses::<f32>, losses::<f64>);
}

#[test]
fn of_optimizers() {
    run("optimizers.json", optimizer::<f32>, optimizer::<f64>);
}
