//! The autoencoder of the MLPerf Tiny benchmark, which finds anomalies in the sound of a machine: PyTorch's outputs,
//! gradients and running statistics from the same weights, and the size that is published.
//!
//! Its reference is `benchmark/training/anomaly_detection/keras_model.py` of <https://github.com/mlcommons/tiny> (C. Banbury et
//! al., "MLPerf Tiny Benchmark", NeurIPS 2021, after the baseline of DCASE 2020 task 2). Its normalisations have Keras's
//! defaults: eps = 0.001, and 0.99 of what was, which is a momentum of 0.01 here.

#![cfg(feature = "alloc")]

#[allow(dead_code)]
#[path = "parity/pattern.rs"]
mod pattern;

use dnn::prelude::*;

network! {
    /// Five frames of 128 bands, and what they should be.
    pub struct Anomaly<T>: [640] -> [640] {
        fc1: Linear<640, 128>,
        norm1: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc2: Linear<128, 128>,
        norm2: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc3: Linear<128, 128>,
        norm3: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc4: Linear<128, 128>,
        norm4: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc5: Linear<128, 8>,
        norm5: BatchNorm1d<8>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc6: Linear<8, 128>,
        norm6: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc7: Linear<128, 128>,
        norm7: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc8: Linear<128, 128>,
        norm8: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc9: Linear<128, 128>,
        norm9: BatchNorm1d<128>(eps = 1e-3, momentum = 0.01),
        Relu,
        fc10: Linear<128, 640>,
    }

    /// The same for inference: the normalisations are in the products.
    pub struct Folded: [640] -> [640] {
        fc1: Linear<640, 128>,
        Relu,
        fc2: Linear<128, 128>,
        Relu,
        fc3: Linear<128, 128>,
        Relu,
        fc4: Linear<128, 128>,
        Relu,
        fc5: Linear<128, 8>,
        Relu,
        fc6: Linear<8, 128>,
        Relu,
        fc7: Linear<128, 128>,
        Relu,
        fc8: Linear<128, 128>,
        Relu,
        fc9: Linear<128, 128>,
        Relu,
        fc10: Linear<128, 640>,
    }
}

#[test]
fn outputs_gradients_and_statistics_are_those_of_pytorch() {
    pattern::both::<Anomaly<f32>, _, Anomaly<f64>, _>("anomaly.json");
}

/// Keras counts 269,992 parameters in the reference, of which 2,064 are running statistics. Quantised for a device it is
/// ten fully connected layers of 264,192 multiply-adds (the table of the MLTK,
/// <https://siliconlabs.github.io/mltk/docs/python_api/models/tinyml/anomaly_detection.html>).
#[test]
fn the_size_is_the_published_one() {
    assert_eq!(Anomaly::<f32>::PARAMETERS, 267_928);
    assert_eq!(size_of::<Anomaly<f32>>() / size_of::<f32>(), 269_992);
    assert_eq!(Folded::MACS, 264_192);
    assert_eq!(Folded::PARAMETERS, 265_864);
}

/// What folding gives is the network in inference.
#[test]
fn folded_it_gives_the_same() {
    let mut trainer = Trainer::new(Anomaly::<f32>::boxed(&mut Rng::new(1)), Mse, Adam::new(1e-3));
    let mut rng = Rng::new(2);
    let x: Vec<[f32; 640]> = (0..16).map(|_| std::array::from_fn(|_| f32::uniform(&mut rng, 1.0))).collect();
    let first = trainer.step(&x, &x);
    let last = (0..20).map(|_| trainer.step(&x, &x)).last().unwrap();
    assert!(last < 0.9 * first, "{first} {last}");

    let net = trainer.network();
    let mut folded: Box<Folded> = dnn::boxed_zeros();
    folded.fc1 = net.fc1.folded(&net.norm1);
    folded.fc2 = net.fc2.folded(&net.norm2);
    folded.fc3 = net.fc3.folded(&net.norm3);
    folded.fc4 = net.fc4.folded(&net.norm4);
    folded.fc5 = net.fc5.folded(&net.norm5);
    folded.fc6 = net.fc6.folded(&net.norm6);
    folded.fc7 = net.fc7.folded(&net.norm7);
    folded.fc8 = net.fc8.folded(&net.norm8);
    folded.fc9 = net.fc9.folded(&net.norm9);
    folded.fc10 = net.fc10.clone();
    for (folded, whole) in folded.predict(&x[3]).into_iter().zip(net.predict(&x[3])) {
        assert!((folded - whole).abs() < 1e-4, "{folded} {whole}");
    }
}
