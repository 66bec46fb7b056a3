//! Where no panic may be reachable, in a release build without a heap, a pass that does not fit gives NaN:
//! `cargo test --release --no-default-features --test bare_lengths`.

#![cfg(not(any(feature = "alloc", debug_assertions)))]

use dnn::prelude::*;

network! {
    struct Net: [2] -> [3] {
        fc1: Linear<2, 8>,
        Tanh,
        fc2: Linear<8, 3>,
    }

    struct Words: [u8; 3] -> [3, 2] { embedding: Embedding<5, 2> }
}

const X: [[f32; 2]; 4] = [[1.0, -1.0]; 4];

fn is_spoilt(values: &[f32]) -> bool {
    values.iter().all(|value| value.is_nan())
}

#[test]
fn a_workspace_too_short_spoils_the_output() {
    let mut y = [[0.0; 3]; 4];
    Net::zeros().infer(&X, &mut y, &mut [0.0; 31]);
    assert!(is_spoilt(y.as_flattened()));
    let mut y = [[0.0; 3]; 4];
    Net::zeros().forward(&Pass::default(), &X, &mut y, &mut [0.0; 63]);
    assert!(is_spoilt(y.as_flattened()));
}

#[test]
fn an_output_of_another_length_is_spoilt() {
    let mut y = [[0.0; 3]; 5];
    Net::zeros().infer(&X, &mut y, &mut [0.0; 64]);
    assert!(is_spoilt(y.as_flattened()));
}

#[test]
fn a_gradient_of_another_length_is_spoilt() {
    let (net, mut dp, mut dx) = (Net::zeros(), Net::zeros(), [[0.0; 2]; 4]);
    let (y, mut dy) = ([[0.0; 3]; 4], [[1.0; 3]; 3]);
    net.backward(&Pass::default(), &X, &y, &mut [0.0; 64], &mut dy, Some(&mut dx), Some(&mut dp));
    assert!(is_spoilt(dp.flat()) && is_spoilt(dx.as_flattened()));
}

#[test]
fn what_fits_is_not_spoilt() {
    let mut y = [[0.0; 3]; 4];
    Net::zeros().infer(&X, &mut y, &mut [0.0; 32]);
    assert_eq!(y, [[0.0; 3]; 4]);
}

#[test]
fn a_token_that_there_is_none_of_is_spoilt_by_itself() {
    let (net, mut dp) = (Words { embedding: Embedding { weight: [[1.0; 2]; 5] } }, Words::zeros());
    let [first, unknown, last] = net.predict(&[4, 5, 0]);
    assert!(is_spoilt(&unknown) && [first, last] == [[1.0; 2]; 2]);
    net.backward(&Pass::default(), &[[4, 5, 0]], &[[[0.0; 2]; 3]], &mut [], &mut [[[1.0; 2]; 3]], None, Some(&mut dp));
    assert_eq!(dp.embedding.weight, [[1.0; 2], [0.0; 2], [0.0; 2], [0.0; 2], [1.0; 2]]);
}
