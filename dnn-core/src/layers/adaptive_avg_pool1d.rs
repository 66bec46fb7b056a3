//! y[c][o] = the mean of x[c] from floor(o L / OL) up to, but without, ceil((o + 1) L / OL)
//!
//! dx = the sum over the windows that hold x of dy / the number of their elements

use crate::kernels::window::{Division, mean, mean_back};
use crate::layers::planes::{no_parameters, over_lines};
use core::marker::PhantomData;

/// The mean of windows that divide one dimension, PyTorch's
/// [`AdaptiveAvgPool1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html): from
/// [C, L] to [C, LENGTH] for any L. Where L is no multiple, neighbouring windows share elements.
///
/// In a declaration it is written `AdaptiveAvgPool1d<7>`.
///
/// ```
/// use dnn_core::{AdaptiveAvgPool1d, Op};
/// let pool: AdaptiveAvgPool1d<2> = AdaptiveAvgPool1d::new();
/// let mut y = [[[0.0f32; 2]]];
/// pool.infer(&[[[1.0, 2.0, 4.0, 3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[1.5, 3.5]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveAvgPool1d<const LENGTH: usize, T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    AdaptiveAvgPool1d<[LENGTH], []>
}
over_lines! {
    AdaptiveAvgPool1d<[LENGTH], []>,
    Division { output: [1, LENGTH] },
    mean,
    mean_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn every_window_hands_its_gradient_back() {
        let pool: AdaptiveAvgPool1d<2> = AdaptiveAvgPool1d::new();
        let (x, mut y, mut dx) = ([[[1.0, 2.0, 4.0, 3.0]]], [[[0.0; 2]]], [[[7.0; 4]]]);
        pool.infer(&x, &mut y, &mut []);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[1.0, 2.0]]], Some(&mut dx), None);
        assert_eq!((y, dx), ([[[1.5, 3.5]]], [[[0.5, 0.5, 1.0, 1.0]]]));
    }
}
