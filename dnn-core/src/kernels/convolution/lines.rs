//! The three sums of a convolution with the bits of `naive`: each sum has the same terms in the same order, but whole rows, or
//! all elements of a window, are worked on side by side, so that the compiler makes vectors of them.
//!
//! For the feature `deterministic`; the kernels over copied planes add in another order.

use super::Slide;
use super::naive::{self, first, place};
use crate::layers::Bias;
use crate::scalar::Scalar;

/// small[ow] += w large[ow + kw d - p] for all ow, where the window moves by one; else in steps.
#[inline(always)]
fn gather_row<T: Scalar, const W: usize, const OW: usize>(
    small: &mut [T; OW],
    large: &[T; W],
    weight: T,
    slide: &Slide,
    kw: usize,
) {
    if slide.stride[1] == 1 {
        let [narrow, wide] = meeting(slide, kw);
        let small = small.get_mut(narrow..).unwrap_or_default();
        for (small, large) in small.iter_mut().zip(large.get(wide..).unwrap_or_default()) {
            *small += weight * *large;
        }
    } else {
        for ow in 0..OW {
            if let Some(large) = large.get(place(slide, 1, ow, kw)) {
                small[ow] += weight * *large;
            }
        }
    }
}

/// The columns of a small and of a large row from which on they meet, if the window moves by one.
#[inline(always)]
fn meeting(slide: &Slide, kw: usize) -> [usize; 2] {
    let (shift, padding) = (kw * slide.dilation[1], slide.padding[1]);
    [padding.saturating_sub(shift), shift.saturating_sub(padding)]
}

/// `naive::gather`, a row of sums at a time.
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
                let mut sums = [bias.of(o); OW];
                for i in 0..I {
                    let Some(plane) = large.get(first::<C, O, I>(o) + i) else { continue };
                    for kh in 0..KH {
                        let Some(row) = plane.get(place(&slide, 0, oh, kh)) else { continue };
                        for kw in 0..KW {
                            gather_row(&mut sums, row, weight[o][i][kh][kw], &slide, kw);
                        }
                    }
                }
                small[o][oh] = sums;
            }
        }
    }
}

