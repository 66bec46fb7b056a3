//! Gradients of whole networks declared with `network!`: in f64 against central differences of the forward pass, and in f32
//! against the same network in f64.
//!
//! The outputs of a batch are projected on a random dL/dy, so that one number stands for all of them. The differences are of
//! fourth order, (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h with h = 1e-4. A draw at which a kink lies between these points is
//! known by differences that change with h, whatever `backward` says; it is drawn again.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::tensor;

network! {
    const WIDTH: usize = 3 * 4;

    /// Activations without kinks, one behind the other.
    pub struct Smooth<T>: [6] -> [4] {
        fc1: Linear<6, 9>,
        Tanh,
        fc2: Linear<9, 8>,
        Sigmoid,
        fc3: Linear<8, 7>,
        Gelu,
        fc4: Linear<7, 7>,
        Gelu<approximate = tanh>,
        fc5: Linear<7, 6>,
        Silu,
        fc6: Linear<6, 4>,
        Softplus(2.0, 10.0),
    }

    /// Activations with kinks.
    pub struct Kinked<T>: [5] -> [3] {
        fc1: Linear<5, WIDTH>,
        Relu,
        fc2: Linear<WIDTH, 10>,
        LeakyRelu(0.2),
        fc3: Linear<10, 8>,
        Elu(0.5),
        fc4: Linear<8, 3>,
    }

    /// Further activations without kinks.
    pub struct Bent<T>: [6] -> [4] {
        fc1: Linear<6, 9>,
        Mish,
        fc2: Linear<9, 8>,
        Softsign,
        fc3: Linear<8, 7>,
        Celu(0.5),
        fc4: Linear<7, 8>,
        Glu,
        fc5: Linear<4, 4>,
    }

    /// Further activations with kinks.
    pub struct Hard<T>: [5] -> [3] {
        fc1: Linear<5, 8>,
        Hardswish,
        fc2: Linear<8, 8>,
        Hardsigmoid,
        fc3: Linear<8, 8>,
        Hardtanh(-0.5, 0.25),
        fc4: Linear<8, 8>,
        Relu6,
        fc5: Linear<8, 8>,
        Selu,
        fc6: Linear<8, 3>,
    }

    /// One slope, and one for each channel; whole channels dropped.
    pub struct Sloped<T>: [4, 3] -> [2, 3] {
        act1: PRelu<4>(init = -0.5),
        Dropout1d(0.25),
        fc: Linear<3, 6>,
        Reshape<4, 2, 3>,
        Dropout2d(0.25),
        act2: PRelu,
        Glu<dim = 0>,
        Mean<axis = 1>,
    }

    /// Every form of bias, and no activation in between.
    pub struct Biases<T>: [7] -> [2] {
        fc1: Linear<7, 6, bias = false>,
        fc2: Linear<6, 5, bias = shared>,
        Tanh,
        fc3: Linear<5, 5>,
        Softplus,
        fc4: Linear<5, 2, bias = shared>,
        LogSoftmax,
    }

    /// Views, the last axis, and softmax over either dimension.
    pub struct Shapes<T>: [4, 6] -> [6] {
        fc1: Linear<6, 5>,
        Softmax<dim = 0>,
        fc2: Linear<5, 3>,
        LogSoftmax<dim = 0>,
        Reshape<3, -1>,
        fc3: Linear<4, 4>,
        Softmax,
        Flatten,
        fc4: Linear<12, 6>,
        LogSoftmax,
    }

    /// Convolutions with every option.
    pub struct Convolved<T>: [2, 9, 8] -> [5] {
        conv1: Conv2d<2, 6, [3, 2], stride = [2, 1], padding = [0, 1], dilation = [1, 2]>,
        Tanh,
        conv2: Conv2d<6, 4, [2, 3], padding = same, groups = 2, bias = false>,
        Silu,
        conv3: Conv2d<4, 8, 3, stride = 2, padding = 1, groups = 4>,
        Flatten,
        fc: Linear<64, 5>,
    }

    /// Pooling over windows that overlap, that reach into the padding, and that reach beyond the end.
    pub struct Pooled<T>: [2, 4, 5] -> [4, 1, 2] {
        MaxPool2d<[3, 2], stride = [1, 2], padding = 1>,
        conv: Conv2d<2, 4, [3, 1]>,
        MaxPool2d<[2, 2], ceil_mode = true>,
    }

    /// Transposed convolutions with every option, and convolutions over lines.
    pub struct Transposed<T>: [4, 3, 4] -> [3, 8] {
        conv1: ConvTranspose2d<4, 2, [3, 2], stride = 2, padding = [1, 0], output_padding = 1, dilation = [1, 2], groups = 2>,
        Tanh,
        Reshape<6, 20>,
        conv2: Conv1d<6, 4, 4, stride = 2, padding = 3, dilation = 2, groups = 2>,
        Silu,
        conv3: ConvTranspose1d<4, 3, 3, padding = 2, bias = false>,
        conv4: Conv1d<3, 3, 2, padding = same>,
    }

    /// Means of windows, zeros around, and elements between others.
    pub struct Resampled<T>: [2, 5, 4] -> [2, 3] {
        AvgPool2d<[3, 2], stride = [2, 1], padding = 1, count_include_pad = false>,
        ZeroPad2d<[1, 0, 0, 2]>,
        Upsample<scale_factor = [1, 2], mode = bilinear>,
        conv: Conv2d<2, 2, 3>,
        AdaptiveAvgPool2d<[2, 4]>,
        Upsample<size = [3, 3]>,
        Reshape<2, 9>,
        AvgPool1d<3, stride = 2, padding = 1, ceil_mode = true>,
        ZeroPad1d<[0, 2]>,
        Upsample<size = 9, mode = linear, align_corners = true>,
        AdaptiveAvgPool1d<3>,
    }

    /// Zeros that convolutions put around their inputs themselves, more of them behind than before, and once less.
    pub struct Padded<T>: [2, 5, 4] -> [2, 2] {
        ZeroPad2d<[0, 1, 1, 2]>,
        conv1: Conv2d<2, 4, 3, stride = 2, padding = [0, 1]>,
        Tanh,
        ZeroPad2d<[1, 3, 0, 2]>,
        conv2: Conv2d<4, 4, [3, 2], stride = [1, 2], dilation = [2, 1], groups = 4>,
        Reshape<4, 3>,
        ZeroPad1d<[1, 4]>,
        conv3: Conv1d<4, 2, 4, stride = 2, groups = 2, bias = false>,
        Silu,
        ZeroPad1d<[2, 0]>,
        conv4: Conv1d<2, 2, 4>,
    }

    /// One of them, which takes no memory.
    pub struct Inside<f64>: [3, 4, 5] -> [4, 4, 3] {
        ZeroPad2d<[0, 1, 0, 2]>,
        conv: Conv2d<3, 4, 3, stride = [1, 2], padding = [0, 1]>,
    }

    /// The same with a copy that has the zeros.
    pub struct Copied<f64>: [3, 4, 5] -> [4, 4, 3] {
        conv: Conv2d<3, 4, 3, stride = [1, 2], padding = [0, 1]>,

        fn forward(x) {
            conv(ZeroPad2d<[0, 1, 0, 2]>(x) * 1.0)
        }
    }

    /// Largest elements of windows that divide what they are given.
    pub struct Largest<T>: [3, 4, 4] -> [3] {
        AdaptiveMaxPool2d<[2, 3]>,
        Reshape<3, 6>,
        conv: Conv1d<3, 3, 1>,
        MaxPool1d<3, stride = 2>,
        AdaptiveMaxPool1d<2>,
        GlobalMaxPool,
        Flatten,
    }

    /// Activations in a row, dropout between them.
    pub struct Dropped<T>: [2, 8] -> [5] {
        Tanh,
        Flatten,
        Dropout(0.25),
        fc1: Linear<16, 14>,
        Silu,
        Dropout,
        fc2: Linear<14, 12>,
        Gelu,
        Sigmoid,
        Dropout(0.1),
        Elu,
        fc3: Linear<12, 5, bias = false>,
        Softmax,
    }

    /// Samples that depend on each other by the statistics of their batch.
    pub struct Normalised<T>: [4] -> [3] {
        fc1: Linear<4, 6, bias = false>,
        norm1: BatchNorm1d<6>,
        Tanh,
        Reshape<2, 3>,
        norm2: BatchNorm1d<2, affine = false>(eps = 0.1),
        Flatten,
        fc2: Linear<6, 3>,
    }

    /// A block with statistics of the batch around a residual, one of them used twice, and twice in a network.
    pub struct Block<T>: [4] -> [4] {
        fc1: Linear<4, 4, bias = false>,
        norm: BatchNorm1d<4>,
        fc2: Linear<4, 4>,

        fn forward(x) {
            let h = Tanh(norm(fc1(x)));
            norm(fc2(h)) + x
        }
    }

    /// Statistics in repeated blocks.
    pub struct Blocks<T>: [4] -> [3] {
        blocks: [Block<T>; 2],
        fc: Linear<4, 3>,
    }

    /// Rows and groups by themselves.
    pub struct Rowwise<T>: [4, 6] -> [5] {
        norm1: LayerNorm<6>,
        fc1: Linear<6, 8>,
        norm2: GroupNorm<2, 4, bias = false>,
        Tanh,
        InstanceNorm1d<4>(eps = 0.01),
        norm3: RmsNorm<4, 8>,
        Flatten,
        fc2: Linear<32, 5>,
        LayerNorm<5, elementwise_affine = false>,
    }
}

