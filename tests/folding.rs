//! Batch normalisation folded into the product before it: what a folded network predicts is what the trained one predicts,
//! for every product, with and without a bias, with groups, in both scalars.

#![cfg(feature = "alloc")]

use dnn::prelude::*;

network! {
    const C: usize = 6;

    pub struct Features<T>: [5] -> [C] { product: Linear<5, C>, norm: BatchNorm1d<C> }
    pub struct FoldedFeatures<T>: [5] -> [C] { product: Linear<5, C> }

    pub struct Shared<T>: [5] -> [C] { product: Linear<5, C, bias = shared>, norm: BatchNorm1d<C, bias = false> }

    pub struct Line<T>: [4, 9] -> [C, 5] {
        product: Conv1d<4, C, 3, stride = 2, padding = 1, groups = 2>,
        norm: BatchNorm1d<C>(eps = 1e-3),
    }
    pub struct FoldedLine<T>: [4, 9] -> [C, 5] { product: Conv1d<4, C, 3, stride = 2, padding = 1, groups = 2> }

    pub struct Image<T>: [2, 5, 5] -> [C, 5, 5] {
        product: Conv2d<2, C, [3, 2], padding = same, bias = false>,
        norm: BatchNorm2d<C>,
    }
    pub struct FoldedImage<T>: [2, 5, 5] -> [C, 5, 5] { product: Conv2d<2, C, [3, 2], padding = same> }

    pub struct Depthwise<T>: [3, 6, 6] -> [C, 4, 4] {
        product: Conv2d<3, C, 3, groups = 3, bias = false>,
        norm: BatchNorm2d<C, affine = false>,
    }
    pub struct FoldedDepthwise<T>: [3, 6, 6] -> [C, 4, 4] { product: Conv2d<3, C, 3, groups = 3> }

    pub struct Spread<T>: [4, 5] -> [C, 10] {
        product: ConvTranspose1d<4, C, 3, stride = 2, padding = 1, output_padding = 1, groups = 2>,
        norm: BatchNorm1d<C>,
    }
    pub struct FoldedSpread<T>: [4, 5] -> [C, 10] {
        product: ConvTranspose1d<4, C, 3, stride = 2, padding = 1, output_padding = 1, groups = 2>,
    }

    pub struct SpreadImage<T>: [3, 3, 4] -> [C, 6, 8] {
        product: ConvTranspose2d<3, C, 2, stride = 2, bias = false>,
        norm: BatchNorm2d<C>,
    }
    pub struct FoldedSpreadImage<T>: [3, 3, 4] -> [C, 6, 8] { product: ConvTranspose2d<3, C, 2, stride = 2> }

    pub struct SpreadDepthwise<T>: [C, 3, 4] -> [C, 4, 5] {
        product: ConvTranspose2d<C, C, 2, groups = 6>,
        norm: BatchNorm2d<C>,
    }
    pub struct FoldedSpreadDepthwise<T>: [C, 3, 4] -> [C, 4, 5] { product: ConvTranspose2d<C, C, 2, groups = 6> }
}

const BATCH: usize = 16;

/// A network with random parameters, whose running statistics have seen batches that are neither centred nor of variance 1.
fn seen<N, X, T>(rng: &mut Rng) -> (Box<N>, Vec<X>)
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let mut net = dnn::boxed_zeros::<N>();
    net.init_in(rng);
    for tensor in ["norm.weight", "norm.bias"] {
        for value in net.parameter_mut(tensor).into_iter().flatten() {
            *value = T::uniform(rng, T::from_f64(0.5)) + T::ONE;
        }
    }
    let mut x: Vec<X> = vec![dnn::tensor::zero(); BATCH];
    let mut y: Vec<dnn::Output<N>> = vec![dnn::tensor::zero(); BATCH];
    let mut workspace = vec![T::ZERO; <N as Layer<X>>::TRAIN.len(BATCH)];
    for _ in 0..20 {
        for value in dnn::tensor::flat_mut(&mut x) {
            *value = T::uniform(rng, T::from_f64(2.0)) + T::from_f64(0.5);
        }
        Layer::forward(&*net, &Pass::default(), &x, &mut y, &mut workspace);
        net.absorb(BATCH, &workspace);
    }
    (net, x)
}

/// |a - b| / |b|
fn distance<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let between = norm(&mut a.iter().zip(b).map(|(a, b)| a.to_f64() - b.to_f64()));
    between / norm(&mut b.iter().map(|b| b.to_f64()))
}

macro_rules! check {
    ($network:ident, $folded:ident) => {{
        fn of<T: Scalar>(bar: f64) {
            let mut rng = Rng::new(3);
            let (net, x) = seen::<$network<T>, _, T>(&mut rng);
            let mut folded = $folded { product: net.product.folded(&net.norm) };
            let (y, short) = (net.predict_batch(&x), folded.predict_batch(&x));
            let found = distance(dnn::tensor::flat(&short), dnn::tensor::flat(&y));
            println!("{}: {found:.1e}", stringify!($network));
            assert!(found <= bar, "{}: {found}, {bar} is allowed", stringify!($network));

            let product = folded.product.clone();
            folded.product = dnn::zeros();
            folded.product.fold(&net.product, &net.norm);
            assert_eq!(folded.product, product, "in place");
        }
        of::<f32>(1e-6);
        of::<f64>(2e-15);
    }};
}

#[test]
fn a_product_of_features() {
    check!(Features, FoldedFeatures);
    check!(Shared, FoldedFeatures);
}

#[test]
fn a_convolution() {
    check!(Line, FoldedLine);
    check!(Image, FoldedImage);
    check!(Depthwise, FoldedDepthwise);
}

#[test]
fn a_transposed_convolution() {
    check!(Spread, FoldedSpread);
    check!(SpreadImage, FoldedSpreadImage);
    check!(SpreadDepthwise, FoldedSpreadDepthwise);
}

#[test]
fn statistics_without_variance_fold_to_the_bias_and_a_nan_stays_in_its_channel() {
    let mut net = Features::<f64>::init(&mut Rng::new(1));
    net.norm.running_var = [0.0, 1.0, 1.0, 1.0, 1.0, f64::NAN];
    net.norm.bias = [2.0; C];
    net.product.weight[0] = [0.0; 5];
    net.norm.running_mean[0] = net.product.bias[0];
    let y = FoldedFeatures { product: net.product.folded(&net.norm) }.predict(&[1.0; 5]);
    assert_eq!(y[0], 2.0);
    assert!(y[1..5].iter().all(|y| y.is_finite()) && y[5].is_nan(), "{y:?}");
}
