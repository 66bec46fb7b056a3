//! A declaration may come from a caller's own macro, whose parameters are tokens of their own.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

macro_rules! classifier {
    ($name:ident, $inputs:expr, $hidden:literal, $activation:ident, $layer:ty, $word:ident) => {
        network! {
            const TWICE: usize = 2 * $inputs;

            /// Made by a macro.
            pub struct $name<f64>: [$inputs] -> [2] {
                fc1: Linear<$inputs, 2 * $hidden>,
                $activation,
                inner: $layer -> [2 * $inputs],
                $word: Linear<TWICE, 2>,
            }
        }
    };
}

network! {
    /// A layer.
    pub struct Inner<f64>: [8] -> [10] {
        fc: Linear<8, 10>,
    }
}

classifier!(Made, 3 + 2, 4, Sigmoid, Inner, output);

fn main() {
    gradients::check::<_, Made>();
    // 2 * (3 + 2), not 2 * 3 + 2.
    assert_eq!(Made::zeros().output.weight[0].len(), 10);
}
