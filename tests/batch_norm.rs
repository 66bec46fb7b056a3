//! Batch normalisation in networks: running statistics, batches that are too small, freezing, folding.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::{Dataset, FitError, Parameters, Role};

network! {
    #[derive(Clone, Debug, PartialEq)]
    pub struct Net<T>: [4] -> [3] {
        fc1: Linear<4, 6, bias = false>,
        norm: BatchNorm1d<6>,
        Relu,
        fc2: Linear<6, 3>,
    }

    /// The same for inference, without the normalisation.
    pub struct Folded<T>: [4] -> [3] {
        fc1: Linear<4, 6>,
        Relu,
        fc2: Linear<6, 3>,
    }

    pub struct Image<T>: [2, 5, 5] -> [3, 3, 3] {
        conv: Conv2d<2, 6, 3, stride = 2, padding = 1>,
        norm: BatchNorm2d<6>(eps = 1e-3),
        Relu,
        mix: Conv2d<6, 3, 1, bias = false>,
        last: BatchNorm2d<3, affine = false>,
    }

    /// The same for inference.
    pub struct FoldedImage<T>: [2, 5, 5] -> [3, 3, 3] {
        conv: Conv2d<2, 6, 3, stride = 2, padding = 1>,
        Relu,
        mix: Conv2d<6, 3, 1>,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct Options: [2, 3, 3] -> [2, 3, 3] {
        plain: BatchNorm2d<2, affine = false>(eps = 1e-3, momentum = 0.5),
        scaled: BatchNorm2d<2, bias = false, track_running_stats = true>(0.01),
    }

    #[derive(Clone)]
    pub struct Frozen: [4] -> [3] {
        fc1: Linear<4, 6, bias = false>,
        #[frozen]
        norm: BatchNorm1d<6>,
        fc2: Linear<6, 3>,
    }

    pub struct Sequence: [2, 5] -> [2, 5] {
        norm: BatchNorm1d<2>,
    }

    /// One normalisation for two values.
    pub struct Twice: [2] -> [2] {
        norm: BatchNorm1d<2>(momentum = 0.5),

        fn forward(x) { norm(norm(x) + 2.0 * x) }
    }

    /// Blocks of it.
    pub struct Repeated: [2] -> [2] {
        blocks: [Twice; 3],
    }

    pub struct Outer: [4] -> [3] {
        first: Linear<4, 4>,
        #[frozen]
        net: Net<f32> -> [3],
    }
}

fn batch<T: Scalar, const N: usize>(rng: &mut Rng) -> [[T; N]; 8] {
    std::array::from_fn(|_| std::array::from_fn(|_| T::uniform(rng, T::from_f64(2.0)) + T::ONE))
}

/// A network some steps into training, with its data.
fn trained<T: Scalar>() -> (Net<T>, [[T; 4]; 8]) {
    let mut rng = Rng::new(1);
    let (x, targets) = (batch::<T, 4>(&mut rng), batch::<T, 3>(&mut rng));
    let mut trainer = Trainer::new(Net::<T>::init(&mut rng), Mse, Adam::new(0.05));
    let first = trainer.step(&x, &targets).to_f64();
    for _ in 0..60 {
        trainer.step(&x, &targets);
    }
    assert!(trainer.evaluate(&x, &targets).loss < 0.5 * first, "inference learns what training does");
    (*trainer.into_network(), x)
}

#[test]
fn running_statistics_approach_those_of_the_batch() {
    let (net, x) = trained::<f64>();
    let products = x.map(|x| net.fc1.weight.map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()));
    for c in 0..6 {
        let mean = products.iter().map(|p| p[c]).sum::<f64>() / 8.0;
        let variance = products.iter().map(|p| (p[c] - mean) * (p[c] - mean)).sum::<f64>() / 7.0;
        assert!((net.norm.running_mean[c] - mean).abs() < 0.2 * variance.sqrt(), "{c}");
        assert!((net.norm.running_var[c] / variance - 1.0).abs() < 0.2, "{c}");
    }
}

