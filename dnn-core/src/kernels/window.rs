//! Pooling: windows of each plane, [H, W], become the elements of a smaller one, [OH, OW].
//!
//! largest    y[c][oh][ow] = the largest x in the window at (oh, ow)
//! mean       y[c][oh][ow] = the sum of the x in the window at (oh, ow) / their number
//!
//! What lies outside of a plane is not read.

use crate::kernels::pairs::{Largest, LargestBack, Planes};
use crate::kernels::route;
use crate::scalar::Scalar;
use crate::shape::{windows, windows_ceil};
use crate::tensor::{flat, flat_mut};

/// Which elements of a plane a window holds: `count` rows and columns from the first one on.
pub(crate) trait Windows: Copy {
    /// The rows (`dim` 0) or columns (`dim` 1) of the window at `position`, in a plane that has `length` of them.
    fn count(&self, dim: usize, position: usize, length: usize) -> usize;
    /// The row or column number k of the window; a very large number where it lies outside of the plane.
    fn place(&self, dim: usize, position: usize, k: usize, length: usize) -> usize;
    /// The columns of the widest of so many windows.
    fn widest(&self, windows: usize, length: usize) -> usize;
    /// The number of rows of each window, if windows are two columns wide, lie side by side and reach over no edge.
    #[inline(always)]
    fn pairs(&self) -> Option<usize> {
        None
    }
    /// What the sum over rows or columns is divided by.
    #[inline(always)]
    fn divisor(&self, dim: usize, position: usize, length: usize) -> usize {
        self.count(dim, position, length)
    }
}

/// A window of one size that moves: rows first, columns second.
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
}

impl Windows for Window {
    #[inline(always)]
    fn count(&self, dim: usize, _: usize, _: usize) -> usize {
        self.kernel[dim]
    }
    #[inline(always)]
    fn widest(&self, _: usize, _: usize) -> usize {
        self.kernel[1]
    }
    #[inline(always)]
    fn place(&self, dim: usize, position: usize, k: usize, _: usize) -> usize {
        (position * self.stride[dim] + k * self.dilation[dim]).wrapping_sub(self.padding[dim])
    }
    #[inline(always)]
    fn pairs(&self) -> Option<usize> {
        let Window { kernel, stride, padding, dilation, .. } = *self;
        let side_by_side = kernel[1] == 2 && stride == kernel && padding == [0, 0] && dilation == [1, 1];
        if side_by_side { Some(kernel[0]) } else { None }
    }
}

/// The planes for the kernels of `pairs`, where those serve.
#[inline(always)]
fn paired(windows: impl Windows, count: usize, dims: [usize; 2], output: [usize; 2]) -> Option<Planes> {
    if !route::TARGET {
        return None;
    }
    let rows = windows.pairs()?;
    let fits = rows > 0 && output[0] * rows <= dims[0] && output[1] * 2 <= dims[1];
    if fits { Some(Planes { count, dims, windows: output, rows }) } else { None }
}

/// A window whose sum is divided by the number of its elements, or by a number of its own.
#[derive(Clone, Copy)]
pub(crate) struct Mean {
    pub(crate) window: Window,
    /// Whether the padding counts, as zeros.
    pub(crate) padded: bool,
    /// What every sum is divided by, or 0 for the number of elements.
    pub(crate) divisor: usize,
}

impl Mean {
    /// [OH, OW] for [H, W].
    pub(crate) const fn output(&self, dims: [usize; 2]) -> [usize; 2] {
        self.window.output(dims)
    }
}

impl Windows for Mean {
    #[inline(always)]
    fn count(&self, dim: usize, position: usize, length: usize) -> usize {
        self.window.count(dim, position, length)
    }
    #[inline(always)]
    fn widest(&self, windows: usize, length: usize) -> usize {
        self.window.widest(windows, length)
    }
    #[inline(always)]
    fn place(&self, dim: usize, position: usize, k: usize, length: usize) -> usize {
        self.window.place(dim, position, k, length)
    }
    /// What reaches beyond the padding behind never counts.
    #[inline(always)]
    fn divisor(&self, dim: usize, position: usize, length: usize) -> usize {
        if self.divisor > 0 {
            return if dim == 0 { self.divisor } else { 1 };
        }
        let Window { kernel, stride, padding, .. } = self.window;
        let begin = position * stride[dim]; // counted from the padding before
        let whole = begin + kernel[dim];
        let last = length + if self.padded { 2 * padding[dim] } else { padding[dim] };
        let end = if whole < last { whole } else { last };
        let first = if self.padded || begin > padding[dim] { begin } else { padding[dim] };
        end.wrapping_sub(first)
    }
}

