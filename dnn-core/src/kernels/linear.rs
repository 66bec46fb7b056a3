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
use crate::tensor::{flat, flat_mut};

/// y = x Wᵀ + b
#[inline(always)]
pub(crate) fn forward<T: Scalar, const I: usize, const O: usize>(
    y: &mut [[T; O]],
    x: &[[T; I]],
    weight: &[[T; I]; O],
    bias: &impl Bias<T>,
) {
    if const { route::dots_by_gemm(I, O) } && x.len() >= route::MANY {
        Dots::new(flat_mut(y), flat(x), flat(weight), bias.as_slice(), [x.len(), O, I]).gemm();
    } else if const { route::dots_by_vectors(I, O) } {
        T::dots(&mut Dots::new(flat_mut(y), flat(x), flat(weight), bias.as_slice(), [x.len(), O, I]));
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
        Rows::of_product(flat_mut(dx), flat(dy), flat(weight), [dy.len(), O, I]).gemm();
    } else if const { route::rows_by_vectors(I, O) } {
        T::rows(&mut Rows::of_product(flat_mut(dx), flat(dy), flat(weight), [dy.len(), O, I]));
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
        Rows::of_gradient(flat_mut(dweight), flat(dy), flat(x), [O, x.len(), I]).gemm();
    } else if const { route::rows_by_vectors(I, O) } {
        T::rows(&mut Rows::of_gradient(flat_mut(dweight), flat(dy), flat(x), [O, x.len(), I]));
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
pub struct Dots<'a, T> {
    pub(super) y: &'a mut [T],
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    /// for each output, one for all, or none
    pub(super) bias: &'a [T],
    /// B, O, I
    pub(super) shape: [usize; 3],
}

impl<T: Scalar> Kernel for Dots<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let mut b = 0;
        // As many tiles of the largest size as fit, then one of the size that is left.
        macro_rules! tiles {
            ($($samples:literal)*) => {$(
                if $samples <= V::SAMPLES && self.shape[0] - b >= $samples {
                    // SAFETY: as of this function.
                    unsafe { V::call(&mut Tiles::<T, $samples> { dots: self, first: b }) };
                    b = self.shape[0] - (self.shape[0] - b) % $samples;
                }
            )*};
        }
        tiles!(6 4 3 2);
        if b < self.shape[0] {
            // SAFETY: as of this function.
            unsafe {
                if self.shape[2] < 16 * V::LANES {
                    self.local().samples::<V, 1>(b);
                } else {
                    self.local().row_by_row::<V>(b);
                }
            }
        }
    }
}

/// Tiles of S samples, as many as there are from the first on: a function of its own, whose registers LLVM handles well.
struct Tiles<'a, 'b, T, const S: usize> {
    dots: &'a mut Dots<'b, T>,
    first: usize,
}

impl<T: Scalar, const S: usize> Kernel for Tiles<'_, '_, T, S> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let (mut dots, mut b) = (self.dots.local(), self.first);
        while dots.shape[0] - b >= S {
            // SAFETY: as of this function.
            unsafe { dots.samples::<V, S>(b) };
            b += S;
        }
    }
}

impl<'a, T: Scalar> Dots<'a, T> {
    /// `shape` is samples, outputs, inputs.
    #[inline(always)]
    pub(crate) fn new(y: &'a mut [T], x: &'a [T], weight: &'a [T], bias: &'a [T], shape: [usize; 3]) -> Self {
        let [samples, outputs, inputs] = shape;
        assert!(
            y.len() == samples * outputs && x.len() == samples * inputs,
            "a batch and its outputs differ in length"
        );
        assert!(weight.len() == outputs * inputs, "a weight has another shape than its layer");
        assert!(bias.len() <= 1 || bias.len() == outputs, "a bias has neither one element nor one for each output");
        Dots { y, x, weight, bias, shape }
    }

