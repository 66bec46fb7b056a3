//! y[c] = the largest element of x[c]
//!
//! dx += dy at the first of the largest elements of x[c]; a NaN is larger than every number, as in PyTorch

use crate::kernels::window::{Division, largest, largest_back};
use crate::layers::planes::{no_parameters, over_lines, over_planes};
use core::marker::PhantomData;

/// The largest element of each channel, PyTorch's
/// [`AdaptiveMaxPool2d(1)`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html):
/// from [C, H, W] to [C, 1, 1], and from [C, L] to [C, 1].
///
/// In a declaration it is written `GlobalMaxPool`, mostly with `Flatten` behind it.
///
/// ```
/// use dnn_core::{GlobalMaxPool, Op};
/// let pool: GlobalMaxPool = GlobalMaxPool::new();
/// let mut y = [[[0.0], [0.0]]];
/// Op::<[[f32; 2]; 2], [[f32; 1]; 2]>::infer(&pool, &[[[1.0, 3.0], [5.0, 7.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[3.0], [7.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlobalMaxPool<T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    GlobalMaxPool<[], []>
}
over_planes! {
    GlobalMaxPool<[], []>,
    Division { output: [1, 1] },
    largest,
    largest_back
}
over_lines! {
    GlobalMaxPool<[], []>,
    Division { output: [1, 1] },
    largest,
    largest_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    type Planes = [[[f32; 2]; 2]; 1];
    type One = [[[f32; 1]; 1]; 1];

    #[test]
    fn a_channel_becomes_one_number() {
        let pool: GlobalMaxPool = GlobalMaxPool::new();
        let (x, mut y, mut dx) = ([[[[1.0, 2.0], [4.0, 1.0]]]], [[[[0.0]]]], [[[[7.0; 2]; 2]]]);
        Op::<Planes, One>::infer(&pool, &x, &mut y, &mut []);
        assert_eq!(y, [[[[4.0]]]]);
        Op::<Planes, One>::backward(&pool, &Pass::default(), &x, &y, &mut [], &mut [[[[4.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[0.0, 0.0], [4.0, 0.0]]]]);
    }
}