#[test]
fn buffers_are_no_parameters() {
    const { assert!(<Net<f32> as Layer<[f32; 4]>>::WHOLE_BATCH) };
    const {
        assert!(<Net<f32> as Layer<[f32; 4]>>::LEAST_BATCH == 2 && <Sequence as Layer<[[f32; 5]; 2]>>::LEAST_BATCH == 1)
    };
    assert_eq!((Net::<f32>::PARAMETERS, Net::<f32>::PARAMETER_BYTES), (24 + 12 + 21, 4 * (24 + 24 + 21)));
    assert_eq!((Options::PARAMETERS, Options::PARAMETER_BYTES), (2, 4 * (4 + 6)));
    let names = |network: &Net<f32>| -> Vec<String> {
        network.parameters().filter(|t| t.role == Role::Buffer).map(|t| t.name.to_string()).collect()
    };
    assert_eq!(names(&Net::zeros()), ["norm.running_mean", "norm.running_var"]);
    let gradient: <Net<f32> as Parameters>::Gradient = dnn::zeros();
    let names: Vec<String> = gradient.parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names, ["fc1.weight", "norm.weight", "norm.bias", "fc2.weight", "fc2.bias"]);
    let text = Net::<f32>::summary().to_string();
    assert!(text.contains("parameters 57 (276 bytes)"), "{text}");
}

#[test]
fn a_new_network_is_the_identity_but_for_eps() {
    let net = Options::init(&mut Rng::new(1));
    assert_eq!((net.plain.running_var, net.scaled.weight), ([1.0; 2], [1.0; 2]));
    let x = [[[1.0; 3]; 3], [[-2.0; 3]; 3]];
    let scale = 1.0 / (1.001f32.sqrt() * 1.01f32.sqrt());
    for (x, y) in x.as_flattened().as_flattened().iter().zip(net.predict(&x).as_flattened().as_flattened()) {
        assert!((x * scale - y).abs() < 1e-6);
    }
}

#[track_caller]
fn close<T: Scalar>(found: &[T], expected: &[T], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let (found, expected) = (found.to_f64(), expected.to_f64());
        assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found}, not {expected}");
    }
}

#[test]
fn a_folded_network_gives_what_the_trained_one_gives() {
    fn check<T: Scalar>(tolerance: f64) {
        let (net, x) = trained::<T>();
        let folded = Folded { fc1: net.fc1.folded(&net.norm), fc2: net.fc2.clone() };
        let mut in_place = dnn::boxed_zeros::<Folded<T>>();
        in_place.fc1.fold(&net.fc1, &net.norm);
        assert_eq!(in_place.fc1, folded.fc1);
        close(net.predict_batch(&x).as_flattened(), folded.predict_batch(&x).as_flattened(), tolerance);

        let mut rng = Rng::new(4);
        let mut net = Image::<T>::init(&mut rng);
        for value in net.norm.flat_mut().iter_mut().chain(net.last.flat_mut()) {
            *value = T::uniform(&mut rng, T::from_f64(0.5)) + T::ONE;
        }
        let x = [batch::<T, 5>(&mut rng), batch::<T, 5>(&mut rng)]
            .map(|plane| [plane[0], plane[1], plane[2], plane[3], plane[4]]);
        let folded = FoldedImage { conv: net.conv.folded(&net.norm), mix: net.mix.folded(&net.last) };
        let (y, short) = (net.predict(&x), folded.predict(&x));
        close(dnn::tensor::flat(&y), dnn::tensor::flat(&short), tolerance);
    }
    check::<f32>(1e-5);
    check::<f64>(1e-14);
}

#[test]
fn a_frozen_layer_uses_its_running_statistics_and_leaves_them() {
    let (net, x) = trained::<f32>();
    let targets = batch::<f32, 3>(&mut Rng::new(2));
    let frozen = Frozen { fc1: net.fc1.clone(), norm: net.norm.clone(), fc2: net.fc2.clone() };
    let mut trainer = Trainer::new(frozen, Mse, Sgd::new(0.01));
    let before = trainer.evaluate(&x, &targets).loss;
    let loss = f64::from(trainer.step(&x, &targets));
    assert!((loss - before).abs() < 1e-6 * before, "{loss} {before}");
    assert!(trainer.gradient().parameter("norm.weight").is_none());
    assert_eq!(trainer.network().norm, net.norm);
    assert_ne!(trainer.network().fc1, net.fc1);
    // One sample is enough where no statistics are taken.
    assert!(trainer.step(&x[..1], &targets[..1]).is_finite());
}

