//! Networks in modules, in functions, several in one block, of every visibility, with constants before and inside.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

network! {
    /// A constant is an item, too.
    pub const WIDTH: usize = 2 * 3;
    const DEPTH: usize = WIDTH + 1 - 2 / 2;

    /// Public.
    pub struct First<f64>: [WIDTH] -> [2] {
        const HIDDEN: usize = DEPTH * 2;
        fc: Linear<WIDTH, HIDDEN>,
        Tanh,
        out: Linear<(DEPTH + DEPTH), 7 % 5>,
    }

    pub(crate) struct Second<f64>: [2] -> [WIDTH] {
        const HIDDEN: usize = 3;
        fc: Linear<2, HIDDEN>,
        out: Linear<HIDDEN, WIDTH>,
    }

    struct Private<f64>: [1] -> [1] {
        fc: Linear<1, 1>,
    }
}

network! {
    struct Another: [1] -> [1] {
        fc: Linear<1, 1>,
    }
}

/// A module of its own.
pub mod inner {
    use dnn::network;

    network! {
        /// The same name as outside.
        pub struct First<f64>: [2] -> [2] {
            fc: Linear<2, 2>,
        }

        pub(super) struct Hidden<f64>: [2] -> [3] {
            fc: Linear<2, 3>,
        }
    }
}

fn local() -> usize {
    dnn::network! {
        struct Local<f64>: [3] -> [2] {
            fc: Linear<3, 2>,
            Sigmoid,
        }
    }
    gradients::check::<_, Local>();
    Local::PARAMETERS
}

fn main() {
    gradients::check::<_, First>();
    gradients::check::<_, Second>();
    gradients::check::<_, Private>();
    gradients::check::<_, inner::First>();
    gradients::check::<_, inner::Hidden>();
    assert_eq!((WIDTH, First::PARAMETERS, local()), (6, 6 * 12 + 12 + 12 * 2 + 2, 8));
    assert_eq!(Another::zeros().predict(&[1.0]), [0.0]);
}
