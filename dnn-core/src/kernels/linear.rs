//! The three products of a fully connected layer. B samples, I inputs, O outputs.
//!
//! y[b][o] = sum over i of x[b][i] w[o][i] + bias[o]
//! dx[b][i] = sum over o of dy[b][o] w[o][i]
//! dw[o][i] += sum over b of dy[b][o] x[b][i]
//!
//! The first is a tile of dot products, the other two are weighted sums of rows; all have their vectors along the inputs,
//! where x, dx, W and dW are contiguous. Nothing is packed or transposed.

use crate::kernels::level::{self, Kernel, Level, Vector};
use crate::kernels::{naive, route};
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::flat;

/// y = x Wᵀ + b
#[inline(always)]
pub(crate) fn forward<T: Scalar, const I: usize, const O: usize>(
    y: &mut [[T; O]],
    x: &[[T; I]],
    weight: &[[T; I]; O],
    bias: &impl Bias<T>,
) {
    if const { route::dots_by_gemm(I, O) } && x.len() >= route::MANY {
        Dots { y, x, weight, bias }.gemm();
    } else if const { route::dots_by_vectors(I, O) } {
        level::run(Dots { y, x, weight, bias });
    } else {
        naive::forward(y, x, weight, bias);
    }
}

/// dx = dy W
#[inline(always)]
pub(crate) fn gradient_input<T: Scalar, const I: usize, const O: usize>(
    dx: &mut [[T; I]],
    dy: &[[T; O]],
    weight: &[[T; I]; O],
) {
    if const { route::rows_by_gemm::<T>(I, O) } && dx.len() >= route::MANY && level::best() != Level::Avx512 {
        Rows::<_, _, false>::new(dx, (flat(dy), O, 1), weight).gemm();
    } else if const { route::rows_by_vectors(I, O) } {
        level::run(Rows::<_, _, false>::new(dx, (flat(dy), O, 1), weight));
    } else {
        naive::gradient_input(dx, dy, weight);
    }
}

/// dW += dyᵀ x
#[inline(always)]
pub(crate) fn gradient_weight<T: Scalar, const I: usize, const O: usize>(
    dweight: &mut [[T; I]; O],
    dy: &[[T; O]],
    x: &[[T; I]],
) {
    if const { route::rows_by_gemm::<T>(I, O) } && x.len() >= route::MANY && level::best() != Level::Avx512 {
        Rows::<_, _, true>::new(dweight, (flat(dy), 1, O), x).gemm();
    } else if const { route::rows_by_vectors(I, O) } {
        level::run(Rows::<_, _, true>::new(dweight, (flat(dy), 1, O), x));
    } else {
        naive::gradient_weight(dweight, dy, x);
    }
}

/// db += sum over samples of dy
#[inline(always)]
pub(crate) fn gradient_bias<T: Scalar, const O: usize>(dbias: &mut impl Bias<T>, dy: &[[T; O]]) {
    for dy in dy {
        for o in 0..O {
            dbias.add(o, dy[o]);
        }
    }
}

/// y[b][o] = sum over i of x[b][i] w[o][i] + bias[o]
///
/// Tiles of a few samples by four outputs. Samples are outermost: theirs stay in the first cache while W streams by.
pub(crate) struct Dots<'a, T, B, const I: usize, const O: usize> {
    pub(crate) y: &'a mut [[T; O]],
    pub(crate) x: &'a [[T; I]],
    pub(crate) weight: &'a [[T; I]; O],
    pub(crate) bias: &'a B,
}

impl<T: Scalar, B: Bias<T>, const I: usize, const O: usize> Kernel for Dots<'_, T, B, I, O> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(self) {
        let Dots { mut y, mut x, weight, bias } = self;
        // As many tiles of the largest size as fit, then one of the size that is left.
        macro_rules! tiles {
            ($($samples:literal)*) => {$(
                if $samples <= V::SAMPLES {
                    let (tiles_of_y, rest_of_y) = y.as_chunks_mut::<$samples>();
                    let (tiles_of_x, rest_of_x) = x.as_chunks::<$samples>();
                    for (y, x) in tiles_of_y.iter_mut().zip(tiles_of_x) {
                        // SAFETY: as of this function.
                        unsafe { Self::samples::<V, $samples>(y, x, weight, bias) };
                    }
                    (y, x) = (rest_of_y, rest_of_x);
                }
            )*};
        }
        tiles!(6 5 4 3 2 1);
        let _ = (y, x);
    }
}

