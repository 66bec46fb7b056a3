//! MobileNetV1.

#[path = "../../examples/models/mobilenet.rs"]
pub(crate) mod model;

use super::golden::Golden;
use model::MobileNet;

type Image<T> = [[[T; 96]; 96]; 3];

/// 221,794 of TensorFlow count the running statistics of 2736 channels.
#[test]
fn it_has_the_published_number_of_parameters() {
    assert_eq!(size_of::<MobileNet<f32>>() / 4, 221_794);
    assert_eq!(MobileNet::<f32>::PARAMETERS, 216_322);
}

/// Behind 27 normalisations by the statistics of few elements, PyTorch's own f32 is 2e-5 from its f64.
#[test]
fn it_is_that_of_pytorch() {
    let golden = Golden::read("mobilenet.json");
    golden.replay::<MobileNet<f64>, Image<f64>, f64>(1e-11);
    golden.replay::<MobileNet<f32>, Image<f32>, f32>(1e-4);
}
