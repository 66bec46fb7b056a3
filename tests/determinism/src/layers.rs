//! Runs of networks that have every layer between them, each with a loss and an optimiser of its own.

use crate::runs::{Hash, batch};
use dnn::prelude::*;
use dnn::{Network, Optimizer, Sample};

network! {
    /// What works on planes.
    pub struct Planes: [8, 8] -> [10] {
        Reshape<1, 8, 8>,
        ZeroPad2d<1>,
        conv1: Conv2d<1, 6, 3>,
        norm: GroupNorm<2, 6>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<6, 4, [2, 3], padding = same, groups = 2, bias = false>,
        InstanceNorm2d<4>,
        up: ConvTranspose2d<4, 3, 2, stride = 2>,
        AvgPool2d<2>,
        Upsample<size = [7, 5], mode = bilinear>,
        AdaptiveAvgPool2d<[5, 3]>,
        AdaptiveMaxPool2d<[4, 2]>,
        Flatten,
        fc: Linear<24, 10>,
    }

    /// What works on lines; each image is one of eight channels.
    pub struct Lines: [8, 8] -> [10] {
        conv: Conv1d<8, 6, 3>,
        up: ConvTranspose1d<6, 5, 2, stride = 2>,
        fc: Linear<10, 10>,

        fn forward(x) {
            // Between the two, so that the zeros are written and not those of the convolution, as above.
            let h = InstanceNorm1d<6>(Tanh(conv(ZeroPad1d<1>(x) * 1.0)));
            let h = AvgPool1d<2>(up(MaxPool1d<2>(h)));
            let h = AdaptiveMaxPool1d<5>(AdaptiveAvgPool1d<7>(Upsample<scale_factor = 3, mode = linear>(h)));
            Sigmoid(fc(Concat(Flatten(GlobalAvgPool(h)), Flatten(GlobalMaxPool(h)))))
        }
    }

    /// What works on sequences; each image is one of eight steps.
    pub struct Sequences: [8, 8] -> [10] {
        places: PositionalEmbedding<8, 8>,
        attention: MultiHeadAttention<8, 2, causal = true>,
        norm: LayerNorm<8>,
        PositionalEncoding,
        rnn: Rnn<8, 7, bidirectional = true>,
        gru: Gru<14, 9, layers = 2>,
        rms: RmsNorm<9>,
        lstm: Lstm<9, 10, output = last>,
    }

    /// Activations that have a parameter, limits or gates, and dropout of whole channels.
    pub struct Activations: [8, 8] -> [10] {
        slopes: PRelu<8>,
        Dropout1d(0.25),
        fc1: Linear<8, 14>,
        Glu,
        Mish,
        Selu,
        Reshape<8, 7, 1>,
        Dropout2d,
        slope: PRelu,
        Flatten,
        fc2: Linear<56, 20>,
        Hardswish,
        fc3: Linear<20, 16>,
        Celu(0.5),
        Relu6,
        fc4: Linear<16, 12>,
        Softsign,
        fc5: Linear<12, 11>,
        Hardtanh(-0.9, max_val = 0.8),
        fc6: Linear<11, 10>,
        Hardsigmoid,
    }

    /// What works on tokens; each image is a sentence of sixteen pixels.
    pub struct Tokens: [u8; 16] -> [10] {
        embedding: Embedding<17, 8, padding_idx = 0>,
        post: TransformerEncoderLayer<8, 2, 12>,
        pre: TransformerEncoderLayer<8, 2, 12, activation = gelu, norm_first = true, causal = true>(dropout = 0.2),
        Flatten,
        fc: Linear<128, 10>,
    }

    /// What two values become, parameters by themselves, and a layer that is used twice.
    pub struct Wired: [8, 8] -> [10] {
        fc: Linear<8, 8>,
        scale: Parameter<[8, 1]>(0.7),
        shift: Parameter<[8]>,
        out: Linear<24, 10>,

        fn forward(x) {
            let h = Tanh(fc(Tanh(fc(x)))) * scale - shift;
            let (a, b) = Split<axis = 0>(h);
            let c = (1.0 - a) * b * 0.5 + detach(a);
            let means = Mean(Squeeze<axis = 1>(Unsqueeze<axis = 1>(Permute<1, 0>(h))));
            let (left, right) = Split(c);
            out(Concat(means, Flatten(left) - Flatten(right)))
        }
    }

    /// Statistics of the whole batch.
    pub struct Statistics: [8, 8] -> [10] {
        Reshape<1, 8, 8>,
        conv: Conv2d<1, 3, 3>,
        norm1: BatchNorm2d<3>,
        Relu,
        Flatten,
        fc1: Linear<108, 12>,
        norm2: BatchNorm1d<12>,
        Gelu<approximate = tanh>,
        fc2: Linear<12, 10>,
    }
}