impl<T: Scalar, B: Bias<T>, const I: usize, const O: usize> Dots<'_, T, B, I, O> {
    /// All outputs of S samples.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    unsafe fn samples<V: Vector<T>, const S: usize>(
        y: &mut [[T; O]; S],
        x: &[[T; I]; S],
        weight: &[[T; I]; O],
        bias: &B,
    ) {
        // The inputs are taken in blocks such that a block of each sample fits in 32 KB, the first cache.
        let block = 32 * 1024 / (S * size_of::<T>()) / V::LANES * V::LANES;
        let block = if S == 1 { I } else { block };
        let (fours, rest) = weight.as_chunks::<4>();
        let mut first = 0;
        while first < I {
            let last = if first + block < I { first + block } else { I };
            for (q, weight) in fours.iter().enumerate() {
                // SAFETY: as of this function.
                unsafe { Self::tile::<V, S, 4>(y, x, weight, bias, 4 * q, first, last) };
            }
            macro_rules! rest {
                ($($outputs:literal)*) => {$(
                    if O % 4 == $outputs && let Some(weight) = rest.first_chunk::<$outputs>() {
                        // SAFETY: as of this function.
                        unsafe { Self::tile::<V, S, $outputs>(y, x, weight, bias, O - $outputs, first, last) };
                    }
                )*};
            }
            rest!(1 2 3);
            first = last;
        }
    }

    /// Outputs o to o + N of S samples, the terms of the inputs from `first` to `last`.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; `last` is I, or a whole number of vectors after `first`.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const S: usize, const N: usize>(
        y: &mut [[T; O]; S],
        x: &[[T; I]; S],
        weight: &[[T; I]; N],
        bias: &B,
        o: usize,
        first: usize,
        last: usize,
    ) {
        // SAFETY: as of this function; no vector reaches beyond I.
        unsafe {
            let mut sums = [[V::splat(T::ZERO); 4]; S];
            if S == 1 {
                // One row after the other: W is one stream of memory. The rows are repeated in the source because an
                // array of vectors that a variable indexes would live in memory.
                macro_rules! rows {
                    ($($n:literal)*) => {$(
                        if let Some(weight) = weight.get($n) {
                            sums[0][$n] = dot::<V, T, I>(&x[0], weight);
                        }
                    )*};
                }
                rows!(0 1 2 3);
            } else {
                let mut i = first;
                while i + V::LANES <= last {
                    terms::<V, T, I, S, N>(&mut sums, x, weight, i, V::LANES);
                    i += V::LANES;
                }
                let rest = I % V::LANES;
                if rest > 0 && last == I {
                    terms::<V, T, I, S, N>(&mut sums, x, weight, I - rest, rest);
                }
            }
            for s in 0..S {
                let sums = V::sums(sums[s]);
                for n in 0..N {
                    if let Some(y) = y[s].get_mut(o + n) {
                        *y = sums[n] + if first == 0 { bias.of(o + n) } else { *y };
                    }
                }
            }
        }
    }
}

/// Adds the terms of the inputs from i to i + lanes to a tile of sums.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many inputs.
#[inline(always)]
unsafe fn terms<V: Vector<T>, T: Scalar, const I: usize, const S: usize, const N: usize>(
    sums: &mut [[V; 4]; S],
    x: &[[T; I]; S],
    weight: &[[T; I]; N],
    i: usize,
    lanes: usize,
) {
    // SAFETY: as of this function.
    unsafe {
        let mut samples = [V::splat(T::ZERO); S];
        for s in 0..S {
            samples[s] = V::load(x[s].as_ptr().add(i), lanes);
        }
        for n in 0..N {
            let row = V::load(weight[n].as_ptr().add(i), lanes);
            for s in 0..S {
                sums[s][n] = samples[s].mul_add(row, sums[s][n]);
            }
        }
    }
}

/// A dot product, not yet summed over the lanes. Eight sums at a time hide the latency of an addition.
///
/// # Safety
/// The machine has the instructions of `V`.
#[inline(always)]
unsafe fn dot<V: Vector<T>, T: Scalar, const I: usize>(x: &[T; I], weight: &[T; I]) -> V {
    // SAFETY: as of this function; no vector reaches beyond I.
    unsafe {
        let mut sums = [V::splat(T::ZERO); 8];
        let blocks = I / (8 * V::LANES);
        for block in 0..blocks {
            for u in 0..8 {
                let i = (8 * block + u) * V::LANES;
                let row = V::load(weight.as_ptr().add(i), V::LANES);
                sums[u] = V::load(x.as_ptr().add(i), V::LANES).mul_add(row, sums[u]);
            }
        }
        for u in 0..8 {
            let i = (8 * blocks + u) * V::LANES;
            if i < I {
                let lanes = if i + V::LANES <= I { V::LANES } else { I % V::LANES };
                let row = V::load(weight.as_ptr().add(i), lanes);
                sums[u] = V::load(x.as_ptr().add(i), lanes).mul_add(row, sums[u]);
            }
        }
        for half in [4, 2, 1] {
            for u in 0..half {
                sums[u] = sums[u].add(sums[u + half]);
            }
        }
        sums[0]
    }
}

