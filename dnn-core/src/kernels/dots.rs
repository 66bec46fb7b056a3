//! y = x Wᵀ + bias as tiles of dot products: vectors along the inputs, whose lanes are summed at the end.
//!
//! Tiles of a few samples by four outputs, or of one sample more by two. Samples are outermost: theirs stay in the first cache
//! while W streams by.

use crate::kernels::ahead::LINE;
use crate::kernels::blocks::{self, Blocks};
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::linear::Dots;
use crate::kernels::single::Single;
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Memory for a block of each sample of a tile, on the stack: as much as the first cache holds.
#[repr(align(64))]
struct Copy(MaybeUninit<[u8; 32 * 1024]>);

impl<T: Scalar> Kernel for Dots<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        if V::ROWS >= 6 && blocks::outputs::<T>(self.whole) {
            // SAFETY: as of this function.
            return unsafe { V::call(&mut Blocks::of_outputs(self)) };
        }
        // Tiles of the largest size, then one of the size that is left. One sample more than the largest size does not read all
        // of W alone: it is in a tile of half the width.
        let (samples, mut b) = (self.shape[0], 0);
        let left = samples % V::SAMPLES;
        let last = if left == 1 && samples > V::SAMPLES { V::SAMPLES + 1 } else { left };
        let copy = self.repays_a_copy::<V>();
        macro_rules! tiles {
            ($($samples:literal)*) => {$(
                let of_this_size = if $samples == V::SAMPLES && b == 0 {
                    samples - last
                } else if b + $samples == samples {
                    $samples
                } else {
                    0
                };
                if $samples <= V::SAMPLES + 1 && of_this_size > 0 {
                    let samples = [b, b + of_this_size];
                    // SAFETY: as of this function.
                    unsafe {
                        if size_of::<V>() == LINE && copy {
                            V::call(&mut Tiles::<T, $samples, true> { dots: self, samples });
                        } else {
                            V::call(&mut Tiles::<T, $samples, false> { dots: self, samples });
                        }
                    }
                    b += of_this_size;
                }
            )*};
        }
        tiles!(6 3 2); // of every level
        tiles!(7 5 4 3 2);
        if b < samples {
            // SAFETY: as of this function.
            unsafe {
                // One sample of many, which is all that a thread has, takes its sums as the others do.
                if self.shape[2] < 16 * V::LANES || self.whole[0] > 1 {
                    self.local().samples::<V, 1>(b, None);
                } else {
                    V::call(&mut Single { dots: self, b });
                }
            }
        }
    }
}

/// Tiles of S samples, from the first one to the last: a function of its own, whose registers LLVM handles well. COPY says
/// whether samples are copied to where lines of the cache begin.
struct Tiles<'a, 'b, T, const S: usize, const COPY: bool> {
    dots: &'a mut Dots<'b, T>,
    samples: [usize; 2],
}