/// Trains from the seed 5 for some steps of 8 images, in a memory with room for `B`: the hash does not depend on it.
fn run<N, O, L, D, const B: usize>(steps: usize, loss: L, optimizer: O, target: impl Fn(Class<10>) -> D) -> u64
where
    N: Network<Input = [[f32; 8]; 8], Output = [f32; 10], Scalar = f32>,
    O: Optimizer<N>,
    L: Loss<[f32; 10], D>,
{
    run_on::<N, _, O, L, D, B>(steps, loss, optimizer, |image| image, target)
}

/// The same for a network that takes another tensor, made of an image.
fn run_on<N, X, O, L, D, const B: usize>(
    steps: usize,
    loss: L,
    optimizer: O,
    input: impl Fn([[f32; 8]; 8]) -> X,
    target: impl Fn(Class<10>) -> D,
) -> u64
where
    X: for<'a> Sample<Batch<'a> = &'a [X]>,
    N: Network<Input = X, Output = [f32; 10], Scalar = f32>,
    O: Optimizer<N>,
    L: Loss<[f32; 10], D>,
{
    let (mut memory, mut hash) = (const { Memory::<N, O, B>::new() }, Hash::START);
    memory.network_mut().init_in(&mut Rng::new(5));
    let mut trainer = Trainer::within(&mut memory, loss, optimizer).seed(6).clip_value(0.5);
    for step in 0..steps {
        let (images, labels) = batch::<f32, 8>(step);
        hash.add(trainer.step(&images.map(&input), &labels.map(&target)));
    }
    let (images, labels) = batch::<f32, 8>(steps);
    hash.add(trainer.evaluate(&images.map(&input), &labels.map(&target)).loss);
    hash.of(trainer.network())
}

/// 0.9 for the class and 0.1 for the others.
fn probabilities(class: Class<10>) -> [f32; 10] {
    core::array::from_fn(|c| if c == class.index() { 0.9 } else { 0.1 })
}

/// Planes, by cross-entropy of labels and AdamW.
pub fn planes<const B: usize>(steps: usize) -> u64 {
    let loss = CrossEntropy.label_smoothing(0.1).weights([1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 0.5]);
    run::<Planes, _, _, _, B>(steps, loss, AdamW::new(0.01).amsgrad(), |class| class)
}

/// Lines, by binary cross-entropy and RMSprop.
pub fn lines<const B: usize>(steps: usize) -> u64 {
    run::<Lines, _, _, _, B>(steps, Bce, RmsProp::new(0.01).momentum(0.5).centered(), probabilities)
}

/// Sequences, by Huber's loss and Adam.
pub fn sequences<const B: usize>(steps: usize) -> u64 {
    run::<Sequences, _, _, _, B>(steps, Huber.delta(0.3), Adam::new(0.01), probabilities)
}

/// Further activations, by the mean squared error and RMSprop.
pub fn activations<const B: usize>(steps: usize) -> u64 {
    run::<Activations, _, _, _, B>(steps, Mse, RmsProp::new(0.01), probabilities)
}

/// Tokens, by cross-entropy and Adam with decay.
pub fn tokens<const B: usize>(steps: usize) -> u64 {
    // The middle of each image.
    let sentence = |image: [[f32; 8]; 8]| core::array::from_fn(|i| (16.0 * image[2 + i / 4][2 + i % 4]) as u8);
    run_on::<Tokens, _, _, _, _, B>(steps, CrossEntropy, Adam::new(0.01).weight_decay(1e-3), sentence, |class| class)
}

/// Wired layers, by binary cross-entropy of logits and Adagrad.
pub fn wired<const B: usize>(steps: usize) -> u64 {
    run::<Wired, _, _, _, B>(steps, BceWithLogits, Adagrad::new(0.05), probabilities)
}

/// Statistics of the whole batch, by the sum of absolute errors and gradient descent.
pub fn statistics(steps: usize) -> u64 {
    run::<Statistics, _, _, _, 8>(steps, Sum(L1), Sgd::new(0.01), probabilities)
}
