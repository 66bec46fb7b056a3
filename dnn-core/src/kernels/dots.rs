//! y = x Wᵀ + bias as tiles of dot products: vectors along the inputs, whose lanes are summed at the end.
//!
//! Tiles of a few samples by four outputs, or of one sample more by two. Samples are outermost: theirs stay in the first cache
//! while W streams by.

use crate::kernels::ahead::LINE;
use crate::kernels::blocks;
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
        // One sample of many, which is all that a thread has, takes its sums as the others do.
        // SAFETY: as of this function.
        unsafe {
            if self.shape[0] == 1 && self.whole[0] == 1 && self.shape[2] >= 16 * V::LANES {
                V::call(&mut Single { dots: self, b: 0 });
            } else {
                V::call(&mut Samples(self));
            }
        }
    }
}

/// Many samples, or short rows: a function of its own, for which one sample does not make room on the stack.
struct Samples<'a, 'b, T>(&'a mut Dots<'b, T>);

impl<T: Scalar> Kernel for Samples<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let mut dots = self.0.local();
        // Tiles of the largest size, then one of the size that is left. One sample more than the largest size does not read all
        // of W alone: it is in a tile of half the width.
        let ([samples, _, inputs], copies) = (dots.shape, dots.repays_a_copy::<V>());
        let left = samples % V::SAMPLES;
        let last = if left == 1 && samples > V::SAMPLES { V::SAMPLES + 1 } else { left };
        let mut copy = Copy(MaybeUninit::uninit());
        let mut b = 0;
        while b < samples {
            let (size, end) = if b < samples - last { (V::SAMPLES, samples - last) } else { (last, samples) };
            // What is copied is copied tile by tile and block by block.
            let end = if copies { b + size } else { end };
            let mut first = 0;
            while first < inputs {
                let last = if copies && inputs - first > Dots::<T>::block::<V>() {
                    first + Dots::<T>::block::<V>()
                } else {
                    inputs
                };
                // SAFETY: as of this function; the samples exist, and the copy has room for a block of each.
                unsafe {
                    let mut x = (dots.x.as_ptr().add(b * inputs), inputs);
                    if copies {
                        let (to, row): (*mut T, _) =
                            (copy.0.as_mut_ptr().cast(), (last - first).next_multiple_of(V::LANES));
                        for s in 0..size {
                            blocks::copy::<V, T>(to.add(s * row), x.0.add(s * inputs + first), last - first);
                        }
                        x = (to.wrapping_sub(first), row);
                    }
                    let (samples, inputs) = ([b, end], [first, last]);
                    macro_rules! tiles {
                        ($($size:literal)*) => {
                            match size {
                                $($size if $size <= V::SAMPLES + 1 => {
                                    V::call(&mut Tiles::<T, $size> { dots: &mut dots, samples, x, inputs })
                                })*
                                _ => dots.samples::<V, 1>(b, x, inputs),
                            }
                        };
                    }
                    tiles!(2 3 4 5 6 7);
                }
                first = last;
            }
            b = end;
        }
    }
}

/// Tiles of S samples, from the first one to the last: a function of its own, whose registers LLVM handles well.
struct Tiles<'a, 'b, T, const S: usize> {
    dots: &'a mut Dots<'b, T>,
    samples: [usize; 2],
    /// Where the first of these samples begins, or would if the inputs before the first one were there too, and the distance to
    /// the next one.
    x: (*const T, usize),
    /// From the first input to the last.
    inputs: [usize; 2],
}

impl<T: Scalar, const S: usize> Kernel for Tiles<'_, '_, T, S> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let (mut dots, [mut b, end], (mut x, mut row)) = (self.dots.local(), self.samples, self.x);
        if size_of::<V>() != LINE {
            row = dots.shape[2]; // nothing is copied, and one register does for x and W
        }
        while b < end {
            // SAFETY: as of this function.
            unsafe { dots.samples::<V, S>(b, (x, row), self.inputs) };
            b += S;
            x = x.wrapping_add(S * row);
        }
    }
}

impl<T: Scalar> Dots<'_, T> {
    /// The same in local variables, which a store to y does not make the compiler read again.
    #[inline(always)]
    fn local(&mut self) -> Dots<'_, T> {
        Dots { y: self.y, ..*self }
    }

    /// Inputs whose block of each sample of a tile fits in 32 KB, the first cache: the same ones in tiles of any size, so that a
    /// sum does not depend on it.
    #[inline(always)]
    fn block<V: Vector<T>>() -> usize {
        size_of::<Copy>() / ((V::SAMPLES + 1) * size_of::<T>()) / V::LANES * V::LANES
    }

    /// Whether it is worth copying samples, some at a time, to where lines of the cache begin: where a vector is a line and
    /// theirs do not begin with one, and where many outputs read them.
    #[inline(always)]
    fn repays_a_copy<V>(&self) -> bool {
        let [_, outputs, inputs] = self.shape;
        let apart = self.x.as_ptr().addr() | (inputs * size_of::<T>());
        size_of::<V>() == LINE && outputs >= 64 && !apart.is_multiple_of(LINE)
    }

    /// All outputs of samples b to b + S, of the terms of some inputs; `x` and `inputs` as of [`Tiles`].
    ///
    /// # Safety
    /// The machine has the instructions of `V`; samples and inputs exist, these from the first one of a block on.
    #[inline(always)]
    unsafe fn samples<V: Vector<T>, const S: usize>(
        &mut self,
        b: usize,
        x: (*const T, usize),
        [mut first, end]: [usize; 2],
    ) {
        let outputs = self.shape[1];
        while first < end {
            let last = if end - first > Self::block::<V>() { first + Self::block::<V>() } else { end };
            let mut o = 0;
            // SAFETY: as of this function; the tiles end with the outputs.
            unsafe {
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
            let (bias, y) = (self.biases::<N>(o), self.y.add(b * self.row + o));
            // What a sum is added to: the bias, or the sum of the blocks before.
            let (start, apart): (*const [T; N], _) = if first == 0 { (&bias, 0) } else { (y.cast(), self.row) };
            let (mut y, mut start) = (y, start);
            for s in 0..S {
                let (sums, mut y_of) = (V::sums(sums[s]), *start);
                for n in 0..N {
                    y_of[n] = sums[n] + y_of[n];
                }
                *y.cast() = y_of;
                (y, start) = (y.wrapping_add(self.row), start.cast::<T>().wrapping_add(apart).cast());
            }
        }
    }

    /// What is added to outputs o to o + N.
    #[inline(always)]
    fn biases<const N: usize>(&self, o: usize) -> [T; N] {
        match self.bias {
            [] => [T::ZERO; N],
            [shared] => [*shared; N],
            // SAFETY: `new` has checked that there is one for each output.
            each => unsafe { *each.as_ptr().add(o).cast() },
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
