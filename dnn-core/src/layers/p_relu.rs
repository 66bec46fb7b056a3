//! y = x where x > 0, else w x, with one w for all channels or one for each
//!
//! dx = dy where x > 0, else w dy; dw += sum of dy x where x <= 0: at the kink x = 0 the gradient is w dy, as in PyTorch. A
//! NaN stays a NaN, and so does the gradient of w.

use crate::layer::{Layer, Overwrite, Pass};
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use core::mem::offset_of;

/// The rectified linear unit whose slope below 0 is learnt, PyTorch's
/// [`PReLU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.PReLU.html)
/// (K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet
/// Classification", ICCV 2015).
///
/// It works on `[[T; S]; C]`: S values for each of C channels. `weight` has N = C elements, or one for all channels. INIT is
/// the bits of the `f64` that they are at first, 0.25 by default.
///
/// In a declaration it is written `act: PRelu` for one slope, `act: PRelu<C>`, or `act: PRelu<C>(init = 0.1)`. PyTorch's
/// advice is to train it without weight decay.
///
/// ```
/// use dnn_core::{Layer, PRelu};
/// let act: PRelu<2> = PRelu { weight: [0.5, 0.0] };
/// let mut y = [[[0.0]; 2]; 2]; // two samples of [C, 1]
/// act.infer(&[[[-4.0], [-4.0]], [[3.0], [3.0]]], &mut y, &mut []);
/// assert_eq!(y, [[[-2.0], [0.0]], [[3.0], [3.0]]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct PRelu<const N: usize = 1, T = f32, const INIT: u64 = { 0.25f64.to_bits() }> {
    /// w, `[N]`
    pub weight: [T; N],
}

// SAFETY: repr(C) over one array, which the table lists.
#[diagnostic::do_not_recommend]
unsafe impl<const N: usize, T: Scalar, const INIT: u64> Parameters for PRelu<N, T, INIT> {
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] =
        &[Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[N], role: Role::Parameter }];

    /// PyTorch's default: the same slope everywhere.
    fn init_in<R: Generator>(&mut self, _: &mut R) {
        self.weight = [T::from_f64(f64::from_bits(INIT)); N];
    }
}

impl<const N: usize, T, const INIT: u64> PRelu<N, T, INIT> {
    /// There is a slope for each of C channels, or one.
    const fn fits(channels: usize) {
        assert!(N == channels || N == 1, "there is a slope for each channel, or one for all of them");
    }

    /// The number of the slope of a channel.
    #[inline(always)]
    fn slope(c: usize) -> usize {
        if N == 1 { 0 } else { c }
    }
}

#[diagnostic::do_not_recommend]
impl<const C: usize, const S: usize, const N: usize, T: Scalar, const INIT: u64> Overwrite<[[T; S]; C]>
    for PRelu<N, T, INIT>
{
    #[inline(always)]
    fn overwrite(&self, buffer: &mut [[[T; S]; C]], _: &mut [T]) {
        const { Self::fits(C) };
        for x in buffer {
            for c in 0..C {
                let at = Self::slope(c);
                let slope = if at < N { self.weight[at] } else { T::ZERO };
                for x in &mut x[c] {
                    *x = if *x > T::ZERO { *x } else { slope * *x };
                }
            }
        }
    }
}

#[diagnostic::do_not_recommend]
impl<const C: usize, const S: usize, const N: usize, T: Scalar, const INIT: u64> Layer<[[T; S]; C]>
    for PRelu<N, T, INIT>
{
    type Output = [[T; S]; C];

    #[inline(always)]
    fn infer(&self, x: &[[[T; S]; C]], y: &mut [[[T; S]; C]], workspace: &mut [T]) {
        for (x, y) in x.iter().zip(y.iter_mut()) {
            *y = *x;
        }
        self.overwrite(y, workspace);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[T; S]; C]],
        _: &[[[T; S]; C]],
        _: &mut [T],
        dy: &mut [[[T; S]; C]],
        dx: Option<&mut [[[T; S]; C]]>,
        dp: Option<&mut Self>,
    ) {
        const { Self::fits(C) };
        if let Some(dp) = dp {
            for (x, dy) in x.iter().zip(dy.iter()) {
                for c in 0..C {
                    let below = |x: T, dy: T, _| if x > T::ZERO { T::ZERO } else { dy * x };
                    let sum = super::statistics::sum(&x[c], &dy[c], &dy[c], below);
                    let at = Self::slope(c);
                    if at < N {
                        dp.weight[at] += sum;
                    }
                }
            }
        }
        for ((x, dy), dx) in x.iter().zip(dy.iter()).zip(dx.into_iter().flatten()) {
            for c in 0..C {
                let at = Self::slope(c);
                let slope = if at < N { self.weight[at] } else { T::ZERO };
                for ((x, dy), dx) in x[c].iter().zip(&dy[c]).zip(&mut dx[c]) {
                    *dx = if *x > T::ZERO { *dy } else { slope * *dy };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, zeros};

    const X: [[[f32; 2]; 2]; 1] = [[[-4.0, 2.0], [-1.0, 0.0]]];
    const DY: [[[f32; 2]; 2]; 1] = [[[8.0, 8.0], [2.0, 4.0]]];

    #[test]
    fn each_channel_has_its_slope() {
        let layer: PRelu<2> = PRelu { weight: [0.25, 0.5] };
        let (mut y, mut dy, mut dx, mut dp) = (X, DY, X, PRelu { weight: [1.0, 1.0] });
        layer.infer(&X, &mut y, &mut []);
        assert_eq!(y, [[[-1.0, 2.0], [-0.5, 0.0]]]);
        layer.backward(&Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        assert_eq!(dx, [[[2.0, 8.0], [1.0, 2.0]]]);
        assert_eq!(dp.weight, [1.0 - 32.0, 1.0 - 2.0]);
    }

    #[test]
    fn all_channels_may_share_one() {
        let layer: PRelu = PRelu { weight: [0.25] };
        let (mut y, mut dy, mut dx, mut dp) = (X, DY, X, PRelu { weight: [0.0] });
        layer.infer(&X, &mut y, &mut []);
        layer.backward(&Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        assert_eq!((y, dx), ([[[-1.0, 2.0], [-0.25, 0.0]]], [[[2.0, 8.0], [0.5, 1.0]]]));
        assert_eq!(dp.weight, [-34.0]);
    }

    #[test]
    fn a_slope_begins_with_what_the_type_says() {
        let (mut default, mut steep): (PRelu<3>, PRelu<1, f64, { 0.5f64.to_bits() }>) = (zeros(), zeros());
        default.init_in(&mut Rng::new(1));
        steep.init_in(&mut Rng::new(1));
        assert_eq!((default.weight, steep.weight), ([0.25; 3], [0.5]));
    }
}
