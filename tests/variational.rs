//! The example of a variational autoencoder: from the weights that PyTorch saved it has PyTorch's outputs, gradients and
//! losses (`parity/variational.json`, made by `models.py` there), and it learns handwritten digits.

#![cfg(feature = "std")]

#[path = "parity/sampled.rs"]
mod sampled;
#[allow(dead_code, unreachable_pub)]
#[path = "../examples/variational.rs"]
mod variational;

use dnn::prelude::*;
use serde_json::Value;
use std::process::Command;
use variational::{LOSS, Picture, Variational, targets};

/// The loss a pixel of the test pictures was 0.383 where this was written; one picture for all has 0.423.
const ENOUGH: f64 = 0.39;

fn numbers(values: &Value) -> Vec<f32> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect()
}

#[test]
fn it_trains_from_the_weights_of_pytorch_as_it_does_there() {
    let case = sampled::case("variational.json");
    let (pixels, noise) = (numbers(&case["x"]), numbers(&case["noise"]));
    let (x, noise): (&[Picture], &[[f32; 8]]) = (dnn::tensor::batch(&pixels), dnn::tensor::batch(&noise));
    let mut net = Box::new(Variational::zeros());
    net.load(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/variational.safetensors")).unwrap();
    let y: Vec<f32> = x
        .iter()
        .zip(noise)
        .flat_map(|(x, noise)| {
            let (picture, mean, deviation) = net.predict(x, noise);
            picture.into_iter().chain(mean).chain(deviation)
        })
        .collect();
    sampled::close("y", &y, &case["y"]);

    let mut trainer = Trainer::new(net, LOSS, Adam::new(0.003));
    trainer.backward((x, noise), &targets(x));
    sampled::gradients(trainer.gradient(), &case["gradients"]);
    trainer.zero_gradient();
    for expected in case["losses"].as_array().unwrap() {
        let (loss, expected) = (f64::from(trainer.step((x, noise), &targets(x))), expected.as_f64().unwrap());
        assert!((loss - expected).abs() < 1e-5, "{loss}, not {expected}");
    }
}

/// In a release build of its own, whatever this one is: unoptimised it takes a minute.
#[test]
fn pictures_that_it_has_not_seen_are_likelier_than_by_one_picture_for_all() {
    let (train, test) = variational::pictures().unwrap();
    let alike = variational::mean_picture(&train, &test);
    assert!((ENOUGH..0.43).contains(&(alike - 0.03)), "{alike}");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--example", "variational"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    // `   60     0.3789     0.3828       1.6`
    let row = |line: &str| {
        let mut columns = line.split_whitespace();
        let epoch: u32 = columns.next()?.parse().ok()?;
        Some((epoch, columns.next()?.parse().ok()?, columns.next()?.parse().ok()?))
    };
    let rows: Vec<(u32, f64, f64)> = text.lines().filter_map(row).collect();
    assert_eq!((rows.len(), rows[6].0), (7, variational::EPOCHS), "{text}");
    assert!(rows[0].1 > alike && rows[6].1 < ENOUGH && rows[6].2 < ENOUGH, "{text}");
    let drawn = text.split_once("pictures of random codes").unwrap().1;
    assert!(drawn.trim().lines().count() == 8 && drawn.contains("##"), "{text}");
}
