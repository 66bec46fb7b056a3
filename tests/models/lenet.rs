//! LeNet-5.

#[path = "../../examples/models/lenet.rs"]
pub(crate) mod model;

use super::golden::Golden;
use dnn::prelude::*;
use model::LeNet;

type Image<T> = [[[T; 28]; 28]; 1];

#[test]
fn it_has_the_published_number_of_parameters() {
    assert_eq!(LeNet::<f32>::PARAMETERS, 61_706);
}

#[test]
fn it_is_that_of_pytorch() {
    let golden = Golden::read("lenet.json");
    golden.replay::<LeNet<f64>, Image<f64>, f64>(1e-11);
    golden.replay::<LeNet<f32>, Image<f32>, f32>(1e-5);
}

/// The file that PyTorch wrote holds the numbers of the formula.
#[test]
fn it_reads_the_file_of_pytorch() {
    let mut net: Box<LeNet<f32>> = dnn::boxed_zeros();
    net.load(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/weights/lenet.safetensors")).unwrap();
    let expected: Box<LeNet<f32>> = Golden::read("lenet.json").network();
    assert_eq!(net.flat(), expected.flat());
}
