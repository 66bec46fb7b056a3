//! The three sums of a convolution as they are written down.
//!
//! The code for small shapes and for targets without vectors. Native arrays, constant bounds and `get` keep panics out.

use super::Slide;
use crate::layers::Bias;
use crate::scalar::Scalar;

/// The place that element k of the window has at a position; none, seen as a very large one, in the padding.
#[inline(always)]
pub(super) fn place(slide: &Slide, dim: usize, position: usize, k: usize) -> usize {
    (position * slide.stride[dim] + k * slide.dilation[dim]).wrapping_sub(slide.padding[dim])
}

/// The first of the I large channels in the group of small channel o: there are C large ones and O small ones in all.
#[inline(always)]
pub(super) fn first<const C: usize, const O: usize, const I: usize>(o: usize) -> usize {
    const {
        assert!(I > 0 && C.is_multiple_of(I) && O.is_multiple_of(C / I) && O > 0);
    }
    o / const { O / (C / I) } * I
}

/// small[o][oh][ow] = bias[o] + sum over i, kh, kw of w[o][i][kh][kw] large[i][oh s + kh d - p][ow s + kw d - p]
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn gather<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    small: &mut [[[[T; OW]; OH]; O]],
    large: &[[[[T; W]; H]; C]],
    weight: &[[[[T; KW]; KH]; I]; O],
    bias: &impl Bias<T>,
    slide: Slide,
) {
    for (small, large) in small.iter_mut().zip(large) {
        for o in 0..O {
            for oh in 0..OH {
                for ow in 0..OW {
                    let mut sum = bias.of(o);
                    for i in 0..I {
                        let Some(plane) = large.get(first::<C, O, I>(o) + i) else { continue };
                        for kh in 0..KH {
                            let Some(row) = plane.get(place(&slide, 0, oh, kh)) else { continue };
                            for kw in 0..KW {
                                if let Some(x) = row.get(place(&slide, 1, ow, kw)) {
                                    sum += weight[o][i][kh][kw] * *x;
                                }
                            }
                        }
                    }
                    small[o][oh][ow] = sum;
                }
            }
        }
    }
}

/// large[i][oh s + kh d - p][ow s + kw d - p] = bias[i] + sum over o, kh, kw of w[o][i][kh][kw] small[o][oh][ow]
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn scatter<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    large: &mut [[[[T; W]; H]; C]],
    small: &[[[[T; OW]; OH]; O]],
    weight: &[[[[T; KW]; KH]; I]; O],
    bias: &impl Bias<T>,
    slide: Slide,
) {
    for (large, small) in large.iter_mut().zip(small) {
        for c in 0..C {
            for row in &mut large[c] {
                *row = [bias.of(c); W];
            }
        }
        for o in 0..O {
            for i in 0..I {
                let Some(plane) = large.get_mut(first::<C, O, I>(o) + i) else { continue };
                for oh in 0..OH {
                    for kh in 0..KH {
                        let Some(row) = plane.get_mut(place(&slide, 0, oh, kh)) else { continue };
                        for ow in 0..OW {
                            for kw in 0..KW {
                                if let Some(sum) = row.get_mut(place(&slide, 1, ow, kw)) {
                                    *sum += weight[o][i][kh][kw] * small[o][oh][ow];
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// dw[o][i][kh][kw] += sum over oh, ow of small[o][oh][ow] large[i][oh s + kh d - p][ow s + kw d - p], sample after sample
#[inline(always)]
#[rustfmt::skip]
pub(crate) fn gradient_weight<
    T: Scalar, const C: usize, const H: usize, const W: usize, const O: usize, const OH: usize, const OW: usize,
    const I: usize, const KH: usize, const KW: usize,
>(
    dweight: &mut [[[[T; KW]; KH]; I]; O],
    large: &[[[[T; W]; H]; C]],
    small: &[[[[T; OW]; OH]; O]],
    slide: Slide,
) {
    for (large, small) in large.iter().zip(small) {
        for o in 0..O {
            for i in 0..I {
                let Some(plane) = large.get(first::<C, O, I>(o) + i) else { continue };
                for kh in 0..KH {
                    for kw in 0..KW {
                        let mut sum = T::ZERO;
                        for oh in 0..OH {
                            let Some(row) = plane.get(place(&slide, 0, oh, kh)) else { continue };
                            for ow in 0..OW {
                                if let Some(x) = row.get(place(&slide, 1, ow, kw)) {
                                    sum += small[o][oh][ow] * *x;
                                }
                            }
                        }
                        dweight[o][i][kh][kw] += sum;
                    }
                }
            }
        }
    }
}