const CASES: usize = 4;
const BATCH: usize = 3;
const PASS: Pass = Pass { seed: 5, step: 2, first: 0, frozen: false, fresh: false };
const H: f64 = 1e-4;

/// y of a batch for training, projected on dL/dy.
fn projected<N, X>(net: &N, x: &[X], dy: &[dnn::Output<N>], workspace: &mut [f64]) -> f64
where
    X: Tensor<Scalar = f64>,
    N: Network<Input = X, Scalar = f64>,
{
    let mut y = dy.to_vec();
    Layer::forward(net, &PASS, x, &mut y, workspace);
    tensor::flat(&y).iter().zip(tensor::flat(dy)).map(|(y, dy)| y * dy).sum()
}

/// dL/dx and dL/dp, one behind the other.
fn backward<N, X, T>(net: &N, x: &[X], dy: &[dnn::Output<N>]) -> Vec<f64>
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let (mut y, mut dy, mut dx) = (dy.to_vec(), dy.to_vec(), x.to_vec());
    let mut workspace = vec![T::ZERO; <N as Layer<X>>::TRAIN.len(x.len())];
    let mut gradient = dnn::boxed_zeros::<N::Gradient>();
    Layer::forward(net, &PASS, x, &mut y, &mut workspace);
    Layer::backward(net, &PASS, x, &y, &mut workspace, &mut dy, Some(&mut dx), Some(&mut gradient));
    tensor::flat(&dx).iter().chain(gradient.flat()).map(|value| value.to_f64()).collect()
}

