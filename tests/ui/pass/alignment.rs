//! Networks that begin where a line of the cache begins.
#![deny(warnings)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

network! {
    #[repr(align(64))]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Net: [2] -> [1] {
        fc: Linear<2, 1>,
    }

    #[repr(C, align(32))]
    struct Generic<T>: [2] -> [2] {
        fc: Linear<2, 2>,
        r#type: Linear<2, 2>,
    }

    #[cfg_attr(all(), repr(align(128)))]
    struct Empty<T>: [2] -> [2] {
        Relu,
    }
}

static NET: Net = Net { fc: Linear { weight: [[1.0, 2.0]], bias: [3.0] } };

fn main() {
    assert_eq!([align_of::<Net>(), align_of::<Generic<f64>>(), align_of::<Empty<f32>>()], [64, 32, 128]);
    assert_eq!([size_of::<Net>(), size_of::<Generic<f64>>(), size_of::<Empty<f32>>()], [64, 96, 0]);
    assert_eq!(NET.clone().predict(&[1.0, 1.0]), [6.0]);
    assert_eq!(Generic::<f64>::zeros().predict(&[1.0, 1.0]), [0.0; 2]);
    assert_eq!(Empty::<f32>::zeros().predict(&[1.0, -1.0]), [1.0, 0.0]);
}
