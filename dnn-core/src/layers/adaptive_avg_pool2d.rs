//! y[c][oh][ow] = the mean of x[c] in rows floor(oh H / OH) up to, but without, ceil((oh + 1) H / OH), and in columns
//! alike
//!
//! dx = the sum over the windows that hold x of dy / the number of their elements

use crate::kernels::window::{Division, mean, mean_back};
use crate::layers::planes::{no_parameters, over_planes};
use core::marker::PhantomData;

/// The mean of windows that divide rows and columns, PyTorch's
/// [`AdaptiveAvgPool2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html): from
/// [C, H, W] to [C, ROWS, COLUMNS] for any H and W. Where a length is no multiple, neighbouring windows share elements.
///
/// In a declaration it is written `AdaptiveAvgPool2d<7>` or `AdaptiveAvgPool2d<[7, 5]>`.
///
/// ```
/// use dnn_core::{AdaptiveAvgPool2d, Op};
/// let pool: AdaptiveAvgPool2d<2, 2> = AdaptiveAvgPool2d::new();
/// let mut y = [[[[0.0f32; 2]; 2]]];
/// pool.infer(&[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[1.5, 2.5], [4.5, 5.5]]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveAvgPool2d<const ROWS: usize, const COLUMNS: usize, T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    AdaptiveAvgPool2d<[ROWS, COLUMNS], []>
}
over_planes! {
    AdaptiveAvgPool2d<[ROWS, COLUMNS], []>,
    Division { output: [ROWS, COLUMNS] },
    mean,
    mean_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn neighbouring_windows_share_a_column() {
        let pool: AdaptiveAvgPool2d<1, 2> = AdaptiveAvgPool2d::new();
        let (x, mut y, mut dx) = ([[[[1.0, 9.0, 3.0], [5.0, 1.0, 7.0]]]], [[[[0.0; 2]]]], [[[[7.0; 3]; 2]]]);
        pool.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[4.0, 5.0]]]]);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[[4.0, 8.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]]]]);
    }
}
