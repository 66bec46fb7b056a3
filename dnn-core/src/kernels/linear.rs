//! The three products of a fully connected layer. B samples, I inputs, O outputs.
//!
//! y[b][o] = sum over i of x[b][i] w[o][i] + bias[o]
//! dx[b][i] = sum over o of dy[b][o] w[o][i]
//! dw[o][i] = sum over b of dy[b][o] x[b][i], or added to what is there
//!
//! The last two are weighted sums of rows, with vectors along the inputs, where dx, x, W and dW are contiguous. The first is
//! a tile of dot products (`dots`), with vectors along the inputs too; with the feature `deterministic`, it is a weighted sum
//! of rows of W transposed (`panels`), with vectors along the outputs.

use crate::kernels::blocks;
use crate::kernels::level::{Kernel, Vector};
#[cfg(feature = "std")]
use crate::kernels::team;
use crate::kernels::{naive, route, scalar, update};
use crate::layers::Bias;
use crate::optim::Update;
use crate::scalar::Scalar;
use crate::tensor::{flat, flat_mut};
use core::hint::black_box;
use core::marker::PhantomData;

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
        Dots::new(flat_mut(y), flat(x), flat(weight), bias.as_slice(), [x.len(), O, I])
            .by_vectors(const { blocks::outputs_of_some::<T>(I, O) });
    } else if const { route::by_scalars(I, O) } {
        let samples = x.len().min(y.len());
        scalar::forward(flat_mut(y), flat(x), flat(weight), bias.as_slice(), [samples, O, I]);
    } else {
        naive::forward(y, x, weight, bias);
    }
}

/// dx = dy W, or dx += dy W
#[inline(always)]
pub(crate) fn gradient_input<T: Scalar, const I: usize, const O: usize>(
    dx: &mut [[T; I]],
    dy: &[[T; O]],
    weight: &[[T; I]; O],
    add: bool,
) {
    if const { route::rows_by_gemm(I, O) } && dx.len() >= route::MANY {
        Rows::of_product(flat_mut(dx), flat(dy), flat(weight), [dy.len(), O, I]).adding(add).gemm();
    } else if const { route::rows_by_vectors(I, O) } {
        Rows::of_product(flat_mut(dx), flat(dy), flat(weight), [dy.len(), O, I])
            .adding(add)
            .by_vectors(const { blocks::sums_of_some::<T>(I, O) });
    } else if const { route::by_scalars(I, O) } {
        let samples = dx.len().min(dy.len());
        if !add {
            flat_mut(dx).fill(T::ZERO);
        }
        scalar::gradient_input(flat_mut(dx), flat(dy), flat(weight), [samples, O, I]);
    } else {
        naive::gradient_input(dx, dy, weight, add);
    }
}

/// dW = dyᵀ x, or dW += dyᵀ x
#[inline(always)]
pub(crate) fn gradient_weight<T: Scalar, const I: usize, const O: usize>(
    dweight: &mut [[T; I]; O],
    dy: &[[T; O]],
    x: &[[T; I]],
    add: bool,
) {
    if const { route::rows_by_gemm(I, O) } && x.len() >= route::MANY {
        Rows::of_gradient(flat_mut(dweight), flat(dy), flat(x), [O, x.len(), I]).adding(add).gemm();
    } else if const { route::rows_by_vectors(I, O) } {
        Rows::of_gradient(flat_mut(dweight), flat(dy), flat(x), [O, x.len(), I])
            .adding(add)
            .by_vectors(const { blocks::sums_of_some::<T>(I, O) });
    } else {
        if !add {
            flat_mut(dweight).fill(T::ZERO);
        }
        if const { route::by_scalars(I, O) } {
            let samples = x.len().min(dy.len());
            scalar::gradient_weight(flat_mut(dweight), flat(dy), flat(x), [samples, O, I]);
        } else {
            naive::gradient_weight(dweight, dy, x);
        }
    }
}

/// dW = dyᵀ x, and the update of W by it where that is made behind the product
#[inline(always)]
pub(crate) fn gradient_weight_and_update<T: Scalar, const I: usize, const O: usize>(
    dweight: &mut [[T; I]; O],
    dy: &[[T; O]],
    x: &[[T; I]],
    weight: &mut [[T; I]; O],
    of_step: &mut Update<'_, T>,
) {
    let shape = [x.len(), O, I];
    let behind = const { route::update_behind(I, O) }
        && x.len() >= route::MANY
        && update::repays()
        && !blocks::sums::<T>([O, x.len(), I], [1, O, I])
        && of_step.behind(flat_mut(dweight), flat_mut(weight), [flat(dy), flat(x)], shape);
    if !behind {
        gradient_weight(dweight, dy, x, false);
    }
}

