//! The workloads of the table in `benches/README.md`, for every program that measures them. Their inputs and weights are one
//! formula of their index.

pub(crate) mod clock;
#[path = "../../examples/models/lenet.rs"]
pub(crate) mod model;

use core::array::from_fn;
use dnn::prelude::*;
use model::LeNet;
use std::hint::black_box;

network! {
    pub(crate) struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
}

network! {
    #[repr(align(64))]
    pub(crate) struct Mlp: [784] -> [10] {
        fc1: Linear<784, 128>,
        Relu,
        fc2: Linear<128, 10>,
    }
}

network! {
    #[repr(align(64))]
    pub(crate) struct Wide: [1024] -> [10] {
        fc1: Linear<1024, 1024>,
        Relu,
        fc2: Linear<1024, 1024>,
        Relu,
        fc3: Linear<1024, 10>,
    }
}

network! {
    struct Line: [1] -> [1] {
        slope: Linear<1, 1, bias = false>,
    }
}

network! {
    pub(crate) struct Recurrent: [16, 8] -> [32] {
        gru: Gru<8, 32, output = last>,
    }
}

pub(crate) const MAZUR: Mazur = Mazur {
    hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35] },
    output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60, 0.60] },
};

/// Number `i` of stream `seed`, from -0.5 to 0.5: a hash of 32 bits.
fn value(i: usize, seed: u32) -> f32 {
    let mut h = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(2_246_822_519));
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    ((h ^ h >> 15) >> 8) as f32 / 16_777_216.0 - 0.5
}

/// What weights of a layer with `inputs` inputs for each output are multiplied with.
fn scale(inputs: usize) -> f32 {
    (2.0 / (inputs as f64).sqrt()) as f32
}

fn fill(to: &mut [f32], seed: u32, scale: f32, offset: f32) {
    for (i, v) in to.iter_mut().enumerate() {
        *v = value(i, seed) * scale + offset;
    }
}

/// Weights are numbered along the outputs first.
pub(crate) fn linear<const I: usize, const O: usize>(layer: &mut Linear<I, O>, seed: u32) {
    for o in 0..O {
        for i in 0..I {
            layer.weight[o][i] = value(i * O + o, seed) * scale(I);
        }
    }
    fill(&mut layer.bias, seed + 1, scale(I), 0.0);
}

fn mlp() -> Box<Mlp> {
    let mut net = dnn::boxed_zeros::<Mlp>();
    linear(&mut net.fc1, 2);
    linear(&mut net.fc2, 4);
    net
}

fn wide() -> Box<Wide> {
    let mut net = dnn::boxed_zeros::<Wide>();
    linear(&mut net.fc1, 32);
    linear(&mut net.fc2, 34);
    linear(&mut net.fc3, 36);
    net
}

fn lenet() -> Box<LeNet<f32>> {
    let mut net = dnn::boxed_zeros::<LeNet<f32>>();
    fill(net.conv1.weight.as_flattened_mut().as_flattened_mut().as_flattened_mut(), 12, scale(25), 0.0);
    fill(&mut net.conv1.bias, 13, scale(25), 0.0);
    fill(net.conv2.weight.as_flattened_mut().as_flattened_mut().as_flattened_mut(), 14, scale(150), 0.0);
    fill(&mut net.conv2.bias, 15, scale(150), 0.0);
    linear(&mut net.fc1, 16);
    linear(&mut net.fc2, 18);
    linear(&mut net.fc3, 20);
    net
}

/// Its tensors lie in this order: weights of the input and of the state, then their biases.
pub(crate) fn recurrent() -> Box<Recurrent> {
    let mut net = dnn::boxed_zeros::<Recurrent>();
    let (weights, biases) = net.flat_mut().split_at_mut(96 * 8 + 96 * 32);
    let (of_input, of_state) = weights.split_at_mut(96 * 8);
    fill(of_input, 41, scale(32), 0.0);
    fill(of_state, 42, scale(32), 0.0);
    fill(&mut biases[..96], 43, scale(32), 0.0);
    fill(&mut biases[96..], 44, scale(32), 0.0);
    net
}

/// They begin with a line of the cache, as static arrays of C do, and stay as long as the program.
pub(crate) fn samples<const I: usize>(count: usize, seed: u32) -> &'static [[f32; I]] {
    let scalars = vec![0.0; count * I + 64 / size_of::<f32>()].leak();
    let first = scalars.as_ptr().align_offset(64);
    let scalars = &mut scalars[first..first + count * I];
    fill(scalars, seed, 1.0, 0.5);
    dnn::tensor::batch(scalars)
}

pub(crate) fn labels(count: usize) -> Vec<u8> {
    (0..count).map(|b| ((b * 7 + 3) % 10) as u8).collect()
}

fn images() -> Vec<[[[f32; 28]; 28]; 1]> {
    dnn::tensor::batch(samples::<784>(32, 11).as_flattened()).to_vec()
}

pub(crate) fn sequence() -> [[f32; 8]; 16] {
    from_fn(|t| from_fn(|i| value(t * 8 + i, 45) * 2.0))
}

/// The sum of outputs, each times one more than its number modulo ten.
fn checksum(y: &[f32]) -> f64 {
    y.iter().enumerate().map(|(i, &y)| f64::from(y) * (i % 10 + 1) as f64).sum()
}