    /// The same in local variables, which a store to y does not make the compiler read again.
    #[inline(always)]
    fn local(&mut self) -> Dots<'_, T> {
        Dots { y: self.y, ..*self }
    }

    /// What is added to output `o`.
    #[inline(always)]
    pub(super) fn bias(&self, o: usize) -> T {
        match self.bias {
            [] => T::ZERO,
            [shared] => *shared,
            // SAFETY: `new` has checked that there is one for each output.
            each => unsafe { *each.get_unchecked(o) },
        }
    }

    /// All outputs of sample b from long rows, one row after the other: W is one stream of memory.
    ///
    /// # Safety
    /// As of `samples`.
    #[inline(always)]
    unsafe fn row_by_row<V: Vector<T>>(&mut self, b: usize) {
        let [_, outputs, inputs] = self.shape;
        // SAFETY: as of this function; `new` has checked the lengths.
        unsafe {
            let (x, zero) = (self.x.as_ptr().add(b * inputs), V::splat(T::ZERO));
            for o in 0..outputs {
                let sum = dot(x, self.weight.as_ptr().add(o * inputs), inputs);
                *self.y.as_mut_ptr().add(b * outputs + o) = V::sums([sum, zero, zero, zero])[0] + self.bias(o);
            }
        }
    }

    /// All outputs of samples b to b + S.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and the samples exist.
    #[inline(always)]
    unsafe fn samples<V: Vector<T>, const S: usize>(&mut self, b: usize) {
        let [_, outputs, inputs] = self.shape;
        // The inputs are taken in blocks such that a block of each sample fits in 32 KB, the first cache.
        let block = 32 * 1024 / (S * size_of::<T>()) / V::LANES * V::LANES;
        let mut first = 0;
        while first < inputs {
            let last = if inputs - first > block { first + block } else { inputs };
            let mut o = 0;
            // SAFETY: as of this function; the tiles end with the outputs.
            unsafe {
                while o + 4 <= outputs {
                    self.tile::<V, S, 4>(b, o, first, last);
                    o += 4;
                }
                if o + 2 <= outputs {
                    self.tile::<V, S, 2>(b, o, first, last);
                    o += 2;
                }
                if o < outputs {
                    self.tile::<V, S, 1>(b, o, first, last);
                }
            }
            first = last;
        }
    }

    /// Outputs o to o + N of samples b to b + S, the terms of the inputs from `first` to `last`.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; samples and outputs exist; `last` is I, or a whole number of vectors after
    /// `first`.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const S: usize, const N: usize>(
        &mut self,
        b: usize,
        o: usize,
        first: usize,
        last: usize,
    ) {
        let [_, outputs, inputs] = self.shape;
        // SAFETY: as of this function; `new` has checked the lengths, and no vector reaches beyond I.
        unsafe {
            let (x, weight) = (self.x.as_ptr().add(b * inputs), self.weight.as_ptr().add(o * inputs));
            let mut sums = [[V::splat(T::ZERO); 4]; S];
            let mut i = first;
            while i + V::LANES <= last {
                terms::<V, T, S, N>(&mut sums, x.add(i), weight.add(i), inputs, V::LANES);
                i += V::LANES;
            }
            let rest = (last - i) % V::LANES;
            if rest > 0 {
                terms::<V, T, S, N>(&mut sums, x.add(i), weight.add(i), inputs, rest);
            }
            let mut bias = [T::ZERO; N];
            for n in 0..N {
                bias[n] = self.bias(o + n);
            }
            let y = self.y.as_mut_ptr().add(b * outputs + o);
            for s in 0..S {
                let sums = V::sums(sums[s]);
                for n in 0..N {
                    let y = y.add(s * outputs + n);
                    *y = sums[n] + if first == 0 { bias[n] } else { *y };
                }
            }
        }
    }
}