/// `naive::scatter`, a row at a time: what a place gets from ow upwards it gets from kw downwards.
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
    if slide.stride[1] != 1 {
        return naive::scatter(large, small, weight, bias, slide);
    }
    for (large, small) in large.iter_mut().zip(small) {
        for c in 0..C {
            large[c] = [[bias.of(c); W]; H];
        }
        for o in 0..O {
            for i in 0..I {
                let Some(plane) = large.get_mut(first::<C, O, I>(o) + i) else { continue };
                for oh in 0..OH {
                    for kh in 0..KH {
                        let Some(row) = plane.get_mut(place(&slide, 0, oh, kh)) else { continue };
                        for kw in (0..KW).rev() {
                            let [narrow, wide] = meeting(&slide, kw);
                            let to = row.get_mut(wide..).unwrap_or_default();
                            let from = small[o][oh].get(narrow..).unwrap_or_default();
                            for (sum, small) in to.iter_mut().zip(from) {
                                *sum += weight[o][i][kh][kw] * *small;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `naive::gradient_weight`, all elements of a window at a time.
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
                let mut sums = [[T::ZERO; KW]; KH];
                for oh in 0..OH {
                    for ow in 0..OW {
                        for kh in 0..KH {
                            let Some(row) = plane.get(place(&slide, 0, oh, kh)) else { continue };
                            for kw in 0..KW {
                                if let Some(x) = row.get(place(&slide, 1, ow, kw)) {
                                    sums[kh][kw] += small[o][oh][ow] * *x;
                                }
                            }
                        }
                    }
                }
                for kh in 0..KH {
                    for kw in 0..KW {
                        dweight[o][i][kh][kw] += sums[kh][kw];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::planes::{Planes, Weights};
    use super::super::{Shape, tests::levels};
    use super::*;
    use crate::kernels::level;
    use crate::random::{Generator, Rng};
    use crate::tensor::{flat, flat_mut};
    use std::vec;

    /// Zeros of both signs, infinities and small numbers among others.
    fn value(rng: &mut Rng) -> f32 {
        match rng.below(40) {
            0 => 0.0,
            1 => -0.0,
            2 if rng.below(20) == 0 => f32::INFINITY,
            3 => 1e-40,
            _ => rng.unit_f32() - 0.5,
        }
    }

    #[track_caller]
    fn same<X: crate::Tensor<Scalar = f32>>(a: &[X], b: &[X]) {
        for (a, b) in flat(a).iter().zip(flat(b)) {
            assert!(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(), "{a} and {b}");
        }
    }

    macro_rules! shapes {
        ($($name:ident: $groups:literal x $i:literal planes of $h:literal x $w:literal, $o:literal of $oh:literal x $ow:literal,
            $kh:literal x $kw:literal, $stride:expr, $padding:expr, $dilation:expr;)*) => {$(
            #[test]
            fn $name() {
                const C: usize = $groups * $i;
                let slide = Slide { stride: $stride, padding: $padding, dilation: $dilation };
                for seed in 0..if cfg!(miri) { 1 } else { 30 } {
                    let rng = &mut Rng::new(seed);
                    let mut large = [[[[0.0f32; $w]; $h]; C]; 2];
                    let mut small = [[[[0.0f32; $ow]; $oh]; $o]; 2];
                    let mut weight = [[[[0.0f32; $kw]; $kh]; $i]; $o];
                    let (mut narrow, mut wide) = ([0.0f32; $o], [0.0f32; C]);
                    large.as_flattened_mut().as_flattened_mut().as_flattened_mut().fill_with(|| value(rng));
                    small.as_flattened_mut().as_flattened_mut().as_flattened_mut().fill_with(|| value(rng));
                    weight.as_flattened_mut().as_flattened_mut().as_flattened_mut().fill_with(|| value(rng));
                    narrow.fill_with(|| value(rng));
                    wide.fill_with(|| value(rng));
                    let (mut a, mut b) = (small, small);
                    gather(&mut a, &large, &weight, &narrow, slide);
                    naive::gather(&mut b, &large, &weight, &narrow, slide);
                    same(&a, &b);
                    let (mut a, mut b) = (large, large);
                    scatter(&mut a, &small, &weight, &wide, slide);
                    naive::scatter(&mut b, &small, &weight, &wide, slide);
                    same(&a, &b);
                    let (mut a, mut b) = (weight, weight);
                    gradient_weight(&mut a, &large, &small, slide);
                    naive::gradient_weight(&mut b, &large, &small, slide);
                    same(&a, &b);
                    in_blocks(rng, slide);
                }

                /// Blocks of samples at every level, and the samples that are left over, have the bits of `naive`.
                fn in_blocks(rng: &mut Rng, slide: Slide) {
                    let samples = 1 + rng.below(if cfg!(miri) { 6 } else { 40 }) as usize;
                    let shape = Shape {
                        groups: $groups, large: [$i, $h, $w], small: [$o / $groups, $oh, $ow], kernel: [$kh, $kw], slide,
                    };
                    let mut large = vec![[[[0.0f32; $w]; $h]; C]; samples];
                    let mut small = vec![[[[0.0f32; $ow]; $oh]; $o]; samples];
                    let mut weight = [[[[0.0f32; $kw]; $kh]; $i]; $o];
                    let (mut narrow, mut wide) = ([0.0f32; $o], [0.0f32; C]);
                    flat_mut(&mut large).fill_with(|| value(rng));
                    flat_mut(&mut small).fill_with(|| value(rng));
                    flat_mut(&mut weight).fill_with(|| value(rng));
                    narrow.fill_with(|| value(rng));
                    wide.fill_with(|| value(rng));
                    for level in levels() {
                        let (mut a, mut b) = (small.clone(), small.clone());
                        let (to, from) = (flat_mut(&mut a), flat(&large));
                        let mut planes = Planes::new(to, from, flat(&weight), &narrow, shape, samples, true);
                        // SAFETY: `levels` lists what the machine has.
                        unsafe { level::run_at(level, &mut planes) };
                        let done = planes.done;
                        gather(&mut a[done..], &large[done..], &weight, &narrow, slide);
                        naive::gather(&mut b, &large, &weight, &narrow, slide);
                        same(&a, &b);
                        let (mut a, mut b) = (large.clone(), large.clone());
                        let (to, from) = (flat_mut(&mut a), flat(&small));
                        let mut planes = Planes::new(to, from, flat(&weight), &wide, shape, samples, false);
                        // SAFETY: as above.
                        unsafe { level::run_at(level, &mut planes) };
                        let done = planes.done;
                        scatter(&mut a[done..], &small[done..], &weight, &wide, slide);
                        naive::scatter(&mut b, &small, &weight, &wide, slide);
                        same(&a, &b);
                        let (mut a, mut b) = (weight, weight);
                        let mut weights = Weights::new(flat_mut(&mut a), flat(&large), flat(&small), shape);
                        // SAFETY: as above.
                        unsafe { level::run_at(level, &mut weights) };
                        let done = weights.done;
                        gradient_weight(&mut a, &large[done..], &small[done..], slide);
                        naive::gradient_weight(&mut b, &large, &small, slide);
                        same(&a, &b);
                    }
                }
            }
        )*};
    }
    shapes! {
        plain: 1 x 3 planes of 9 x 11, 4 of 7 x 9, 3 x 3, [1, 1], [0, 0], [1, 1];
        padded: 1 x 2 planes of 8 x 19, 3 of 8 x 19, 3 x 5, [1, 1], [1, 2], [1, 1];
        in_groups: 3 x 2 planes of 6 x 7, 6 of 6 x 7, 3 x 3, [1, 1], [1, 1], [1, 1];
        dilated: 1 x 2 planes of 9 x 9, 2 of 7 x 7, 3 x 3, [1, 1], [1, 1], [2, 2];
        in_steps: 1 x 2 planes of 9 x 10, 3 of 5 x 5, 3 x 4, [2, 2], [1, 1], [1, 1];
        in_steps_of_rows: 1 x 2 planes of 9 x 10, 3 of 5 x 10, 3 x 3, [2, 1], [1, 1], [1, 1];
        of_one_element: 2 x 4 planes of 3 x 5, 4 of 3 x 5, 1 x 1, [1, 1], [0, 0], [1, 1];
        beyond_all_planes: 1 x 1 planes of 2 x 2, 3 of 6 x 6, 1 x 1, [1, 1], [2, 2], [1, 1];
        with_rows_that_no_window_reads: 1 x 1 planes of 7 x 8, 2 of 3 x 4, 3 x 3, [1, 1], [0, 0], [1, 1];
    }
}