/// Windows that divide a plane into OH rows and OW columns of them, of nearly the same size: from floor(oh H / OH) up to,
/// but without, ceil((oh + 1) H / OH).
#[derive(Clone, Copy)]
pub(crate) struct Division {
    /// OH, OW, both more than 0
    pub(crate) output: [usize; 2],
}

impl Division {
    /// [OH, OW] for any [H, W].
    pub(crate) const fn output(&self, _: [usize; 2]) -> [usize; 2] {
        assert!(self.output[0] > 0 && self.output[1] > 0, "the output has no element");
        self.output
    }

    #[inline(always)]
    fn first(&self, dim: usize, position: usize, length: usize) -> usize {
        (position * length).checked_div(self.output[dim]).unwrap_or(0)
    }
}

impl Windows for Division {
    #[inline(always)]
    fn count(&self, dim: usize, position: usize, length: usize) -> usize {
        let behind = (position * length + length + self.output[dim] - 1).checked_div(self.output[dim]).unwrap_or(0);
        behind - self.first(dim, position, length)
    }
    #[inline(always)]
    fn widest(&self, windows: usize, length: usize) -> usize {
        let mut widest = 0;
        for position in 0..windows {
            let count = self.count(1, position, length);
            widest = if count > widest { count } else { widest };
        }
        widest
    }
    #[inline(always)]
    fn place(&self, dim: usize, position: usize, k: usize, length: usize) -> usize {
        self.first(dim, position, length) + k
    }
}

/// The largest element of each window of a row of windows, and its number in the order of rows and columns; the first of
/// equal ones, but the last NaN, if there is one.
///
/// All windows of the row take an element at a time, conditions are joined by `|` and `&`, and numbers are scalars like the
/// elements: compilers make vectors of that, or at least no branch that depends on which element is the largest.
#[inline(always)]
fn largest_of_row<T: Scalar, const H: usize, const W: usize, const OW: usize>(
    plane: &[[T; W]; H],
    windows: impl Windows,
    oh: usize,
) -> ([T; OW], [T; OW]) {
    let least = T::from_f64(f64::NEG_INFINITY);
    let (mut best, mut number) = ([least; OW], [-T::ONE; OW]);
    let (rows, columns) = (windows.count(0, oh, H), windows.widest(OW, W));
    for kh in 0..rows {
        let Some(row) = plane.get(windows.place(0, oh, kh, H)) else { continue };
        for kw in 0..columns {
            let n = T::from_usize(kh * columns + kw);
            for ow in 0..OW {
                let value = row.get(windows.place(1, ow, kw, W));
                let is_inside = value.is_some() & (kw < windows.count(1, ow, W));
                let value = value.copied().unwrap_or(least);
                // The first one is taken whatever it is: minus infinity may be all there is.
                #[allow(clippy::eq_op, reason = "only a NaN is not equal to itself")]
                let takes = is_inside & ((value > best[ow]) | (value != value) | (number[ow] < T::ZERO));
                best[ow] = if takes { value } else { best[ow] };
                number[ow] = if takes { n } else { number[ow] };
            }
        }
    }
    (best, number)
}

/// y = the largest element of each window
#[inline(always)]
pub(crate) fn largest<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    y: &mut [[[[T; OW]; OH]; C]],
    x: &[[[[T; W]; H]; C]],
    windows: impl Windows,
) {
    if let Some(planes) = paired(windows, C * y.len(), [H, W], [OH, OW]) {
        return T::largest(&mut Largest::new(flat_mut(y), flat(x), planes));
    }
    for (y, x) in y.iter_mut().zip(x) {
        for c in 0..C {
            for oh in 0..OH {
                y[c][oh] = largest_of_row(&x[c], windows, oh).0;
            }
        }
    }
}

