//! The network of W2, and the start and the batch of the table in `benches/README.md`: a formula of their index.

use dnn::prelude::*;

network! {
    pub struct Mlp: [784] -> [10] {
        fc1: Linear<784, 128>,
        Relu,
        fc2: Linear<128, 10>,
    }
}

/// Number `i` of stream `seed`, from -0.5 to 0.5: a hash of 32 bits. Vectors of it would be code that is no part of training.
#[inline(never)]
fn value(i: usize, seed: u32) -> f32 {
    let mut h = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(2_246_822_519));
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    ((h ^ h >> 15) >> 8) as f32 / 16_777_216.0 - 0.5
}

/// Weights are numbered along the outputs first; `scale` is 2 / sqrt(I).
fn start_layer<const I: usize, const O: usize>(layer: &mut Linear<I, O>, seed: u32, scale: f32) {
    for (o, row) in layer.weight.iter_mut().enumerate() {
        for (i, weight) in row.iter_mut().enumerate() {
            *weight = value(i * O + o, seed) * scale;
        }
    }
    for (o, bias) in layer.bias.iter_mut().enumerate() {
        *bias = value(o, seed + 1) * scale;
    }
}

pub fn start(net: &mut Mlp) {
    start_layer(&mut net.fc1, 2, 2.0 / 28.0);
    start_layer(&mut net.fc2, 4, 0.176_776_7);
}

/// 64 samples and the digits that they are.
pub fn batch(samples: &mut [[f32; 784]], labels: &mut [u8]) {
    for (b, (sample, label)) in samples.iter_mut().zip(labels).enumerate() {
        for (i, x) in sample.iter_mut().enumerate() {
            *x = value(b * 784 + i, 1) + 0.5;
        }
        *label = ((b * 7 + 3) % 10) as u8;
    }
}
