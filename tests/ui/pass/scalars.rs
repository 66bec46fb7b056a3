//! Single and double precision, and a network of any scalar inside a generic function.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

network! {
    /// Single.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Single<f32>: [2] -> [1] {
        fc: Linear<2, 1>,
    }

    /// Double.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Double<f64>: [2] -> [1] {
        fc: Linear<2, 1>,
    }

    /// Either.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Either<Number>: [2] -> [1] {
        fc: Linear<2, 1>,
        Silu,
    }
}

fn trained<T: Scalar>(x: [T; 2]) -> T {
    let mut trainer = Trainer::new(Either::<T>::init(&mut Rng::new(3)), Mse, Sgd::new(0.1));
    let first = trainer.step(&[x], &[[T::ONE]]);
    for _ in 0..20 {
        trainer.step(&[x], &[[T::ONE]]);
    }
    let last = trainer.step(&[x], &[[T::ONE]]);
    assert!(last < first);
    last
}

fn main() {
    gradients::check::<_, Double>();
    gradients::check::<_, Either<f64>>();
    gradients::compare::<_, _, Single, Double>();
    gradients::compare::<_, _, Either<f32>, Either<f64>>();
    assert!((f64::from(trained([1.0f32, 2.0])) - trained([1.0f64, 2.0])).abs() < 1e-4);
    let literal: [f32; 1] = Single { fc: Linear { weight: [[1.0, 2.0]], bias: [3.0] } }.predict(&[1.0, 1.0]);
    assert_eq!(literal, [6.0]);
}