/// y = the largest element of each window of one sample, none of which is less than 0, and where somebody keeps them the numbers
/// of these elements, or -1 where y is not larger than 0.
#[inline(always)]
pub(crate) fn largest_and_numbers<
    T: Scalar,
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
>(
    y: &mut [[[T; OW]; OH]; C],
    numbers: Option<&mut [[[T; OW]; OH]; C]>,
    x: &[[[T; W]; H]; C],
    windows: impl Windows,
) {
    let Some(numbers) = numbers else {
        return largest(core::slice::from_mut(y), core::slice::from_ref(x), windows);
    };
    for c in 0..C {
        for oh in 0..OH {
            let (best, number) = largest_of_row(&x[c], windows, oh);
            y[c][oh] = best;
            for ow in 0..OW {
                numbers[c][oh][ow] = if best[ow] > T::ZERO { number[ow] } else { -T::ONE };
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
    windows: impl Windows,
) {
    if let Some(planes) = paired(windows, C * dy.len(), [H, W], [OH, OW]) {
        return T::largest_back(&mut LargestBack::new(flat_mut(dx), flat(x), flat(dy), planes));
    }
    for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
        for c in 0..C {
            dx[c] = [[T::ZERO; W]; H];
            for oh in 0..OH {
                let (_, number) = largest_of_row::<T, H, W, OW>(&x[c], windows, oh);
                let (rows, columns) = (windows.count(0, oh, H), windows.widest(OW, W));
                for kh in 0..rows {
                    let Some(row) = dx[c].get_mut(windows.place(0, oh, kh, H)) else { continue };
                    for kw in 0..columns {
                        let n = T::from_usize(kh * columns + kw);
                        let mut shares = dy[c][oh];
                        for ow in 0..OW {
                            shares[ow] = shares[ow].masked(n == number[ow]);
                        }
                        for ow in 0..OW {
                            if let Some(dx) = row.get_mut(windows.place(1, ow, kw, W)) {
                                *dx += shares[ow];
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the sum over a window is divided by.
#[inline(always)]
fn divisor<T: Scalar>(windows: impl Windows, [oh, ow]: [usize; 2], [h, w]: [usize; 2]) -> T {
    T::from_usize(windows.divisor(0, oh, h) * windows.divisor(1, ow, w))
}

/// y = the mean of each window
#[inline(always)]
pub(crate) fn mean<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    y: &mut [[[[T; OW]; OH]; C]],
    x: &[[[[T; W]; H]; C]],
    windows: impl Windows,
) {
    for (y, x) in y.iter_mut().zip(x) {
        for c in 0..C {
            for oh in 0..OH {
                for ow in 0..OW {
                    let mut sum = T::ZERO;
                    for kh in 0..windows.count(0, oh, H) {
                        let Some(row) = x[c].get(windows.place(0, oh, kh, H)) else { continue };
                        for kw in 0..windows.count(1, ow, W) {
                            if let Some(x) = row.get(windows.place(1, ow, kw, W)) {
                                sum += *x;
                            }
                        }
                    }
                    y[c][oh][ow] = sum / divisor(windows, [oh, ow], [H, W]);
                }
            }
        }
    }
}

/// dx = the sum of dy / number over the windows that hold the element
#[inline(always)]
pub(crate) fn mean_back<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    dx: &mut [[[[T; W]; H]; C]],
    _: &[[[[T; W]; H]; C]],
    dy: &[[[[T; OW]; OH]; C]],
    windows: impl Windows,
) {
    for (dx, dy) in dx.iter_mut().zip(dy) {
        for c in 0..C {
            dx[c] = [[T::ZERO; W]; H];
            for oh in 0..OH {
                for ow in 0..OW {
                    let share = dy[c][oh][ow] / divisor(windows, [oh, ow], [H, W]);
                    for kh in 0..windows.count(0, oh, H) {
                        let Some(row) = dx[c].get_mut(windows.place(0, oh, kh, H)) else { continue };
                        for kw in 0..windows.count(1, ow, W) {
                            if let Some(dx) = row.get_mut(windows.place(1, ow, kw, W)) {
                                *dx += share;
                            }
                        }
                    }
                }
            }
        }
    }
}