/// db = sum over samples of dy, or db += that
#[inline(always)]
pub(crate) fn gradient_bias<T: Scalar, const O: usize>(dbias: &mut impl Bias<T>, dy: &[[T; O]], add: bool) {
    if const { route::rows_by_vectors(1, O) } && dbias.as_slice().len() == O {
        let one = [T::ONE];
        return T::rows(&mut Rows::of_columns(dbias.values(), &one, flat(dy), [dy.len(), O]).adding(add));
    }
    if !add {
        dbias.values().fill(T::ZERO);
    }
    for dy in dy {
        for o in 0..O {
            dbias.add(o, dy[o]);
        }
    }
}

/// y[b][o] = sum over i of x[b][i] w[o][i] + bias[o]
pub struct Dots<'a, T> {
    pub(super) y: *mut T,
    /// The distance in y from sample to sample: threads have outputs beside each other.
    pub(super) row: usize,
    pub(super) of: PhantomData<&'a mut [T]>,
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    /// for each output, one for all, or none
    pub(super) bias: &'a [T],
    /// B, O, I
    pub(super) shape: [usize; 3],
    /// The shape of the product that threads share, by which it takes its way.
    pub(super) whole: [usize; 3],
}

// SAFETY: it is an exclusive reference to its outputs of each sample, and all else is read.
unsafe impl<T: Send + Sync> Send for Dots<'_, T> {}

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
        Dots { y: y.as_mut_ptr(), row: outputs, of: PhantomData, x, weight, bias, shape, whole: shape }
    }

    /// Runs by vectors: those of a large layer perhaps in blocks.
    #[inline(always)]
    pub(super) fn by_vectors(&mut self, large: bool) {
        if large { T::large_dots(self) } else { T::dots(self) }
    }

    /// Does its work on several threads, if there are any and it is worth that.
    #[cfg(feature = "std")]
    pub(super) fn share(&mut self, work: fn(&mut Dots<'_, T>)) -> bool {
        let Dots { y, row, x, weight, bias, whole, .. } = *self;
        let [samples, outputs, inputs] = whole;
        let threads = team::threads(samples * outputs * inputs);
        if threads < 2 {
            return false;
        }
        let mut parts = [const { None }; team::MOST];
        if by_outputs(outputs, threads) {
            // Whole tiles of every level; each thread reads the rows of W that it has updated.
            let each = outputs.div_ceil(threads).next_multiple_of(4);
            for (i, (part, weight)) in parts.iter_mut().zip(weight.chunks(each * inputs)).enumerate() {
                let (y, shape) = (y.wrapping_add(i * each), [samples, weight.len() / inputs, inputs]);
                let bias = if bias.len() > 1 { &bias[i * each..][..shape[1]] } else { bias };
                *part = Some(Dots { y, row, of: PhantomData, x, weight, bias, shape, whole });
            }
        } else {
            // Whole tiles of every level, so that each sample stands in a tile of the height that it has in one thread.
            let each = samples.div_ceil(threads).next_multiple_of(6);
            for (i, (part, x)) in parts.iter_mut().zip(x.chunks(each * inputs)).enumerate() {
                let (y, shape) = (y.wrapping_add(i * each * row), [x.len() / inputs, outputs, inputs]);
                *part = Some(Dots { y, row, of: PhantomData, x, weight, bias, shape, whole });
            }
        }
        team::share(parts, work);
        true
    }

    /// y = bias
    #[inline(always)]
    pub(super) fn set_to_bias(&mut self) {
        let [samples, outputs, _] = self.shape;
        for b in 0..samples {
            for o in 0..outputs {
                // SAFETY: `new` has checked that there are as many.
                unsafe { *self.y.add(b * self.row + o) = self.bias(o) };
            }
        }
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
}

/// Whether threads share the outputs of each sample and not the samples, where there are enough: then each reads only those
/// rows of W that it updates itself, and they fit in its cache. With the feature `deterministic`, `panels` wants whole samples.
#[cfg(feature = "std")]
fn by_outputs(outputs: usize, threads: usize) -> bool {
    cfg!(not(feature = "deterministic")) && outputs >= 32 * threads
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
    /// The distances in a from row to row of the output and from term to term, and in b from term to term.
    pub(super) steps: [usize; 3],
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
        Self::new(out, a, b, shape, [shape[1], 1, shape[2]], false)
    }

    /// out += aᵀ b for a of [K, R] and b of [K, I]; `shape` is R, K, I.
    #[inline(always)]
    pub(crate) fn of_gradient(out: &'a mut [T], a: &'a [T], b: &'a [T], shape: [usize; 3]) -> Self {
        Self::new(out, a, b, shape, [1, shape[0], shape[2]], true)
    }

    /// out += the sum of the rows of b, of [K, I]: each once; `shape` is K, I.
    #[inline(always)]
    pub(crate) fn of_columns(out: &'a mut [T], one: &'a [T; 1], b: &'a [T], [terms, columns]: [usize; 2]) -> Self {
        assert!(out.len() == columns && b.len() == terms * columns, "a batch and its gradients differ in length");
        Rows { out, a: one, b, shape: [1, terms, columns], steps: [1, 0, columns], add: true }
    }

    #[inline(always)]
    fn new(out: &'a mut [T], a: &'a [T], b: &'a [T], shape: [usize; 3], steps: [usize; 3], add: bool) -> Self {
        let [rows, terms, columns] = shape;
        let lengths = [rows * columns, rows * terms, terms * columns];
        assert!([out.len(), a.len(), b.len()] == lengths, "a batch and its gradients differ in length");
        Rows { out, a, b, shape, steps, add }
    }

    /// The same, added to what is there if `add`.
    #[inline(always)]
    pub(crate) fn adding(self, add: bool) -> Self {
        Rows { add, ..self }
    }

    /// The same in local variables, which a store to `out` does not make the compiler read again.
    #[inline(always)]
    pub(super) fn local(&mut self) -> Rows<'_, T> {
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
    pub(super) unsafe fn strip<V: Vector<T>, const C: usize>(&mut self, i: usize, lanes: usize) {
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

    /// Runs by vectors: those of a large layer perhaps in blocks.
    #[inline(always)]
    pub(super) fn by_vectors(&mut self, large: bool) {
        if large { T::large_rows(self) } else { T::rows(self) }
    }

    /// Does its work on several threads, if there are any and it is worth that.
    #[cfg(feature = "std")]
    pub(super) fn share(&mut self, work: fn(&mut Rows<'_, T>)) -> bool {
        let Rows { a, b, shape: [rows, terms, columns], steps, add, .. } = *self;
        let threads = team::threads(rows * terms * columns);
        if threads < 2 || rows < threads {
            return false;
        }
        let each = rows.div_ceil(threads);
        let mut parts = [const { None }; team::MOST];
        for (i, (part, out)) in parts.iter_mut().zip(self.out.chunks_mut(each * columns)).enumerate() {
            let shape = [out.len() / columns, terms, columns];
            *part = Some(Rows { out, a: &a[i * each * steps[0]..], b, shape, steps, add });
        }
        team::share(parts, work);
        true
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
        let ([_, _, columns], [row, step, next]) = (self.shape, self.steps);
        // SAFETY: as of this function; `new` has checked the lengths.
        unsafe {
            let out = self.out.as_mut_ptr().add(r * columns + i);
            let sums = match self.add {
                true => Self::read::<V, R, C>(out, columns, lanes),
                false => [[V::splat(T::ZERO); C]; R],
            };
            let (a, b) = (self.a.as_ptr().add(r * row), self.b.as_ptr().add(i));
            let sums = Self::terms::<V, R, C>(sums, (a, row, step), (b, next), terms, lanes);
            Self::write(sums, out, columns, lanes);
        }
    }

    /// A tile of sums from where rows are `columns` apart.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and rows and lanes exist.
    #[inline(always)]
    pub(super) unsafe fn read<V: Vector<T>, const R: usize, const C: usize>(
        from: *const T,
        columns: usize,
        lanes: usize,
    ) -> [[V; C]; R] {
        // SAFETY: as of this function.
        unsafe {
            let (mut sums, mut row) = ([[V::splat(T::ZERO); C]; R], from);
            for r in 0..R {
                for c in 0..C {
                    sums[r][c] = V::load(row.add(c * V::LANES), lanes);
                }
                row = row.wrapping_add(columns);
            }
            sums
        }
    }

    /// A tile of sums to where rows are `columns` apart.
    ///
    /// # Safety
    /// As of `read`.
    #[inline(always)]
    pub(super) unsafe fn write<V: Vector<T>, const R: usize, const C: usize>(
        sums: [[V; C]; R],
        to: *mut T,
        columns: usize,
        lanes: usize,
    ) {
        // SAFETY: as of this function.
        unsafe {
            // Unless the place is opaque here, LLVM computes that of every row before the sums, and keeps them on the stack.
            let mut row = black_box(to);
            for r in 0..R {
                for c in 0..C {
                    sums[r][c].store(row.add(c * V::LANES), lanes);
                }
                row = row.wrapping_add(columns);
            }
        }
    }

    /// A tile of sums with its terms added: of a with its distances from row to row and from term to term, and of b with
    /// that from term to term.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; rows, terms and lanes exist.
    #[inline(always)]
    pub(super) unsafe fn terms<V: Vector<T>, const R: usize, const C: usize>(
        mut sums: [[V; C]; R],
        (a, row, step): (*const T, usize, usize),
        (b, next): (*const T, usize),
        terms: usize,
        lanes: usize,
    ) -> [[V; C]; R] {
        // SAFETY: as of this function.
        unsafe {
            for k in 0..terms {
                let (a, b) = (a.add(k * step), b.add(k * next));
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
        }
        sums
    }
}
