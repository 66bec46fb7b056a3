//! y = x Wᵀ + bias for one sample and long rows: one row of W after the other, so that W is one stream of memory.
//!
//! That stream is all that one sample waits for. A vector as long as a line of the cache that does not begin with a line is
//! two reads: where weights do not, they are read by lines, and each vector is put together of two of them; x is copied to
//! where lines begin. The terms keep their order, so that the bits do not depend on where weights and samples lie.

use crate::kernels::ahead::LINE;
use crate::kernels::blocks::copy;
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::linear::Dots;
use crate::scalar::Scalar;
use core::mem::MaybeUninit;

/// Memory for a sample, on the stack.
#[repr(align(64))]
struct Copy(MaybeUninit<[u8; 16 * 1024]>);

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
            if size_of::<V>() == LINE && !x.addr().is_multiple_of(LINE) && inputs * size_of::<T>() <= size_of::<Copy>()
            {
                let to: *mut T = place.0.as_mut_ptr().cast();
                copy::<V, T>(to, x, inputs);
                x = to;
            }
            let zero = V::splat(T::ZERO);
            for o in 0..outputs {
                let sum = dot(x, weight.add(o * inputs), inputs);
                *y.add(o) = V::sums([sum, zero, zero, zero])[0] + self.dots.bias(o);
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
    // SAFETY: as of this function; no vector, and no line, reaches beyond the inputs.
    unsafe {
        let mut sums = [V::splat(T::ZERO); 8];
        let mut i = 0;
        // Scalars from the beginning of a line to the row.
        let into = weight.addr() % LINE / size_of::<T>();
        if size_of::<V>() == LINE && into > 0 && inputs >= 9 * V::LANES {
            let mut line = V::across(sums[0], V::load(weight, V::LANES), V::LANES - into);
            while i + 9 * V::LANES <= inputs {
                for u in 0..8 {
                    let next = V::load(weight.add(i + (u + 1) * V::LANES - into), V::LANES);
                    let terms = V::across(line, next, into);
                    sums[u] = V::load(x.add(i + u * V::LANES), V::LANES).mul_add(terms, sums[u]);
                    line = next;
                }
                i += 8 * V::LANES;
            }
        }
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