/// out[r][i] = sum over k of a[r, k] b[k][i], or added to out: R weighted sums of the K rows of b, each of I scalars.
///
/// The sums of a tile of rows by two vectors stay in registers over all K. Strips of two vectors are outermost: that of b
/// stays in the first cache while the rows pass.
pub(crate) struct Rows<'a, T, const I: usize, const ADD: bool> {
    pub(crate) out: &'a mut [[T; I]],
    /// [R, K], with the distances from row to row and from term to term
    pub(crate) a: (&'a [T], usize, usize),
    pub(crate) b: &'a [[T; I]],
}

impl<T: Scalar, const I: usize, const ADD: bool> Kernel for Rows<'_, T, I, ADD> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(mut self) {
        let whole = I - I % V::LANES;
        // SAFETY: as of this function; strips end where the rows end.
        unsafe {
            let mut i = 0;
            if self.out.len() == 1 || self.b.len() < 4 {
                // One row, or hardly a sum: eight vectors of one row after the other, as the rows lie in memory.
                while i + 8 * V::LANES <= whole {
                    i += 8 * V::LANES;
                }
                for r in 0..self.out.len() {
                    for eight in 0..i / (8 * V::LANES) {
                        self.tile::<V, 1, 8>(r, eight * 8 * V::LANES, V::LANES);
                    }
                    for one in i / V::LANES..whole / V::LANES {
                        self.tile::<V, 1, 1>(r, one * V::LANES, V::LANES);
                    }
                }
            } else {
                while i + 2 * V::LANES <= whole {
                    self.strip::<V, 2>(i, V::LANES);
                    i += 2 * V::LANES;
                }
                if i < whole {
                    self.strip::<V, 1>(i, V::LANES);
                }
            }
            if whole < I {
                self.strip::<V, 1>(whole, I % V::LANES);
            }
        }
    }
}

impl<'a, T: Scalar, const I: usize, const ADD: bool> Rows<'a, T, I, ADD> {
    #[inline(always)]
    pub(crate) fn new(out: &'a mut [[T; I]], a: (&'a [T], usize, usize), b: &'a [[T; I]]) -> Self {
        assert!(a.0.len() == out.len() * b.len(), "a batch and its gradients have different lengths");
        Rows { out, a, b }
    }

    /// All rows of C vectors of `lanes` lanes from column i on.
    ///
    /// # Safety
    /// As of `tile`.
    #[inline(always)]
    unsafe fn strip<V: Vector<T>, const C: usize>(&mut self, i: usize, lanes: usize) {
        let mut r = 0;
        macro_rules! tiles {
            ($($rows:literal)*) => {$(
                while $rows <= V::ROWS && self.out.len() - r >= $rows {
                    // SAFETY: as of this function.
                    unsafe { self.tile::<V, $rows, C>(r, i, lanes) };
                    r += $rows;
                }
            )*};
        }
        tiles!(12 8 6 4 2 1);
    }

    /// Rows r to r + R of C vectors of `lanes` lanes from column i on.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and rows and columns exist.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const R: usize, const C: usize>(&mut self, r: usize, i: usize, lanes: usize) {
        let (a, row, step) = self.a;
        // SAFETY: as of this function; `new` has checked the length of a.
        unsafe {
            let mut sums = [[V::splat(T::ZERO); C]; R];
            for (k, b) in self.b.iter().enumerate() {
                let a = a.as_ptr().add(r * row + k * step);
                let mut terms = [V::splat(T::ZERO); C];
                for c in 0..C {
                    terms[c] = V::load(b.as_ptr().add(i + c * V::LANES), lanes);
                }
                for r in 0..R {
                    let factor = V::splat(*a.add(r * row));
                    for c in 0..C {
                        sums[r][c] = factor.mul_add(terms[c], sums[r][c]);
                    }
                }
            }
            let out = self.out.as_mut_ptr().add(r).cast::<T>();
            if ADD {
                // All loads come before the stores: a load waits for an unfinished partial store that it overlaps.
                for r in 0..R {
                    for c in 0..C {
                        sums[r][c] = sums[r][c].add(V::load(out.add(r * I + i + c * V::LANES), lanes));
                    }
                }
            }
            for r in 0..R {
                for c in 0..C {
                    sums[r][c].store(out.add(r * I + i + c * V::LANES), lanes);
                }
            }
        }
    }
}