/// Adds the next terms, as many as `lanes`, of S samples by N outputs, whose rows are `row` apart.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many inputs.
#[inline(always)]
unsafe fn terms<V: Vector<T>, T: Scalar, const S: usize, const N: usize>(
    sums: &mut [[V; 4]; S],
    x: *const T,
    weight: *const T,
    row: usize,
    lanes: usize,
) {
    // SAFETY: as of this function.
    unsafe {
        let mut samples = [V::splat(T::ZERO); S];
        for s in 0..S {
            samples[s] = V::load(x.add(s * row), lanes);
        }
        for n in 0..N {
            let weight = V::load(weight.add(n * row), lanes);
            for s in 0..S {
                sums[s][n] = samples[s].mul_add(weight, sums[s][n]);
            }
        }
    }
}

/// A dot product, not yet summed over the lanes. Eight sums at a time hide the latency of an addition.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many inputs behind both pointers.
#[inline(always)]
unsafe fn dot<V: Vector<T>, T: Scalar>(x: *const T, weight: *const T, inputs: usize) -> V {
    // SAFETY: as of this function; no vector reaches beyond the inputs.
    unsafe {
        let mut sums = [V::splat(T::ZERO); 8];
        let mut i = 0;
        macro_rules! blocks {
            ($($if:tt $vectors:literal)*) => {$(
                $if i + $vectors * V::LANES <= inputs {
                    for u in 0..$vectors {
                        let (x, weight) = (x.add(i + u * V::LANES), weight.add(i + u * V::LANES));
                        sums[u % 8] = V::load(x, V::LANES).mul_add(V::load(weight, V::LANES), sums[u % 8]);
                    }
                    i += $vectors * V::LANES;
                }
            )*};
        }
        blocks!(while 16 if 8 if 4 if 2 if 1);
        let rest = inputs % V::LANES;
        if rest > 0 {
            sums[0] = V::load(x.add(i), rest).mul_add(V::load(weight.add(i), rest), sums[0]);
        }
        for half in [4, 2, 1] {
            for u in 0..half {
                sums[u] = sums[u].add(sums[u + half]);
            }
        }
        sums[0]
    }
}

/// out[r][i] = sum over k of a[r][k] b[k][i], or out[r][i] += sum over k of a[k][r] b[k][i]: R weighted sums of the K rows
/// of b, each of I scalars.
///
/// The sums of a tile of rows by two vectors stay in registers over all K. Strips of two vectors are outermost: that of b
/// stays in the first cache while the rows pass.
pub struct Rows<'a, T> {
    pub(super) out: &'a mut [T],
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
    /// R, K, I
    pub(super) shape: [usize; 3],
    /// The distances in a from row to row of the output and from term to term.
    pub(super) steps: [usize; 2],
    /// Whether the sums are added to what is there.
    pub(super) add: bool,
}

impl<T: Scalar> Kernel for Rows<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [rows, terms, columns] = self.shape;
        // SAFETY: as of this function.
        unsafe {
            let mut first = 0;
            if rows == 1 || terms < 4 && columns >= 8 * V::LANES {
                match terms {
                    1 => self.local().row_by_row::<V>(1),
                    2 => self.local().row_by_row::<V>(2),
                    3 => self.local().row_by_row::<V>(3),
                    _ => self.local().row_by_row::<V>(terms),
                }
                first = columns - columns % V::LANES;
            }
            if first < columns {
                V::call(&mut Strips { rows: self, first });
            }
        }
    }
}

/// Strips of two vectors of all rows, from the first column on.
struct Strips<'a, 'b, T> {
    rows: &'a mut Rows<'b, T>,
    first: usize,
}

impl<T: Scalar> Kernel for Strips<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let (mut rows, mut i) = (self.rows.local(), self.first);
        let columns = rows.shape[2];
        // SAFETY: as of this function; strips end where the rows end.
        unsafe {
            while i + 2 * V::LANES <= columns {
                rows.strip::<V, 2>(i, V::LANES);
                i += 2 * V::LANES;
            }
            if i + V::LANES <= columns {
                rows.strip::<V, 1>(i, V::LANES);
                i += V::LANES;
            }
            let rest = (columns - i) % V::LANES;
            if rest > 0 {
                rows.strip::<V, 1>(i, rest);
            }
        }
    }
}

