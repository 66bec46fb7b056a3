//! A caller of the passes who gives batches or a workspace of another length is told so, instead of getting other numbers.

use dnn::prelude::*;

network! {
    /// Its workspace holds 8 scalars a sample in inference, and 16 in training.
    struct Net: [2] -> [3] {
        fc1: Linear<2, 8>,
        Tanh,
        fc2: Linear<8, 3>,
    }
}

const X: [[f32; 2]; 4] = [[1.0, -1.0]; 4];

#[test]
#[should_panic(expected = "a workspace of 31 scalars, but 4 samples take 32")]
fn a_workspace_too_short_for_inference() {
    assert_eq!(Net::inference_workspace(4), 32);
    Net::zeros().infer(&X, &mut [[0.0; 3]; 4], &mut [0.0; 31]);
}

#[test]
#[should_panic(expected = "a workspace of 32 scalars, but 4 samples take 64")]
fn a_workspace_of_inference_for_training() {
    assert_eq!(Net::training_workspace(4), 64);
    Net::zeros().forward(&Pass::default(), &X, &mut [[0.0; 3]; 4], &mut [0.0; 32]);
}

#[test]
#[should_panic(expected = "`x` has 4 samples, but `y` has 5")]
fn more_outputs_than_samples() {
    Net::zeros().infer(&X, &mut [[0.0; 3]; 5], &mut [0.0; 32]);
}

fn backward(y: usize, dy: usize, dx: usize) {
    let (net, mut dp) = (Net::zeros(), Net::zeros());
    let (y, mut dy, mut dx) = (vec![[0.0; 3]; y], vec![[0.0; 3]; dy], vec![[0.0; 2]; dx]);
    net.backward(&Pass::default(), &X, &y, &mut [0.0; 64], &mut dy, Some(&mut dx), Some(&mut dp));
}

#[test]
fn batches_of_one_length_pass() {
    backward(4, 4, 4);
}

#[test]
#[should_panic(expected = "`x` has 4 samples, but `y` has 3")]
fn fewer_outputs_in_the_backward_pass() {
    backward(3, 4, 4);
}

#[test]
#[should_panic(expected = "`x` has 4 samples, but `dy` has 0")]
fn no_gradient_of_the_outputs() {
    backward(4, 0, 4);
}

#[test]
#[should_panic(expected = "`x` has 4 samples, but `dx` has 1")]
fn no_room_for_the_gradient_of_the_inputs() {
    backward(4, 4, 1);
}