/// A piece of work whose cost is measured.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// A number in which all programs of `benches/peers` have to agree, from that many threads.
    pub(crate) check: fn(threads: usize) -> f64,
    /// What does it so many times, on that many threads.
    pub(crate) start: fn(threads: usize) -> Box<dyn FnMut(u32)>,
}

/// Steps of a trainer; the check is what `check` says of it and of the loss after step number `k`.
macro_rules! train {
    ($name:literal, $k:literal, $trainer:expr, $x:expr, $targets:expr, $check:expr) => {
        Workload {
            name: $name,
            check: |threads| {
                let (x, targets, mut trainer, mut loss) = ($x, $targets, $trainer.threads(threads), 0.0);
                for _ in 0..$k {
                    loss = trainer.step(&x, &targets);
                }
                f64::from($check(&trainer, loss))
            },
            start: |threads| {
                let (x, targets, mut trainer) = ($x, $targets, $trainer.threads(threads));
                Box::new(move |times| {
                    for _ in 0..times {
                        let (x, targets) = (black_box(&x), black_box(&targets)); // the lengths of arrays are known
                        trainer.step(x, targets);
                    }
                })
            },
        }
    };
    ($name:literal, $k:literal, $trainer:expr, $x:expr, $targets:expr) => {
        train!($name, $k, $trainer, $x, $targets, |_: &_, loss| loss)
    };
}

/// The same as one call for all steps.
macro_rules! repeat {
    ($name:literal, $k:literal, $trainer:expr, $x:expr, $targets:expr, $check:expr) => {
        Workload {
            name: $name,
            check: |threads| {
                let (x, targets, mut trainer) = ($x, $targets, $trainer.threads(threads));
                let loss = trainer.repeat(&x, &targets, $k);
                f64::from($check(&trainer, loss))
            },
            start: |threads| {
                let (x, targets, mut trainer) = ($x, $targets, $trainer.threads(threads));
                Box::new(move |times| {
                    let (x, targets) = (black_box(&x), black_box(&targets));
                    trainer.repeat(x, targets, times as usize);
                })
            },
        }
    };
}

/// Inference of a network; the check is a sum of its outputs.
macro_rules! infer {
    ($name:literal, $network:ty, $net:expr, $x:expr) => {
        Workload {
            name: $name,
            check: |_| {
                let (net, x) = ($net, $x);
                let mut y = vec![Default::default(); x.len()];
                net.infer(&x, &mut y, &mut vec![0.0; <$network>::inference_workspace(x.len())]);
                checksum(y.as_flattened())
            },
            start: |_| {
                let (net, x) = ($net, $x);
                let mut y = vec![Default::default(); x.len()];
                let mut workspace = vec![0.0; <$network>::inference_workspace(x.len())];
                Box::new(move |times| {
                    for _ in 0..times {
                        net.infer(black_box(&x), black_box(&mut y), &mut workspace);
                    }
                })
            },
        }
    };
}

pub(crate) const ALL: [Workload; 13] = [
    train!("W1", 1000, Trainer::new(MAZUR, Mse, Sgd::new(0.5)), [[0.05, 0.10]], [[0.01, 0.99]]),
    repeat!("W1_loop", 1000, Trainer::new(MAZUR, Mse, Sgd::new(0.5)), [[0.05, 0.10]], [[0.01, 0.99]], |_: &_, loss| {
        loss
    }),
    train!(
        "W2_sgd",
        20,
        Trainer::new(mlp(), CrossEntropy, Sgd::new(0.01).momentum(0.9)),
        samples::<784>(64, 1),
        labels(64)
    ),
    train!("W2_adam", 20, Trainer::new(mlp(), CrossEntropy, Adam::new(1e-3)), samples::<784>(64, 1), labels(64)),
    train!(
        "W2_wide_batch",
        20,
        Trainer::new(mlp(), CrossEntropy, Sgd::new(0.01).momentum(0.9)),
        samples::<784>(256, 1),
        labels(256)
    ),
    infer!("W3_b1", Mlp, mlp(), samples::<784>(1, 1)),
    infer!("W3_b64", Mlp, mlp(), samples::<784>(64, 1)),
    train!("W4", 10, Trainer::new(lenet(), CrossEntropy, Sgd::new(0.01)), images(), labels(32)),
    infer!("W5", LeNet<f32>, lenet(), images()[..1].to_vec()),
    train!("W6", 5, Trainer::new(wide(), CrossEntropy, Sgd::new(0.01)), samples::<1024>(256, 31), labels(256)),
    train!(
        "W8",
        10,
        Trainer::new(Line { slope: Linear { weight: [[0.0]], bias: () } }, Mse, Sgd::new(0.01)),
        [[1.0], [2.0], [3.0], [4.0]],
        [[2.0], [4.0], [6.0], [8.0]],
        |trainer: &Trainer<dnn::Heap<Line, Sgd>, Mse>, _| trainer.network().slope.weight[0][0]
    ),
    repeat!(
        "W8_loop",
        10,
        Trainer::new(Line { slope: Linear { weight: [[0.0]], bias: () } }, Mse, Sgd::new(0.01)),
        [[1.0], [2.0], [3.0], [4.0]],
        [[2.0], [4.0], [6.0], [8.0]],
        |trainer: &Trainer<dnn::Heap<Line, Sgd>, Mse>, _| trainer.network().slope.weight[0][0]
    ),
    infer!("W9", Recurrent, recurrent(), [sequence()]),
];
