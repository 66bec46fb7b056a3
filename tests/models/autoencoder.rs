//! The autoencoder of MLPerf Tiny.

#[path = "../../examples/models/autoencoder.rs"]
mod model;

use super::golden::Golden;
use dnn::prelude::*;
use model::{Autoencoder, Folded};

/// Keras counts 269,992 in the reference, `benchmark/training/anomaly_detection/keras_model.py` of
/// <https://github.com/mlcommons/tiny>: 2,064 are running statistics. On a device it is ten fully connected layers of 264,192
/// multiply-adds (<https://siliconlabs.github.io/mltk/docs/python_api/models/tinyml/anomaly_detection.html>).
#[test]
fn it_has_the_size_of_the_reference() {
    assert_eq!(Autoencoder::<f32>::PARAMETERS, 267_928);
    assert_eq!(size_of::<Autoencoder<f32>>() / 4, 269_992);
    assert_eq!(Folded::<f32>::PARAMETERS, 265_864);
    assert_eq!(Folded::<f32>::MACS, 264_192);
}

#[test]
fn it_is_that_of_pytorch() {
    let golden = Golden::read("autoencoder.json");
    golden.replay::<Autoencoder<f64>, [f64; 640], f64>(1e-11);
    // PyTorch's own `f32` is 2.7e-5 away from its `f64` in the norm of dx, and 4.9e-5 in its elements: statistics of four samples.
    golden.replay::<Autoencoder<f32>, [f32; 640], f32>(2.7e-5);
}

#[test]
fn it_learns_and_folded_it_gives_the_same() {
    let mut rng = Rng::new(2);
    let x: Vec<[f32; 640]> = (0..16).map(|_| std::array::from_fn(|_| f32::uniform(&mut rng, 1.0))).collect();
    let mut trainer = Trainer::new(Autoencoder::<f32>::boxed(&mut Rng::new(1)), Mse, Adam::new(1e-3));
    let first = trainer.step(&x, &x);
    let last = (0..20).map(|_| trainer.step(&x, &x)).last().unwrap();
    assert!(last < 0.9 * first, "{first} {last}");
    let folded: Box<Folded<f32>> = trainer.network().into();
    for (folded, whole) in folded.predict(&x[3]).into_iter().zip(trainer.network().predict(&x[3])) {
        assert!((folded - whole).abs() < 1e-4, "{folded} {whole}");
    }
}
