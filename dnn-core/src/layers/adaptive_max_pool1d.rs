//! y[c][o] = the largest element of x[c] from floor(o L / OL) up to, but without, ceil((o + 1) L / OL)
//!
//! dx += dy at the first of the largest elements of each window; a NaN is larger than every number, as in PyTorch

use crate::kernels::window::{Division, largest, largest_back};
use crate::layers::planes::{no_parameters, over_lines};
use core::marker::PhantomData;

/// The largest element of windows that divide one dimension, PyTorch's
/// [`AdaptiveMaxPool1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html): from
/// [C, L] to [C, LENGTH] for any L. Where L is no multiple, neighbouring windows share elements.
///
/// In a declaration it is written `AdaptiveMaxPool1d<7>`.
///
/// ```
/// use dnn_core::{AdaptiveMaxPool1d, Op};
/// let pool: AdaptiveMaxPool1d<2> = AdaptiveMaxPool1d::new();
/// let mut y = [[[0.0f32; 2]]];
/// pool.infer(&[[[1.0, 2.0, 4.0, 3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[2.0, 4.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveMaxPool1d<const LENGTH: usize, T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    AdaptiveMaxPool1d<[LENGTH], []>
}
over_lines! {
    AdaptiveMaxPool1d<[LENGTH], []>,
    Division { output: [1, LENGTH] },
    largest,
    largest_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn every_window_hands_its_gradient_back() {
        let pool: AdaptiveMaxPool1d<2> = AdaptiveMaxPool1d::new();
        let (x, mut y, mut dx) = ([[[1.0, 2.0, 4.0, 3.0]]], [[[0.0; 2]]], [[[7.0; 4]]]);
        pool.infer(&x, &mut y, &mut []);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[1.0, 2.0]]], Some(&mut dx), None);
        assert_eq!((y, dx), ([[[2.0, 4.0]]], [[[0.0, 1.0, 2.0, 0.0]]]));
    }
}