/// The same by differences with a step of `h`.
fn differences<N, X>(net: &mut N, x: &mut [X], dy: &[dnn::Output<N>], h: f64) -> Vec<f64>
where
    X: Tensor<Scalar = f64>,
    N: Network<Input = X, Scalar = f64>,
{
    let mut workspace = vec![0.0; <N as Layer<X>>::TRAIN.len(x.len())];
    let (inputs, parameters) = (tensor::flat(x).len(), trained(net));
    let slope = |number| {
        let mut at = |steps: f64| {
            let (mut moved, start);
            if number < inputs {
                start = tensor::flat(x)[number];
                tensor::flat_mut(x)[number] = start + steps * h;
                moved = projected(net, x, dy, &mut workspace);
                tensor::flat_mut(x)[number] = start;
            } else {
                let place = parameters[number - inputs];
                start = net.flat()[place];
                net.flat_mut()[place] = start + steps * h;
                moved = projected(net, x, dy, &mut workspace);
                net.flat_mut()[place] = start;
            }
            moved /= 12.0 * h;
            moved
        };
        at(-2.0) - 8.0 * at(-1.0) + 8.0 * at(1.0) - at(2.0)
    };
    (0..inputs + parameters.len()).map(slope).collect()
}

/// Where the scalars lie that have a gradient, in its order.
fn trained<N: Network<Scalar = f64>>(net: &N) -> Vec<usize> {
    let first = net.flat().as_ptr();
    let tensors = net.parameters().filter(|tensor| tensor.role == dnn::Role::Parameter);
    let place = |value: &f64| (&raw const *value).addr().abs_diff(first.addr()) / size_of::<f64>();
    tensors.flat_map(|tensor| tensor.values.iter().map(place)).collect()
}

/// |a - b| / |b|
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

/// Numbers in [-bound, bound) that f32 holds exactly.
fn draw<X: Tensor<Scalar = f32>>(rng: &mut Rng, bound: f32) -> [X; BATCH] {
    let mut samples = [tensor::zero(); BATCH];
    for value in tensor::flat_mut(&mut samples) {
        *value = f32::uniform(rng, bound);
    }
    samples
}

/// The same numbers in f64.
fn widened<A: Tensor<Scalar = f32>, B: Tensor<Scalar = f64>>(samples: &[A; BATCH]) -> [B; BATCH] {
    let mut wide = [tensor::zero(); BATCH];
    for (to, from) in tensor::flat_mut(&mut wide).iter_mut().zip(tensor::flat(samples)) {
        *to = f64::from(*from);
    }
    wide
}

