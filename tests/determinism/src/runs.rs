//! Training runs whose weights have the same bits on every machine with the feature `deterministic`.
//!
//! This file is part of programs for every target: it needs neither a heap nor an operating system.

use dnn::prelude::*;
use dnn::{Momentum, Parameters, Storage};

network! {
    /// The network of M. Mazur's "A Step by Step Backpropagation Example", 2015.
    pub struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }

    /// Reads handwritten digits.
    pub struct Digits: [8, 8] -> [10] {
        Flatten,
        fc1: Linear<64, 32>,
        Relu,
        fc2: Linear<32, 10>,
    }

    /// Every activation and every elementary function, at lengths that are no multiples of a vector's.
    pub struct Mixed<T>: [8, 8] -> [10] {
        Flatten,
        Dropout(0.2),
        fc1: Linear<64, 37>,
        Elu,
        fc2: Linear<37, 21, bias = shared>,
        Gelu,
        fc3: Linear<21, 19>,
        Tanh,
        fc4: Linear<19, 18, bias = false>,
        Gelu<approximate = tanh>,
        Dropout,
        fc5: Linear<18, 17>,
        Silu,
        fc6: Linear<17, 16>,
        Softplus,
        fc7: Linear<16, 15>,
        LeakyRelu,
        fc8: Linear<15, 14>,
        Softmax,
        fc9: Linear<14, 10>,
        LogSoftmax,
    }
}

/// Images that training goes over, again and again.
pub const COUNT: usize = 64;

/// The first lines of the digits in `examples/data`, read by the compiler.
static DIGITS: ([[[f32; 8]; 8]; COUNT], [Class<10>; COUNT]) =
    digits_of(include_bytes!("../../../examples/data/digits.csv"));

const fn digits_of(csv: &[u8]) -> ([[[f32; 8]; 8]; COUNT], [Class<10>; COUNT]) {
    let Some(zero) = Class::new(0) else { panic!("no class 0") };
    let (mut images, mut labels) = ([[[0.0; 8]; 8]; COUNT], [zero; COUNT]);
    let (mut at, mut line, mut column, mut number) = (0, 0, 0, 0);
    while line < COUNT {
        match csv[at] {
            digit @ b'0'..=b'9' => number = 10 * number + (digit - b'0') as usize,
            b',' => {
                images[line][column / 8][column % 8] = number as f32 / 16.0;
                (column, number) = (column + 1, 0);
            }
            b'\n' => {
                let Some(label) = Class::new(number) else { panic!("a label is no digit") };
                labels[line] = label;
                (line, column, number) = (line + 1, 0, 0);
            }
            _ => {}
        }
        at += 1;
    }
    (images, labels)
}

/// A batch of `N` images for a step of training, in the type that a network computes in.
pub fn batch<T: Scalar, const N: usize>(step: usize) -> ([[[T; 8]; 8]; N], [Class<10>; N]) {
    let (mut images, mut labels) = ([[[T::ZERO; 8]; 8]; N], [DIGITS.1[0]; N]);
    for n in 0..N {
        let from = (step * N + n) % COUNT;
        labels[n] = DIGITS.1[from];
        for row in 0..8 {
            for column in 0..8 {
                images[n][row][column] = T::from_f64(f64::from(DIGITS.0[from][row][column]));
            }
        }
    }
    (images, labels)
}

/// FNV-1a over the bits of numbers as `f64`, from the lowest byte on, where every NaN is the same
/// (G. Fowler, L. Noll, K. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm").
#[derive(Clone, Copy)]
pub struct Hash(pub u64);

impl Hash {
    /// Of no numbers.
    pub const START: Hash = Hash(0xCBF2_9CE4_8422_2325);

    /// With one number more.
    pub fn add<T: Scalar>(&mut self, value: T) {
        let value = value.to_f64();
        let bits = if value.is_nan() { 0x7FF8_0000_0000_0000 } else { value.to_bits() };
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    /// Of the losses of a run and the parameters behind it.
    pub fn of<N: Parameters>(mut self, network: &N) -> u64 {
        for value in network.flat() {
            self.add(*value);
        }
        self.0
    }
}

/// The start of [`mazur`], as the example gives it.
pub const MAZUR: Mazur = Mazur {
    hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35] },
    output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60, 0.60] },
};

/// Mazur's example for some steps of gradient descent.
pub fn mazur(memory: &mut Memory<Mazur, Sgd, 1>, steps: usize) -> u64 {
    memory.load(&MAZUR);
    let (mut trainer, mut hash) = (Trainer::within(memory, Mse, Sgd::new(0.5)), Hash::START);
    for _ in 0..steps {
        hash.add(trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]]));
    }
    hash.of(trainer.network())
}

/// Digits by Adam for some steps of 8 images, in a memory with room for `B`: the hash does not depend on it.
pub fn digits<const B: usize>(memory: &mut Memory<Digits, Adam, B>, steps: usize) -> u64 {
    memory.network_mut().init_in(&mut Rng::new(1));
    train_digits(Trainer::within(memory, CrossEntropy, ADAM), steps)
}

/// The optimiser of [`digits`].
pub const ADAM: Adam = Adam::new(0.01);

/// What [`digits`] does, by any trainer.
pub fn train_digits<S: Storage<Network = Digits>>(mut trainer: Trainer<S, CrossEntropy>, steps: usize) -> u64 {
    let mut hash = Hash::START;
    for step in 0..steps {
        let (images, labels) = batch::<f32, 8>(step);
        hash.add(trainer.step(&images, &labels));
    }
    hash.of(trainer.network())
}

/// Every activation, dropout, a clipped norm and Nesterov's momentum, for some steps of 8 images.
pub fn mixed<T: Scalar, const B: usize>(memory: &mut Memory<Mixed<T>, Sgd<Momentum>, B>, steps: usize) -> u64 {
    memory.network_mut().init_in(&mut Rng::new(2));
    train_mixed(Trainer::within(memory, Nll, NESTEROV), steps)
}

/// The optimiser of [`mixed`].
pub const NESTEROV: Sgd<Momentum> = Sgd::new(0.05).weight_decay(1e-4).momentum(0.9).nesterov();

/// What [`mixed`] does, by any trainer.
pub fn train_mixed<T: Scalar, S: Storage<Network = Mixed<T>>>(trainer: Trainer<S, Nll>, steps: usize) -> u64 {
    let (mut trainer, mut hash) = (trainer.seed(3).clip_norm(1.0), Hash::START);
    for step in 0..steps {
        let (images, labels) = batch::<T, 8>(step);
        hash.add(trainer.step(&images, &labels));
    }
    hash.of(trainer.network())
}

/// Every elementary function at about `points` numbers of every size and sign.
pub fn functions<T: Scalar>(points: usize) -> u64 {
    let (mut hash, mut rng) = (Hash::START, Rng::new(4));
    for _ in 0..points {
        let (mantissa, exponent) = (rng.unit_f64() - 0.5, rng.below(160) as u64 + 1023 - 130);
        let x = T::from_f64(mantissa * f64::from_bits(exponent << 52));
        for function in [T::exp, T::exp_m1, T::ln, T::ln_1p, T::sqrt, T::tanh, T::sin, T::cos, T::erf, T::abs] {
            hash.add(function(x));
        }
        hash.add(x.abs().powf(T::from_f64(8.0 * mantissa)));
    }
    hash.0
}