impl<T: Scalar, const S: usize, const COPY: bool> Kernel for Tiles<'_, '_, T, S, COPY> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let (mut dots, [mut b, end]) = (self.dots.local(), self.samples);
        let mut copy = Copy(MaybeUninit::uninit());
        while b < end {
            // SAFETY: as of this function.
            unsafe { dots.samples::<V, S>(b, COPY.then_some(&mut copy)) };
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

    /// Whether it is worth copying samples, some at a time, to where lines of the cache begin: where a vector is a line and
    /// theirs do not begin with one, and where many outputs read them.
    #[inline(always)]
    fn repays_a_copy<V>(&self) -> bool {
        let [_, outputs, inputs] = self.shape;
        let apart = self.x.as_ptr().addr() | (inputs * size_of::<T>());
        size_of::<V>() == LINE && outputs >= 64 && !apart.is_multiple_of(LINE)
    }

    /// All outputs of samples b to b + S, which are copied if there is memory for it.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and the samples exist.
    #[inline(always)]
    unsafe fn samples<V: Vector<T>, const S: usize>(&mut self, b: usize, mut copy: Option<&mut Copy>) {
        let [_, outputs, inputs] = self.shape;
        // The inputs are taken in blocks such that a block of each sample fits in 32 KB, the first cache: the same blocks in
        // tiles of any size, so that a sum does not depend on it.
        let block = size_of::<Copy>() / ((V::SAMPLES + 1) * size_of::<T>()) / V::LANES * V::LANES;
        let mut first = 0;
        while first < inputs {
            let last = if inputs - first > block { first + block } else { inputs };
            let mut o = 0;
            // SAFETY: as of this function; the tiles end with the outputs, and the copy has room for S blocks.
            unsafe {
                let mut x = (self.x.as_ptr().add(b * inputs), inputs);
                if let Some(copy) = &mut copy {
                    let (to, row): (*mut T, _) =
                        (copy.0.as_mut_ptr().cast(), (last - first).next_multiple_of(V::LANES));
                    for s in 0..S {
                        blocks::copy::<V, T>(to.add(s * row), x.0.add(s * inputs + first), last - first);
                    }
                    x = (to.wrapping_sub(first), row);
                }
                while S <= V::SAMPLES && o + 4 <= outputs {
                    self.tile::<V, S, 4>(b, o, x, [first, last]);
                    o += 4;
                }
                while o + 2 <= outputs {
                    self.tile::<V, S, 2>(b, o, x, [first, last]);
                    o += 2;
                }
                if o < outputs {
                    self.tile::<V, S, 1>(b, o, x, [first, last]);
                }
            }
            first = last;
        }
    }

    /// Outputs o to o + N of samples b to b + S, the terms of the inputs from `first` to `last`; `x` is where the first sample
    /// begins, or would if the inputs before `first` were there too, and the distance to the next one.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; samples and outputs exist; `last` is I, or a whole number of vectors after
    /// `first`.
    #[inline(always)]
    unsafe fn tile<V: Vector<T>, const S: usize, const N: usize>(
        &mut self,
        b: usize,
        o: usize,
        (x, row): (*const T, usize),
        [first, last]: [usize; 2],
    ) {
        let inputs = self.shape[2];
        // SAFETY: as of this function; `new` has checked the lengths, and no vector reaches beyond I.
        unsafe {
            let weight = self.weight.as_ptr().add(o * inputs);
            let mut sums = [[V::splat(T::ZERO); 4]; S];
            // One counter for all rows: where it began with zero, the compiler would have one for each.
            let mut i = first;
            while i + V::LANES <= last {
                terms::<V, T, S, N>(&mut sums, (x.wrapping_add(i), row), (weight.add(i), inputs), V::LANES);
                i += V::LANES;
            }
            let rest = (last - i) % V::LANES;
            if rest > 0 {
                terms::<V, T, S, N>(&mut sums, (x.wrapping_add(i), row), (weight.add(i), inputs), rest);
            }
            let mut bias = [T::ZERO; N];
            for n in 0..N {
                bias[n] = self.bias(o + n);
            }
            let y = self.y.add(b * self.row + o);
            for s in 0..S {
                let sums = V::sums(sums[s]);
                for n in 0..N {
                    let y = y.add(s * self.row + n);
                    *y = sums[n] + if first == 0 { bias[n] } else { *y };
                }
            }
        }
    }
}

/// Adds the next terms, as many as `lanes`, of S samples by N outputs; the rows of each are so far apart.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many inputs.
#[inline(always)]
unsafe fn terms<V: Vector<T>, T: Scalar, const S: usize, const N: usize>(
    sums: &mut [[V; 4]; S],
    (x, row): (*const T, usize),
    (weight, next): (*const T, usize),
    lanes: usize,
) {
    // SAFETY: as of this function.
    unsafe {
        let mut samples = [V::splat(T::ZERO); S];
        for s in 0..S {
            samples[s] = V::load(x.add(s * row), lanes);
        }
        for n in 0..N {
            let weight = V::load(weight.add(n * next), lanes);
            for s in 0..S {
                sums[s][n] = samples[s].mul_add(weight, sums[s][n]);
            }
        }
    }
}
