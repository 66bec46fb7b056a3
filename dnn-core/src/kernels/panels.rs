//! y = x Wᵀ + bias as weighted sums of the columns of W: vectors along the outputs, so that every sum begins with the bias and
//! takes the inputs in order, one after the other, as `naive` does.
//!
//! A panel of W, a strip of outputs by a block of inputs, is transposed on the stack and serves all samples. Where there is one
//! sample alone, columns of W stay in registers.

use crate::kernels::columns::{column, transpose};
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::linear::{Dots, Rows};
use crate::scalar::Scalar;
use core::mem::MaybeUninit;
use core::slice;

/// Scalars in a panel: 16 KB of `f32`, which leaves as much of the first cache to a block of x.
const SCALARS: usize = 4096;

#[repr(align(64))]
struct Panel<T>(MaybeUninit<[T; SCALARS]>);

impl<T: Scalar> Kernel for Dots<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let [samples, outputs, inputs] = self.shape;
        // All outputs, two vectors of them or one at a time.
        macro_rules! strips {
            ($strip:ident, $($argument:expr),*) => {{
                let mut o = 0;
                while o + 2 * V::LANES <= outputs {
                    self.$strip::<V, 2>([o, V::LANES], $($argument),*);
                    o += 2 * V::LANES;
                }
                if o + V::LANES <= outputs {
                    self.$strip::<V, 1>([o, V::LANES], $($argument),*);
                    o += V::LANES;
                }
                if o < outputs {
                    self.$strip::<V, 1>([o, outputs - o], $($argument),*);
                }
            }};
        }
        self.set_to_bias();
        // SAFETY: as of this function; strips end with the outputs, blocks with the inputs.
        unsafe {
            match samples {
                0 => {}
                1 => strips!(single,),
                _ => {
                    let (mut panel, block) = (Panel(MaybeUninit::uninit()), SCALARS / (2 * V::LANES));
                    let mut first = 0;
                    while first < inputs {
                        let count = if inputs - first > block { block } else { inputs - first };
                        strips!(strip, &mut panel, [first, count]);
                        first += count;
                    }
                }
            }
        }
    }
}

impl<T: Scalar> Dots<'_, T> {
    /// Adds the terms of `count` inputs from `first` on to C vectors of `lanes` outputs from o on, for all samples.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; inputs and outputs exist and fit in a panel.
    #[inline(always)]
    unsafe fn strip<V: Vector<T>, const C: usize>(
        &mut self,
        [o, lanes]: [usize; 2],
        panel: &mut Panel<T>,
        [first, count]: [usize; 2],
    ) {
        let [samples, outputs, inputs] = self.shape;
        let panel: *mut T = panel.0.as_mut_ptr().cast();
        // SAFETY: as of this function; `new` has checked the lengths, and all of the slice of the panel has been written.
        unsafe {
            for c in 0..C {
                let weight = self.weight.as_ptr().add((o + c * V::LANES) * inputs + first);
                transpose::<V, T>(panel.add(c * V::LANES), C * V::LANES, weight, inputs, [lanes, count]);
            }
            let mut rows = Rows {
                out: slice::from_raw_parts_mut(self.y.add(o), samples * outputs - o),
                a: &self.x[first..],
                b: slice::from_raw_parts(panel, count * C * V::LANES),
                shape: [samples, count, outputs],
                steps: [inputs, 1, C * V::LANES],
                add: true,
            };
            rows.strip::<V, C>(0, lanes);
        }
    }

    /// Adds the terms of all inputs to C vectors of `lanes` outputs from o on, for the only sample.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; the outputs exist.
    #[inline(always)]
    unsafe fn single<V: Vector<T>, const C: usize>(&mut self, [o, lanes]: [usize; 2]) {
        let inputs = self.shape[2];
        // SAFETY: as of this function; `new` has checked the lengths.
        unsafe {
            let (x, y) = (self.x.as_ptr(), self.y.add(o));
            let weight = self.weight.as_ptr().add(o * inputs);
            let mut sums = [V::splat(T::ZERO); C];
            for c in 0..C {
                sums[c] = V::load(y.add(c * V::LANES), lanes);
            }
            let mut i = 0;
            while i + 4 <= inputs {
                for c in 0..C {
                    let columns = V::columns(weight.add(c * V::LANES * inputs + i), inputs, lanes);
                    for j in 0..4 {
                        sums[c] = V::splat(*x.add(i + j)).mul_add(columns[j], sums[c]);
                    }
                }
                i += 4;
            }
            while i < inputs {
                for c in 0..C {
                    let column = column::<V, T>(weight.add(c * V::LANES * inputs + i), inputs, lanes);
                    sums[c] = V::splat(*x.add(i)).mul_add(column, sums[c]);
                }
                i += 1;
            }
            for c in 0..C {
                sums[c].store(y.add(c * V::LANES), lanes);
            }
        }
    }
}
