//! ResNet-8.

#[path = "../../examples/models/resnet.rs"]
pub(crate) mod model;

use super::golden::Golden;
use model::ResNet8;

type Image<T> = [[[T; 32]; 32]; 3];

/// 78,666 of TensorFlow count the running statistics of 240 channels.
#[test]
fn it_has_the_published_number_of_parameters() {
    assert_eq!(ResNet8::<f32>::PARAMETERS, 78_186);
    assert_eq!(size_of::<ResNet8<f32>>() / 4, 78_666);
}

#[test]
fn it_is_that_of_pytorch() {
    let golden = Golden::read("resnet.json");
    golden.replay::<ResNet8<f64>, Image<f64>, f64>(1e-11);
    golden.replay::<ResNet8<f32>, Image<f32>, f32>(1e-5);
}
