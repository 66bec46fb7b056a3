//! A small transformer over tokens: the weights that PyTorch saved, and its outputs, gradients and losses in
//! `parity/reader.json`, whose `models.py` says how they were made.

#![cfg(feature = "std")]

#[path = "parity/sampled.rs"]
mod sampled;

use dnn::prelude::*;
use serde_json::Value;

network! {
    /// What PyTorch calls a `TransformerEncoder`.
    pub struct Encoder: [12, 16] -> [12, 16] {
        layers: [TransformerEncoderLayer<16, 4, 32, activation = gelu, norm_first = true>(dropout = 0.0); 2],
        norm: LayerNorm<16>,
    }

    /// Twelve tokens to one of four classes.
    pub struct Reader: [u8; 12] -> [4] {
        embedding: Embedding<20, 16, padding_idx = 0>,
        PositionalEncoding,
        encoder: Encoder,
        Mean<axis = 0>,
        fc: Linear<16, 4>,
    }
}

fn integers(values: &Value) -> Vec<u8> {
    values.as_array().unwrap().iter().map(|value| value.as_u64().unwrap() as u8).collect()
}

#[test]
fn a_transformer_trains_from_the_weights_of_pytorch_as_it_does_there() {
    let case = sampled::case("reader.json");
    let tokens = integers(&case["tokens"]);
    let (x, targets): (&[[u8; 12]], _) = (dnn::tensor::batch(&tokens), integers(&case["targets"]));

    let mut net = Box::new(Reader::zeros());
    net.load(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/reader.safetensors")).unwrap();
    let y: Vec<[f32; 4]> = x.iter().map(|x| net.predict(x)).collect();
    sampled::close("y", y.as_flattened(), &case["y"]);

    let mut trainer = Trainer::new(net, CrossEntropy, Sgd::new(0.1));
    trainer.backward(x, &targets);
    sampled::gradients(trainer.gradient(), &case["gradients"]);
    trainer.zero_gradient();
    for expected in case["losses"].as_array().unwrap() {
        let (loss, expected) = (f64::from(trainer.step(x, &targets)), expected.as_f64().unwrap());
        assert!((loss - expected).abs() < 1e-5, "{loss}, not {expected}");
    }
}

#[test]
fn parameters_are_counted_as_in_pytorch() {
    assert_eq!(Reader::PARAMETERS, 4868);
    let summary = Reader::summary().to_string();
    assert!(summary.contains("Embedding<20, 16, padding_idx = 0>"), "{summary}");
}