/// Checks a network `N` in f32 and its twin `W` in f64.
#[track_caller]
fn check<N, X, W, Z>()
where
    X: Tensor<Scalar = f32>,
    Z: Tensor<Scalar = f64>,
    N: Network<Input = X, Scalar = f32>,
    W: Network<Input = Z, Scalar = f64>,
{
    let (name, depth) = (N::NAME, N::LAYERS.len());
    let mut rng = Rng::new(1);
    let (mut done, mut redrawn) = (0, 0);
    let (mut worst_difference, mut worst_rounding) = (0f64, 0f64);
    while done < CASES {
        let mut net = dnn::boxed_zeros::<N>();
        net.init_in(&mut rng);
        let mut wide = dnn::boxed_zeros::<W>();
        for (to, from) in wide.flat_mut().iter_mut().zip(net.flat()) {
            *to = f64::from(*from);
        }
        let (x, dy) = (draw::<X>(&mut rng, 2.0), draw::<dnn::Output<N>>(&mut rng, 1.0));
        let (mut wide_x, wide_dy) = (widened::<_, Z>(&x), widened::<_, dnn::Output<W>>(&dy));

        let expected = differences(&mut *wide, &mut wide_x, &wide_dy, H);
        if distance(&differences(&mut *wide, &mut wide_x, &wide_dy, H / 2.0), &expected) > 1e-7 {
            redrawn += 1;
            assert!(redrawn <= CASES / 2, "{name}: differences do not settle");
            continue;
        }
        let exact = backward(&*wide, &wide_x, &wide_dy);
        worst_difference = worst_difference.max(distance(&exact, &expected));
        worst_rounding = worst_rounding.max(distance(&backward(&*net, &x, &dy), &exact));
        done += 1;
    }
    println!("{name}: {worst_difference:.1e} from differences, {worst_rounding:.1e} in f32, {redrawn} drawn again");
    assert!(worst_difference <= 1e-7, "{name}: relative error {worst_difference}");
    let rounding = 2e-6 * (depth as f64).sqrt();
    assert!(worst_rounding <= rounding, "{name}: relative error {worst_rounding} in f32, {rounding} is allowed");
}

#[test]
fn of_smooth_activations() {
    check::<Smooth<f32>, _, Smooth<f64>, _>();
}

#[test]
fn of_activations_with_kinks() {
    check::<Kinked<f32>, _, Kinked<f64>, _>();
}

#[test]
fn of_further_activations() {
    check::<Bent<f32>, _, Bent<f64>, _>();
    check::<Hard<f32>, _, Hard<f64>, _>();
    check::<Sloped<f32>, _, Sloped<f64>, _>();
}

#[test]
fn of_every_form_of_bias() {
    check::<Biases<f32>, _, Biases<f64>, _>();
}

#[test]
fn of_views_and_softmax_over_dimensions() {
    check::<Shapes<f32>, _, Shapes<f64>, _>();
}

#[test]
fn of_dropout_between_activations() {
    check::<Dropped<f32>, _, Dropped<f64>, _>();
}

#[test]
fn of_convolutions_and_pooling() {
    check::<Convolved<f32>, _, Convolved<f64>, _>();
    check::<Pooled<f32>, _, Pooled<f64>, _>();
    check::<Transposed<f32>, _, Transposed<f64>, _>();
    check::<Resampled<f32>, _, Resampled<f64>, _>();
    check::<Padded<f32>, _, Padded<f64>, _>();
    check::<Largest<f32>, _, Largest<f64>, _>();
}

/// A convolution that counts zeros gives what it gives of a copy that has them.
#[test]
fn of_zeros_that_a_convolution_puts_around_its_input() {
    let mut rng = Rng::new(8);
    let (inside, mut copied) = (Inside::init(&mut rng), Copied::zeros());
    copied.flat_mut().copy_from_slice(inside.flat());
    let x: [[[[f64; 5]; 4]; 3]; BATCH] = widened(&draw::<[[[f32; 5]; 4]; 3]>(&mut rng, 2.0));
    let dy: [[[[f64; 3]; 4]; 4]; BATCH] = widened(&draw::<[[[f32; 3]; 4]; 4]>(&mut rng, 1.0));
    let (a, b) = (inside.predict_batch(&x), copied.predict_batch(&x));
    assert!(distance(tensor::flat(&a), tensor::flat(&b)) < 1e-14);
    assert!(distance(&backward(&inside, &x, &dy), &backward(&copied, &x, &dy)) < 1e-14);
    assert_eq!((Inside::INFERENCE_BYTES, Inside::TRAINING_BYTES), (0, 0));
    assert_eq!(Copied::INFERENCE_BYTES, 3 * 6 * 6 * 8);
}

#[test]
fn of_statistics_over_a_batch() {
    check::<Normalised<f32>, _, Normalised<f64>, _>();
    check::<Blocks<f32>, _, Blocks<f64>, _>();
}

#[test]
fn of_statistics_over_rows_and_groups() {
    check::<Rowwise<f32>, _, Rowwise<f64>, _>();
}
