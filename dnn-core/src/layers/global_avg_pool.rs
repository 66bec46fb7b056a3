//! y[c] = the mean of x[c]
//!
//! dx[c] = dy[c] / the number of elements of x[c]

use crate::kernels::window::{Division, mean, mean_back};
use crate::layers::planes::{no_parameters, over_lines, over_planes};
use core::marker::PhantomData;

/// The mean of each channel, PyTorch's
/// [`AdaptiveAvgPool2d(1)`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html):
/// from [C, H, W] to [C, 1, 1], and from [C, L] to [C, 1].
///
/// In a declaration it is written `GlobalAvgPool`, mostly with `Flatten` behind it.
///
/// ```
/// use dnn_core::{GlobalAvgPool, Op};
/// let pool: GlobalAvgPool = GlobalAvgPool::new();
/// let mut y = [[[0.0], [0.0]]];
/// Op::<[[f32; 2]; 2], [[f32; 1]; 2]>::infer(&pool, &[[[1.0, 3.0], [5.0, 7.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[2.0], [6.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlobalAvgPool<T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    GlobalAvgPool<[], []>
}
over_planes! {
    GlobalAvgPool<[], []>,
    Division { output: [1, 1] },
    mean,
    mean_back
}
over_lines! {
    GlobalAvgPool<[], []>,
    Division { output: [1, 1] },
    mean,
    mean_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    type Planes = [[[f32; 2]; 2]; 1];
    type One = [[[f32; 1]; 1]; 1];

    #[test]
    fn a_channel_becomes_one_number() {
        let pool: GlobalAvgPool = GlobalAvgPool::new();
        let (x, mut y, mut dx) = ([[[[1.0, 2.0], [4.0, 1.0]]]], [[[[0.0]]]], [[[[7.0; 2]; 2]]]);
        Op::<Planes, One>::infer(&pool, &x, &mut y, &mut []);
        assert_eq!(y, [[[[2.0]]]]);
        Op::<Planes, One>::backward(&pool, &Pass::default(), &x, &y, &mut [], &mut [[[[4.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[1.0, 1.0], [1.0, 1.0]]]]);
    }
}
