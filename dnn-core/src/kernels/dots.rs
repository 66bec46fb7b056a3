//! y = x Wᵀ + bias as tiles of dot products: vectors along the inputs, whose lanes are summed at the end.
//!
//! Tiles of a few samples by four outputs. Samples are outermost: theirs stay in the first cache while W streams by.

use crate::kernels::blocks::{self, Blocks};
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::linear::Dots;
use crate::scalar::Scalar;

impl<T: Scalar> Kernel for Dots<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        if V::ROWS >= 6 && blocks::outputs::<T>(self.samples, self.shape) {
            // SAFETY: as of this function.
            return unsafe { V::call(&mut Blocks::of_outputs(self)) };
        }
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

impl<T: Scalar> Dots<'_, T> {
    /// The same in local variables, which a store to y does not make the compiler read again.
    #[inline(always)]
    fn local(&mut self) -> Dots<'_, T> {
        Dots { y: self.y, ..*self }
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