#[test]
fn a_frozen_network_within_another_one_is_left_too() {
    let (net, x) = trained::<f32>();
    let targets = batch::<f32, 3>(&mut Rng::new(2));
    let mut outer = Outer { first: dnn::zeros(), net: net.clone() };
    outer.first.init_in(&mut Rng::new(3));
    let mut trainer = Trainer::new(outer, Mse, Sgd::new(0.01));
    let before = trainer.evaluate(&x, &targets).loss;
    for _ in 0..20 {
        trainer.step(&x, &targets);
    }
    assert!(trainer.evaluate(&x, &targets).loss < before);
    assert_eq!(trainer.network().net, net);
}

#[test]
fn a_shared_layer_absorbs_the_statistics_of_each_of_its_uses() {
    let mut trainer = Trainer::new(Twice::init(&mut Rng::new(1)), Mse, Sgd::new(0.1));
    // Means 2 and 0, unbiased variances 2 and 0; then x / 1 + 2 x with means 4 and 0, and 5 and -5 around 4.
    trainer.step(&[[1.0, 0.0], [3.0, 0.0]], &[[0.0; 2]; 2]);
    let norm = &trainer.network().norm;
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-3, "{a}, not {b}");
    close(norm.running_mean[0], 0.5 * (0.5 * 2.0) + 0.5 * 4.0);
    close(norm.running_var[0], 0.5 * (0.5 + 0.5 * 2.0) + 0.5 * 18.0);
    assert_eq!((norm.running_mean[1], norm.running_var[1]), (0.0, 0.25));
}

#[test]
fn every_block_of_an_array_has_its_own_statistics() {
    const { assert!(<Repeated as Layer<[f32; 2]>>::WHOLE_BATCH && <Repeated as Layer<[f32; 2]>>::LEAST_BATCH == 2) };
    let mut trainer = Trainer::new(Repeated::init(&mut Rng::new(1)), Mse, Sgd::new(0.1));
    trainer.step(&[[1.0, 5.0], [3.0, 5.0]], &[[0.0; 2]; 2]);
    let [first, second, third] = &trainer.network().blocks;
    assert_eq!(first.norm.running_mean[0], 0.5 * (0.5 * 2.0) + 0.5 * 4.0);
    // Behind the first block everything has mean 0 and a variance of 1, biased.
    for block in [second, third] {
        assert!(block.norm.running_mean[0].abs() < 1e-6);
        assert!((block.norm.running_var[0] - (0.5 * 1.5 + 0.5 * 18.0)).abs() < 1e-2, "{:?}", block.norm.running_var);
    }
}

#[test]
#[should_panic(expected = "but the network takes statistics over 2 or more: train on 2 at once")]
fn one_sample_of_features_cannot_be_trained_on() {
    Trainer::new(Net::<f32>::init(&mut Rng::new(1)), Mse, Sgd::new(0.1)).step(&[[1.0; 4]], &[[0.0; 3]]);
}

#[test]
fn one_sample_of_a_sequence_can() {
    let mut trainer = Trainer::new(Sequence::init(&mut Rng::new(1)), Mse, Sgd::new(0.1));
    trainer.step(&[[[1.0, 2.0, 3.0, 4.0, 5.0], [0.0; 5]]], &[[[0.0; 5]; 2]]);
    assert_eq!(trainer.network().norm.running_mean, [0.1 * 3.0, 0.0]);
    assert_eq!(trainer.network().norm.running_var, [0.9 + 0.1 * 2.5, 0.9]);
}

#[test]
fn fit_refuses_a_last_batch_of_one_sample() {
    let mut rng = Rng::new(1);
    let data = Dataset::new(batch::<f32, 4>(&mut rng)[..7].to_vec(), batch::<f32, 3>(&mut rng)[..7].to_vec()).unwrap();
    let mut trainer = Trainer::new(Net::init(&mut rng), Mse, Sgd::new(0.1));
    let error = trainer.fit(&data, None, Fit::epochs(1).batch_size(3).quiet()).unwrap_err();
    assert_eq!(error, FitError::TooFew { batch: 1, least: 2 });
    assert!(trainer.fit(&data, None, Fit::epochs(1).batch_size(4).quiet()).is_ok());
}

#[test]
fn weights_have_the_names_of_pytorch() {
    let (net, _) = trained::<f32>();
    let mut other = Net::zeros();
    other.load_bytes(&net.to_safetensors()).unwrap();
    assert_eq!(other, net);
}
