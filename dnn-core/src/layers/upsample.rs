//! y[c][oh][ow] = x[c][floor(oh H / OH)][floor(ow W / OW)], or by distance from the four neighbours of the place of (oh, ow)
//!
//! dx[c][h][w] = the sum over oh, ow of dy[c][oh][ow] times the share that x[c][h][w] has in y[c][oh][ow]
//!
//! The place of oh is (oh + 1/2) H / OH - 1/2, at least 0, or oh (H - 1) / (OH - 1) where corners are aligned.

use crate::kernels::resample::{Resampling, resample, resample_back};
use crate::layers::planes::{no_parameters, over_lines, over_planes};
use core::marker::PhantomData;

/// Planes of another size, PyTorch's
/// [`Upsample`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html): from [C, H, W] to
/// [C, ROWS, COLUMNS], and from [C, L] to [C, COLUMNS] where ROWS is 1.
///
/// It takes the nearest element, and where `LINEAR` the weighted mean of the neighbours; `CORNERS` aligns the centres of the
/// corner elements and not their outer edges.
///
/// In a declaration it is written `Upsample<scale_factor = 2>` with an integer, or `Upsample<size = [14, 14]>`, with
/// `mode = bilinear`, for one dimension `mode = linear`, and `align_corners = true`. Where PyTorch rounds a quotient of
/// lengths, this takes the exact one. PyTorch's `bicubic` is left out.
///
/// ```
/// use dnn_core::{Op, Upsample};
/// let double: Upsample<1, 4> = Upsample::new();
/// let mut y = [[[0.0; 4]]];
/// Op::<[[f32; 2]; 1], [[f32; 4]; 1]>::infer(&double, &[[[1.0, 3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[1.0, 1.0, 3.0, 3.0]]]);
///
/// let linear: Upsample<1, 4, f32, true> = Upsample::new();
/// Op::<[[f32; 2]; 1], [[f32; 4]; 1]>::infer(&linear, &[[[1.0, 3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[1.0, 1.5, 2.5, 3.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Upsample<
    const ROWS: usize,
    const COLUMNS: usize,
    T = f32,
    const LINEAR: bool = false,
    const CORNERS: bool = false,
> {
    scalar: PhantomData<T>,
}

no_parameters! {
    Upsample<[ROWS, COLUMNS], [LINEAR: bool, CORNERS: bool]>
}
over_planes! {
    Upsample<[ROWS, COLUMNS], [LINEAR: bool, CORNERS: bool]>,
    Resampling { output: [ROWS, COLUMNS], linear: LINEAR, corners: CORNERS },
    resample,
    resample_back
}
over_lines! {
    Upsample<[ROWS, COLUMNS], [LINEAR: bool, CORNERS: bool]>,
    Resampling { output: [ROWS, COLUMNS], linear: LINEAR, corners: CORNERS },
    resample,
    resample_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Op, Pass};

    #[test]
    fn gradients_are_added_where_an_element_was_taken() {
        let double: Upsample<2, 4> = Upsample::new();
        let (x, mut y, mut dx) = ([[[[1.0, 2.0]]]], [[[[0.0; 4]; 2]]], [[[[9.0; 2]]]]);
        Op::<[[[f32; 2]; 1]; 1], [[[f32; 4]; 2]; 1]>::infer(&double, &x, &mut y, &mut []);
        assert_eq!(y, [[[[1.0, 1.0, 2.0, 2.0]; 2]]]);
        let mut dy = [[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]];
        Op::<[[[f32; 2]; 1]; 1], [[[f32; 4]; 2]; 1]>::backward(
            &double,
            &Pass::default(),
            &x,
            &y,
            &mut [],
            &mut dy,
            Some(&mut dx),
            None,
        );
        assert_eq!(dx, [[[[14.0, 22.0]]]]);
    }

    #[test]
    fn aligned_corners_stay_where_they_are() {
        let linear: Upsample<3, 3, f32, true, true> = Upsample::new();
        let (x, mut y, mut dx) = ([[[[0.0, 4.0], [8.0, 12.0]]]], [[[[9.0; 3]; 3]]], [[[[9.0; 2]; 2]]]);
        Op::<[[[f32; 2]; 2]; 1], [[[f32; 3]; 3]; 1]>::infer(&linear, &x, &mut y, &mut []);
        assert_eq!(y, [[[[0.0, 2.0, 4.0], [4.0, 6.0, 8.0], [8.0, 10.0, 12.0]]]]);
        Op::<[[[f32; 2]; 2]; 1], [[[f32; 3]; 3]; 1]>::backward(
            &linear,
            &Pass::default(),
            &x,
            &y,
            &mut [],
            &mut [[[[4.0; 3]; 3]]],
            Some(&mut dx),
            None,
        );
        assert_eq!(dx, [[[[9.0; 2]; 2]]], "1 + 1/2 + 1/2 + 1/4 of 4 each");
    }

    #[test]
    fn a_nan_stays_where_it_has_a_share() {
        let linear: Upsample<1, 3, f32, true, true> = Upsample::new();
        let mut y = [[[0.0; 3]]];
        Op::<[[f32; 2]; 1], [[f32; 3]; 1]>::infer(&linear, &[[[1.0, f32::NAN]]], &mut y, &mut []);
        assert!(y[0][0][0] == 1.0 && y[0][0][1].is_nan() && y[0][0][2].is_nan());
    }
}
