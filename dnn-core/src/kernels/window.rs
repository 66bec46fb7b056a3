//! Pooling: a window of KH x KW elements moves over each plane, from [H, W] to [OH, OW] positions.
//!
//! largest    y[c][oh][ow] = the largest x[c][oh s + kh d - p][ow s + kw d - p]
//! mean       y[c][oh][ow] = the sum of them / their number
//!
//! What lies outside of a plane is not read.

use crate::scalar::Scalar;
use crate::shape::{windows, windows_ceil};

/// How a window moves: rows first, columns second.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    /// KH, KW
    pub(crate) kernel: [usize; 2],
    /// From one position to the next.
    pub(crate) stride: [usize; 2],
    /// What the first window reaches beyond the first row and column.
    pub(crate) padding: [usize; 2],
    /// From one element of the window to the next.
    pub(crate) dilation: [usize; 2],
    /// Whether the last window may reach beyond the end.
    pub(crate) ceil: bool,
}

impl Window {
    /// [OH, OW] for [H, W].
    pub(crate) const fn output(&self, [h, w]: [usize; 2]) -> [usize; 2] {
        let Window { kernel: k, stride: s, padding: p, dilation: d, ceil } = *self;
        assert!(2 * p[0] <= k[0] && 2 * p[1] <= k[1], "the padding is more than half of the kernel");
        if ceil {
            [windows_ceil(h, k[0], s[0], p[0], d[0]), windows_ceil(w, k[1], s[1], p[1], d[1])]
        } else {
            [windows(h, k[0], s[0], 2 * p[0], d[0]), windows(w, k[1], s[1], 2 * p[1], d[1])]
        }
    }

    /// The place that element k of the window has at a position; none, seen as a very large one, outside of the plane.
    #[inline(always)]
    fn place(&self, dim: usize, position: usize, k: usize) -> usize {
        (position * self.stride[dim] + k * self.dilation[dim]).wrapping_sub(self.padding[dim])
    }
}

/// The largest element of a window and its number in the order of rows and columns; the last NaN, if there is one.
#[inline(always)]
fn largest_of<T: Scalar, const H: usize, const W: usize>(
    plane: &[[T; W]; H],
    window: Window,
    [oh, ow]: [usize; 2],
) -> (T, usize) {
    let mut best = (T::from_f64(f64::NEG_INFINITY), usize::MAX);
    for kh in 0..window.kernel[0] {
        let Some(row) = plane.get(window.place(0, oh, kh)) else { continue };
        for kw in 0..window.kernel[1] {
            let Some(x) = row.get(window.place(1, ow, kw)) else { continue };
            // The first one is taken whatever it is: minus infinity may be all there is.
            #[allow(clippy::eq_op, reason = "only a NaN is not equal to itself")]
            if *x > best.0 || *x != *x || best.1 == usize::MAX {
                best = (*x, kh * window.kernel[1] + kw);
            }
        }
    }
    best
}

/// y = the largest element of each window
#[inline(always)]
pub(crate) fn largest<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    y: &mut [[[[T; OW]; OH]; C]],
    x: &[[[[T; W]; H]; C]],
    window: Window,
) {
    for (y, x) in y.iter_mut().zip(x) {
        for c in 0..C {
            for oh in 0..OH {
                for ow in 0..OW {
                    y[c][oh][ow] = largest_of(&x[c], window, [oh, ow]).0;
                }
            }
        }
    }
}

/// dx = the sum of dy over the windows in which the element is the largest
#[inline(always)]
pub(crate) fn largest_back<
    T: Scalar,
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
>(
    dx: &mut [[[[T; W]; H]; C]],
    x: &[[[[T; W]; H]; C]],
    dy: &[[[[T; OW]; OH]; C]],
    window: Window,
) {
    for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
        for c in 0..C {
            dx[c] = [[T::ZERO; W]; H];
            for oh in 0..OH {
                for ow in 0..OW {
                    let (_, number) = largest_of(&x[c], window, [oh, ow]);
                    // By comparison, because an index that was found is one that could be out of bounds.
                    for kh in 0..window.kernel[0] {
                        let Some(row) = dx[c].get_mut(window.place(0, oh, kh)) else { continue };
                        for kw in 0..window.kernel[1] {
                            let Some(dx) = row.get_mut(window.place(1, ow, kw)) else { continue };
                            if kh * window.kernel[1] + kw == number {
                                *dx += dy[c][oh][ow];
                            }
                        }
                    }
                }
            }
        }
    }
}
