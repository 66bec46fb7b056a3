//! Networks of views only, of one activation, beginning with one, and activations one behind the other.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

network! {
    /// The same scalars.
    pub struct Views<f64>: [2, 6] -> [3, 4] {
        Flatten,
        Reshape<-1, 4>,
    }

    /// One activation that keeps its output.
    pub struct One<f64>: [3] -> [3] {
        Sigmoid,
    }

    /// One activation that keeps its input.
    pub struct Input<f64>: [2, 2] -> [2, 2] {
        Gelu,
    }

    /// One that keeps nothing.
    pub struct Drop<f64>: [4] -> [4] {
        Dropout(0.5),
    }

    /// Activations before the first layer with parameters.
    pub struct Begins<f64>: [2, 2] -> [2] {
        Tanh,
        Silu,
        Flatten,
        Relu,
        fc: Linear<4, 2>,
    }

    /// Sigmoid's output is read behind Relu, which must not overwrite it.
    pub struct Conflict<f64>: [4] -> [3] {
        fc1: Linear<4, 5>,
        Sigmoid,
        Relu,
        Tanh,
        LeakyRelu,
        Elu(0.5),
        fc2: Linear<5, 3>,
        Softmax,
        Sigmoid,
    }

    /// Each reads its input.
    pub struct Inputs<f64>: [4] -> [2] {
        fc1: Linear<4, 5>,
        Gelu,
        Gelu,
        Silu,
        Gelu<approximate = tanh>,
        Softplus,
        fc2: Linear<5, 2>,
        Gelu,
        Gelu,
    }

    /// Views between layers in place.
    pub struct Between<f64>: [2, 3] -> [3, 2] {
        Sigmoid,
        Flatten,
        Gelu,
        Reshape<3, 2>,
        Softmax,
        Reshape<2, 3>,
        Relu,
        Reshape<3, 2>,
    }

    /// In single precision, for literals.
    pub struct Literal: [2, 2] -> [4] {
        Relu,
        Flatten,
    }
}

fn main() {
    gradients::check::<_, Views>();
    gradients::check::<_, One>();
    gradients::check::<_, Input>();
    gradients::check::<_, Drop>();
    gradients::check::<_, Begins>();
    gradients::check::<_, Conflict>();
    gradients::check::<_, Inputs>();
    gradients::check::<_, Between>();
    assert_eq!(Literal::zeros().predict(&[[1.0, -2.0], [-3.0, 4.0]]), [1.0, 0.0, 0.0, 4.0]);
    assert_eq!((Literal::PARAMETERS, Literal::MACS, Views::INFERENCE_BYTES), (0, 0, 0));
    let mut trainer = Trainer::new(Literal::zeros(), Mse, Sgd::new(0.5));
    assert_eq!(trainer.step(&[[[2.0, 0.0], [0.0, 0.0]]], &[[0.0; 4]]), 1.0);
}
