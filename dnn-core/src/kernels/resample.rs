//! Planes of another size: zeros around them, and elements between theirs.
//!
//! pad        y[c][h + top][w + left] = x[c][h][w], and 0 elsewhere
//! resample   y[c][oh][ow] = sum over two rows a and two columns b of share(a) share(b) x[c][a][b]

use crate::scalar::Scalar;
use crate::shape::padded;

/// Zeros before and behind: of rows first, of columns second.
#[derive(Clone, Copy)]
pub(crate) struct Padding {
    /// Above, and to the left.
    pub(crate) before: [usize; 2],
    /// Below, and to the right.
    pub(crate) behind: [usize; 2],
}

impl Padding {
    /// [OH, OW] for [H, W].
    pub(crate) const fn output(&self, [h, w]: [usize; 2]) -> [usize; 2] {
        let Padding { before, behind } = *self;
        [padded(h, before[0], behind[0]), padded(w, before[1], behind[1])]
    }
}

/// y = x with zeros around
#[inline(always)]
pub(crate) fn pad<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    y: &mut [[[[T; OW]; OH]; C]],
    x: &[[[[T; W]; H]; C]],
    Padding { before, .. }: Padding,
) {
    for (y, x) in y.iter_mut().zip(x) {
        for c in 0..C {
            for oh in 0..OH {
                for ow in 0..OW {
                    let row = x[c].get(oh.wrapping_sub(before[0]));
                    let value = row.and_then(|row| row.get(ow.wrapping_sub(before[1])));
                    y[c][oh][ow] = value.copied().unwrap_or(T::ZERO);
                }
            }
        }
    }
}

/// dx = what lies in dy where x lies in y
#[inline(always)]
pub(crate) fn pad_back<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    dx: &mut [[[[T; W]; H]; C]],
    _: &[[[[T; W]; H]; C]],
    dy: &[[[[T; OW]; OH]; C]],
    Padding { before, .. }: Padding,
) {
    for (dx, dy) in dx.iter_mut().zip(dy) {
        for c in 0..C {
            for h in 0..H {
                for w in 0..W {
                    let value = dy[c].get(h + before[0]).and_then(|row| row.get(w + before[1]));
                    dx[c][h][w] = value.copied().unwrap_or(T::ZERO);
                }
            }
        }
    }
}

/// How elements between others are found.
#[derive(Clone, Copy)]
pub(crate) struct Resampling {
    /// OH, OW, both more than 0
    pub(crate) output: [usize; 2],
    /// Between two neighbours by distance; otherwise the one at floor(position length / output).
    pub(crate) linear: bool,
    /// Whether the centres of the first and last elements lie on each other, and not their outer edges.
    pub(crate) corners: bool,
}

impl Resampling {
    /// [OH, OW] for any [H, W].
    pub(crate) const fn output(&self, _: [usize; 2]) -> [usize; 2] {
        assert!(self.output[0] > 0 && self.output[1] > 0, "the output has no element");
        self.output
    }

    /// The two rows (`dim` 0) or columns that a position lies between, with their shares.
    #[inline(always)]
    fn neighbours<T: Scalar>(&self, dim: usize, position: usize, length: usize) -> [(usize, T); 2] {
        let output = self.output[dim];
        if !self.linear {
            let nearest = (position * length).checked_div(output).unwrap_or(0);
            return [(nearest, T::ONE), (nearest, T::ZERO)];
        }
        let (at, lengths) = (position as f64, [length, output].map(|length| length as f64));
        let place = match (self.corners, output) {
            (true, 1) => 0.0,
            (true, _) => at * (lengths[0] - 1.0) / (lengths[1] - 1.0),
            (false, _) => (at + 0.5) * lengths[0] / lengths[1] - 0.5,
        };
        let place = if place > 0.0 { place } else { 0.0 };
        let first = place as usize; // rounds down
        let second = if first + 1 < length { first + 1 } else { first };
        let share = place - first as f64;
        [(first, T::from_f64(1.0 - share)), (second, T::from_f64(share))]
    }
}

/// y = shares of the four elements of x around each position
#[inline(always)]
pub(crate) fn resample<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    y: &mut [[[[T; OW]; OH]; C]],
    x: &[[[[T; W]; H]; C]],
    resampling: Resampling,
) {
    for oh in 0..OH {
        let rows = resampling.neighbours::<T>(0, oh, H);
        for ow in 0..OW {
            let columns = resampling.neighbours::<T>(1, ow, W);
            for (y, x) in y.iter_mut().zip(x) {
                for c in 0..C {
                    let mut sum = T::ZERO;
                    for (row, above) in rows {
                        let Some(row) = x[c].get(row) else { continue };
                        for (column, beside) in columns {
                            // A share of nothing is left out, so that a NaN beside stays there.
                            if let Some(x) = row.get(column).filter(|_| above != T::ZERO && beside != T::ZERO) {
                                sum += above * beside * *x;
                            }
                        }
                    }
                    y[c][oh][ow] = sum;
                }
            }
        }
    }
}

/// dx = the sum of dy by the shares that the element has
#[inline(always)]
pub(crate) fn resample_back<
    T: Scalar,
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
>(
    dx: &mut [[[[T; W]; H]; C]],
    _: &[[[[T; W]; H]; C]],
    dy: &[[[[T; OW]; OH]; C]],
    resampling: Resampling,
) {
    for dx in dx.iter_mut() {
        for c in 0..C {
            dx[c] = [[T::ZERO; W]; H];
        }
    }
    for oh in 0..OH {
        let rows = resampling.neighbours::<T>(0, oh, H);
        for ow in 0..OW {
            let columns = resampling.neighbours::<T>(1, ow, W);
            for (dx, dy) in dx.iter_mut().zip(dy) {
                for c in 0..C {
                    for (row, above) in rows {
                        let Some(row) = dx[c].get_mut(row) else { continue };
                        for (column, beside) in columns {
                            if let Some(dx) = row.get_mut(column).filter(|_| above != T::ZERO && beside != T::ZERO) {
                                *dx += above * beside * dy[c][oh][ow];
                            }
                        }
                    }
                }
            }
        }
    }
}
