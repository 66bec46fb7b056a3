//! y[c][oh][ow] = the largest element of x[c] in rows floor(oh H / OH) up to, but without, ceil((oh + 1) H / OH), and in columns
//! alike
//!
//! dx += dy at the first of the largest elements of each window; a NaN is larger than every number, as in PyTorch

use crate::kernels::window::{Division, largest, largest_back};
use crate::layers::planes::{no_parameters, over_planes};
use core::marker::PhantomData;

/// The largest element of windows that divide rows and columns, PyTorch's
/// [`AdaptiveMaxPool2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html): from
/// [C, H, W] to [C, ROWS, COLUMNS] for any H and W. Where a length is no multiple, neighbouring windows share elements.
///
/// In a declaration it is written `AdaptiveMaxPool2d<7>` or `AdaptiveMaxPool2d<[7, 5]>`.
///
/// ```
/// use dnn_core::{AdaptiveMaxPool2d, Op};
/// let pool: AdaptiveMaxPool2d<2, 2> = AdaptiveMaxPool2d::new();
/// let mut y = [[[[0.0f32; 2]; 2]]];
/// pool.infer(&[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]], &mut y, &mut []);
/// assert_eq!(y, [[[[2.0, 3.0], [5.0, 6.0]]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveMaxPool2d<const ROWS: usize, const COLUMNS: usize, T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    AdaptiveMaxPool2d<[ROWS, COLUMNS], []>
}
over_planes! {
    AdaptiveMaxPool2d<[ROWS, COLUMNS], []>,
    Division { output: [ROWS, COLUMNS] },
    largest,
    largest_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn neighbouring_windows_share_a_column() {
        let pool: AdaptiveMaxPool2d<1, 2> = AdaptiveMaxPool2d::new();
        let (x, mut y, mut dx) = ([[[[1.0, 9.0, 3.0], [5.0, 1.0, 7.0]]]], [[[[0.0; 2]]]], [[[[7.0; 3]; 2]]]);
        pool.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[[[9.0, 9.0]]]]);
        pool.backward(&Pass::default(), &x, &y, &mut [], &mut [[[[4.0, 8.0]]]], Some(&mut dx), None);
        assert_eq!(dx, [[[[0.0, 12.0, 0.0], [0.0; 3]]]]);
    }
}
