//! DS-CNN.

#[path = "../../examples/models/ds_cnn.rs"]
pub(crate) mod model;

use super::golden::Golden;
use model::DsCnn;

type Speech<T> = [[[T; 10]; 49]; 1];

/// 24,908 of TensorFlow count the running statistics of 576 channels.
#[test]
fn it_has_the_published_number_of_parameters() {
    assert_eq!(DsCnn::<f32>::PARAMETERS, 23_756);
    assert_eq!(size_of::<DsCnn<f32>>() / 4, 24_908);
}

/// Dropout included: its mask is a function that PyTorch's side knows too.
#[test]
fn it_is_that_of_pytorch() {
    let golden = Golden::read("ds_cnn.json");
    golden.replay::<DsCnn<f64>, Speech<f64>, f64>(1e-11);
    golden.replay::<DsCnn<f32>, Speech<f32>, f32>(1e-5);
}
