//! Training on several threads gives the bits of one: parts are taken of rows and samples, never of a sum.

#![cfg(feature = "std")]

use dnn::prelude::*;

network! {
    struct Mlp: [784] -> [10] {
        fc1: Linear<784, 128>,
        Relu,
        fc2: Linear<128, 10>,
    }
}

network! {
    /// Whose products are made in blocks.
    struct Wide: [1024] -> [10] {
        fc1: Linear<1024, 512>,
        Tanh,
        fc2: Linear<512, 300, bias = false>,
        Relu,
        fc3: Linear<300, 10>,
    }
}

network! {
    /// Whose rows and outputs no number of threads divides.
    struct Odd: [100] -> [67] {
        fc1: Linear<100, 131>,
        Relu,
        fc2: Linear<131, 67, bias = false>,
    }
}

network! {
    /// Convolutions with and without a pooling layer behind them, in groups too.
    struct Images: [1, 20, 20] -> [10] {
        conv1: Conv2d<1, 6, 5>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<6, 9, 3, padding = 1, groups = 3>,
        Relu,
        conv3: Conv2d<9, 8, 3>,
        Relu,
        MaxPool2d<2>,
        Flatten,
        fc: Linear<72, 10>,
    }
}

fn bits<N: Parameters<Scalar = f32>>(network: &N) -> Vec<u32> {
    network.flat().iter().map(|value| value.to_bits()).collect()
}

/// Losses and parameters after some steps.
macro_rules! trained {
    ($network:ident, $inputs:literal, $optimizer:expr, $samples:expr, $threads:expr) => {{
        let rng = &mut Rng::new(3);
        let x: Vec<[f32; $inputs]> = (0..$samples).map(|_| core::array::from_fn(|_| rng.unit_f32())).collect();
        trained!($network, &x, $optimizer, $samples, $threads)
    }};
    ($network:ident, $x:expr, $optimizer:expr, $samples:expr, $threads:expr) => {{
        let labels: Vec<u8> = (0..$samples).map(|i| (i % 10) as u8).collect();
        let trainer = Trainer::new($network::boxed(&mut Rng::new(1)), CrossEntropy, $optimizer);
        let mut trainer = trainer.threads($threads);
        let losses: Vec<u32> = (0..6).map(|_| trainer.step($x, &labels).to_bits()).collect();
        (losses, bits(trainer.network()))
    }};
}

#[test]
fn any_number_of_threads_gives_the_bits_of_one() {
    for samples in [61, 64] {
        let alone = trained!(Mlp, 784, Adam::new(0.01), samples, 1);
        for threads in [2, 3, 8, 100] {
            assert_eq!(trained!(Mlp, 784, Adam::new(0.01), samples, threads), alone, "{samples}, {threads}");
        }
    }
}

#[test]
fn parts_of_unequal_length_have_the_bits_of_one_thread_too() {
    for samples in [62, 97] {
        let alone = trained!(Odd, 100, Sgd::new(0.01).momentum(0.9), samples, 1);
        for threads in [2, 3, 4, 5] {
            assert_eq!(
                trained!(Odd, 100, Sgd::new(0.01).momentum(0.9), samples, threads),
                alone,
                "{samples}, {threads}"
            );
        }
    }
}

#[test]
fn products_in_blocks_have_the_bits_of_one_thread_too() {
    let alone = trained!(Wide, 1024, Sgd::new(0.01), 50, 1);
    for threads in [2, 3] {
        assert_eq!(trained!(Wide, 1024, Sgd::new(0.01), 50, threads), alone, "{threads}");
    }
}

#[test]
fn convolutions_have_the_bits_of_one_thread_too() {
    let rng = &mut Rng::new(3);
    let x: Vec<[[[f32; 20]; 20]; 1]> =
        (0..70).map(|_| [core::array::from_fn(|_| core::array::from_fn(|_| rng.unit_f32()))]).collect();
    for samples in [32, 35, 70] {
        let x = &x[..samples];
        let alone = trained!(Images, x, Sgd::new(0.01), samples, 1);
        for threads in [2, 3, 8] {
            assert_eq!(trained!(Images, x, Sgd::new(0.01), samples, threads), alone, "{samples}, {threads}");
        }
    }
}
