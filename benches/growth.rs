//! How the cost of a training step grows with width, depth and batch: `cargo bench --bench growth -- width_64 depth`.
//!
//! Networks of fully connected layers with ReLU, cross entropy and SGD, whose lines are those of the bench `workloads`.
//! `benches/peers/grow` draws them beside the peers.

#[allow(dead_code, reason = "its workloads are those of another program")]
mod workload;

use dnn::prelude::*;
use std::hint::black_box;
use workload::{clock, labels, linear, samples};

macro_rules! widths {
    ($($name:ident: $width:literal),*) => {$(
        network! {
            struct $name: [$width] -> [10] {
                fc1: Linear<$width, $width>,
                Relu,
                fc2: Linear<$width, $width>,
                Relu,
                fc3: Linear<$width, 10>,
            }
        }

        impl $name {
            fn start() -> Box<$name> {
                let mut net = dnn::boxed_zeros::<$name>();
                linear(&mut net.fc1, 32);
                linear(&mut net.fc2, 34);
                linear(&mut net.fc3, 36);
                net
            }
        }
    )*};
}
widths!(Width4: 4, Width8: 8, Width16: 16, Width32: 32, Width64: 64, Width128: 128, Width256: 256, Width512: 512, Width1024: 1024);

network! {
    struct Block: [64] -> [64] {
        fc: Linear<64, 64>,
        Relu,
    }
}

macro_rules! depths {
    ($($name:ident: $depth:literal),*) => {$(
        network! {
            struct $name: [64] -> [10] {
                blocks: [Block; $depth],
                fc: Linear<64, 10>,
            }
        }

        impl $name {
            fn start() -> Box<$name> {
                let mut net = dnn::boxed_zeros::<$name>();
                for (block, seed) in net.blocks.iter_mut().zip((32..).step_by(2)) {
                    linear(&mut block.fc, seed);
                }
                linear(&mut net.fc, 32 + 2 * $depth);
                net
            }
        }
    )*};
}
depths!(Depth1: 1, Depth2: 2, Depth4: 4, Depth8: 8, Depth16: 16, Depth32: 32, Depth64: 64);

/// A line for the network on so many samples; the check is the loss of the fifth step.
macro_rules! grow {
    ($name:literal, $network:ident, $inputs:literal, $samples:literal) => {
        if clock::wanted($name) {
            let (x, targets) = (samples::<$inputs>($samples, 31), labels($samples));
            let mut trainer = Trainer::new($network::start(), CrossEntropy, Sgd::new(0.01));
            let losses: [f32; 5] = core::array::from_fn(|_| trainer.step(&x, &targets));
            clock::print($name, f64::from(losses[4]), |times| {
                for _ in 0..times {
                    trainer.step(black_box(&x), black_box(&targets));
                }
            });
        }
    };
}

fn main() {
    grow!("width_4", Width4, 4, 32);
    grow!("width_8", Width8, 8, 32);
    grow!("width_16", Width16, 16, 32);
    grow!("width_32", Width32, 32, 32);
    grow!("width_64", Width64, 64, 32);
    grow!("width_128", Width128, 128, 32);
    grow!("width_256", Width256, 256, 32);
    grow!("width_512", Width512, 512, 32);
    grow!("width_1024", Width1024, 1024, 32);
    grow!("depth_1", Depth1, 64, 32);
    grow!("depth_2", Depth2, 64, 32);
    grow!("depth_4", Depth4, 64, 32);
    grow!("depth_8", Depth8, 64, 32);
    grow!("depth_16", Depth16, 64, 32);
    grow!("depth_32", Depth32, 64, 32);
    grow!("depth_64", Depth64, 64, 32);
    grow!("batch_1", Width128, 128, 1);
    grow!("batch_4", Width128, 128, 4);
    grow!("batch_16", Width128, 128, 16);
    grow!("batch_64", Width128, 128, 64);
    grow!("batch_256", Width128, 128, 256);
    grow!("batch_1024", Width128, 128, 1024);
}
