//! y = x Wᵀ + bias for one sample and long rows: one row of W after the other, so that W is one stream of memory.
//!
//! That stream is all that one sample waits for, and a processor that is asked for its lines 2 KB ahead brings them in two thirds of
//! the time. A vector as long as a line of the cache that does not begin with a line is two reads, so W is read by its lines, in
//! which a row may begin anywhere; x is copied to where its scalars meet those of the row. Each scalar of a row is added to the sum
//! that its place in the row names, so that the bits do not depend on where weights and samples lie.

use crate::kernels::ahead::{LINE, prefetch};
use crate::kernels::blocks::copy;
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::linear::Dots;
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Memory for a sample, on the stack, and for zeros before it.
#[repr(align(64))]
struct Copy(MaybeUninit<[u8; 16 * 1024]>);

/// Bytes from a vector of W to the one that is asked for: where vectors are half as long, processors know by themselves.
const AHEAD: usize = 2048;

/// All outputs of sample b.
pub(super) struct Single<'a, 'b, T> {
    pub(super) dots: &'a mut Dots<'b, T>,
    pub(super) b: usize,
}

impl<T: Scalar> Kernel for Single<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let ([_, outputs, inputs], b) = (self.dots.shape, self.b);
        let mut place = Copy(MaybeUninit::uninit());
        // SAFETY: as of this function; `Dots::new` has checked the lengths, and the sample fits in the copy.
        unsafe {
            let (mut x, weight) = (self.dots.x.as_ptr().add(b * inputs), self.dots.weight.as_ptr());
            let y = self.dots.y.add(b * self.dots.row);
            // Whether every row begins with a line, and so does x, or else whether x can be copied.
            let whole = (weight.addr() | (inputs * size_of::<T>())).is_multiple_of(LINE);
            let copied = inputs * size_of::<T>() + 2 * LINE <= size_of::<Copy>();
            if size_of::<V>() == LINE && copied && !(whole && x.addr().is_multiple_of(LINE)) {
                let to = place.0.as_mut_ptr().cast::<T>().add(V::LANES + into(weight));
                V::splat(T::ZERO).store(to.sub(V::LANES), V::LANES);
                copy::<V, T>(to, x, inputs);
                x = to;
            }
            let lines = size_of::<V>() == LINE && copied && !whole;
            let mut o = 0;
            while o < outputs {
                let count = if outputs - o < 4 { outputs - o } else { 4 };
                let mut rows = [V::splat(T::ZERO); 4];
                if lines {
                    for (n, row) in rows.iter_mut().enumerate().take(count) {
                        *row = dot::<V, T, true>(x, weight.add((o + n) * inputs), inputs);
                    }
                } else {
                    for (n, row) in rows.iter_mut().enumerate().take(count) {
                        *row = dot::<V, T, false>(x, weight.add((o + n) * inputs), inputs);
                    }
                }
                let sums = V::sums(rows);
                for (n, sum) in sums.into_iter().enumerate().take(count) {
                    *y.add(o + n) = sum + self.dots.bias(o + n);
                }
                o += count;
            }
        }
    }
}

/// Scalars from the beginning of a line to a row.
#[inline(always)]
fn into<T>(row: *const T) -> usize {
    row.addr() % LINE / size_of::<T>()
}

/// A dot product, not yet summed over the lanes. Eight sums at a time hide the latency of an addition: scalar i goes to lane
/// i modulo LANES of sum i / LANES modulo 8. LINES says that W is read by lines, wherever rows begin; then x has zeros before it.
///
/// # Safety
/// The machine has the instructions of `V`, which is a line if LINES says so; there are as many inputs behind both pointers, and a
/// vector of them at least.
#[inline(always)]
#[allow(clippy::collapsible_match, reason = "each number of vectors has the same arm")]
unsafe fn dot<V: Vector<T>, T: Scalar, const LINES: bool>(x: *const T, weight: *const T, inputs: usize) -> V {
    // SAFETY: as of this function; no vector reaches beyond the inputs of W, nor beyond the zeros of x.
    unsafe {
        let zero = V::splat(T::ZERO);
        let mut sums = [zero; 8];
        let into = if LINES { into(weight) } else { 0 };
        let first = V::load(weight, V::LANES);
        let first = if LINES { V::across(zero, first, V::LANES - into) } else { first };
        if size_of::<V>() == LINE {
            prefetch::<1, T>(weight.wrapping_byte_add(AHEAD));
        }
        sums[0] = V::load(x.sub(into), V::LANES).mul_add(first, zero);
        let mut i = V::LANES - into;
        macro_rules! terms {
            ($lanes:expr; $($u:literal)*) => {$({
                let (x, weight) = (x.add(i + $u * V::LANES), weight.add(i + $u * V::LANES));
                if size_of::<V>() == LINE {
                    prefetch::<1, T>(weight.wrapping_byte_add(AHEAD));
                }
                sums[($u + 1) % 8] = V::load(x, $lanes).mul_add(V::load(weight, $lanes), sums[($u + 1) % 8]);
            })*};
        }
        while i + 8 * V::LANES <= inputs {
            terms!(V::LANES; 0 1 2 3 4 5 6 7);
            i += 8 * V::LANES;
        }
        // One branch for what is left of a row: a chain of them takes a fifth of the time.
        let (vectors, rest) = ((inputs - i) / V::LANES, (inputs - i) % V::LANES);
        macro_rules! left {
            ($($vectors:literal: $($u:literal)*;)*) => {
                match vectors {
                    $($vectors => {
                        terms!(V::LANES; $($u)*);
                        if rest > 0 {
                            terms!(rest; $vectors);
                        }
                    })*
                    _ => {}
                }
            };
        }
        left!(0:; 1: 0; 2: 0 1; 3: 0 1 2; 4: 0 1 2 3; 5: 0 1 2 3 4; 6: 0 1 2 3 4 5; 7: 0 1 2 3 4 5 6;);
        if LINES {
            // The scalars of lanes before the row's first one belong to the sum before.
            let begin = sums[0];
            for u in 0..7 {
                sums[u] = V::across(sums[u], sums[u + 1], into);
            }
            sums[7] = V::across(sums[7], begin, into);
        }
        for half in [4, 2, 1] {
            for u in 0..half {
                sums[u] = sums[u].add(sums[u + half]);
            }
        }
        sums[0]
    }
}