impl<'a, T: Scalar> Rows<'a, T> {
    /// out = a b for a of [R, K] and b of [K, I]; `shape` is R, K, I.
    #[inline(always)]
    pub(crate) fn of_product(out: &'a mut [T], a: &'a [T], b: &'a [T], shape: [usize; 3]) -> Self {
        Self::new(out, a, b, shape, [shape[1], 1], false)
    }

    /// out += aᵀ b for a of [K, R] and b of [K, I]; `shape` is R, K, I.
    #[inline(always)]
    pub(crate) fn of_gradient(out: &'a mut [T], a: &'a [T], b: &'a [T], shape: [usize; 3]) -> Self {
        Self::new(out, a, b, shape, [1, shape[0]], true)
    }

    #[inline(always)]
    fn new(out: &'a mut [T], a: &'a [T], b: &'a [T], shape: [usize; 3], steps: [usize; 2], add: bool) -> Self {
        let [rows, terms, columns] = shape;
        let lengths = [rows * columns, rows * terms, terms * columns];
        assert!([out.len(), a.len(), b.len()] == lengths, "a batch and its gradients differ in length");
        Rows { out, a, b, shape, steps, add }
    }

    /// The same in local variables, which a store to `out` does not make the compiler read again.
    #[inline(always)]
    fn local(&mut self) -> Rows<'_, T> {
        Rows { out: self.out, ..*self }
    }

    /// The whole vectors of one row after the other, as they lie in memory, eight at a time: for one row, and for hardly a
    /// sum, where constant `terms` leave no loop.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and there are as many terms.
    #[inline(always)]
    unsafe fn row_by_row<V: Vector<T>>(&mut self, terms: usize) {
        let [rows, _, columns] = self.shape;
        // SAFETY: as of this function; vectors end where the rows end.
        unsafe {
            for r in 0..rows {
                let mut i = 0;
                while i + 8 * V::LANES <= columns {
                    self.tile::<V, 1, 8>(r, i, V::LANES, terms);
                    i += 8 * V::LANES;
                }
                while i + V::LANES <= columns {
                    self.tile::<V, 1, 1>(r, i, V::LANES, terms);
                    i += V::LANES;
                }
            }
        }
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
                while $rows <= V::ROWS && self.shape[0] - r >= $rows {
                    // SAFETY: as of this function.
                    unsafe { self.tile::<V, $rows, C>(r, i, lanes, self.shape[1]) };
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
    unsafe fn tile<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        r: usize,
        i: usize,
        lanes: usize,
        terms: usize,
    ) {
        let ([_, _, columns], [row, step]) = (self.shape, self.steps);
        // SAFETY: as of this function; `new` has checked the lengths.
        unsafe {
            let mut sums = [[V::splat(T::ZERO); C]; R];
            for k in 0..terms {
                let (a, b) = (self.a.as_ptr().add(r * row + k * step), self.b.as_ptr().add(k * columns + i));
                let mut terms = [V::splat(T::ZERO); C];
                for c in 0..C {
                    terms[c] = V::load(b.add(c * V::LANES), lanes);
                }
                for r in 0..R {
                    let factor = V::splat(*a.add(r * row));
                    for c in 0..C {
                        sums[r][c] = factor.mul_add(terms[c], sums[r][c]);
                    }
                }
            }
            let out = self.out.as_mut_ptr().add(r * columns + i);
            if self.add {
                // All loads come before the stores: a load waits for an unfinished partial store that it overlaps.
                for r in 0..R {
                    for c in 0..C {
                        sums[r][c] = sums[r][c].add(V::load(out.add(r * columns + c * V::LANES), lanes));
                    }
                }
            }
            for r in 0..R {
                for c in 0..C {
                    sums[r][c].store(out.add(r * columns + c * V::LANES), lanes);
                }
            }
        }
    }
}
