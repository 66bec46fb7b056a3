//! y = x Wᵀ + bias as weighted sums of the columns of W: vectors along the outputs, so that every sum begins with the bias and
//! takes the inputs in order, one after the other, as `naive` does.
//!
//! A panel of W, a strip of outputs by a block of inputs, is transposed on the stack and serves all samples.

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
        if samples == 0 {
            return;
        }
        self.set_to_bias();
        let (mut panel, block) = (Panel(MaybeUninit::uninit()), SCALARS / (2 * V::LANES));
        let mut first = 0;
        while first < inputs {
            let count = if inputs - first > block { block } else { inputs - first };
            let mut o = 0;
            // SAFETY: as of this function; strips end with the outputs, blocks with the inputs.
            unsafe {
                while o + 2 * V::LANES <= outputs {
                    self.strip::<V, 2>(&mut panel, [o, V::LANES], [first, count]);
                    o += 2 * V::LANES;
                }
                if o + V::LANES <= outputs {
                    self.strip::<V, 1>(&mut panel, [o, V::LANES], [first, count]);
                    o += V::LANES;
                }
                if o < outputs {
                    self.strip::<V, 1>(&mut panel, [o, outputs - o], [first, count]);
                }
            }
            first += count;
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
        panel: &mut Panel<T>,
        [o, lanes]: [usize; 2],
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
                out: &mut self.y[o..],
                a: &self.x[first..],
                b: slice::from_raw_parts(panel, count * C * V::LANES),
                shape: [samples, count, outputs],
                steps: [inputs, 1, C * V::LANES],
                add: true,
            };
            rows.strip::<V, C>(0, lanes);
        }
    }
}

/// to[k][r] = from[r][k] for `rows` rows, which become a vector, and `columns` columns; the lanes behind the last row hold
/// what there is.
///
/// # Safety
/// The machine has the instructions of `V`; rows `row` apart and columns exist, of at most `V::LANES` rows and one at least,
/// and so do places `next` apart for as many vectors as columns.
#[inline(always)]
unsafe fn transpose<V: Vector<T>, T: Scalar>(
    to: *mut T,
    next: usize,
    from: *const T,
    row: usize,
    [rows, columns]: [usize; 2],
) {
    // SAFETY: as of this function.
    unsafe {
        let mut k = 0;
        while k + 4 <= columns {
            let vectors = V::columns(from.add(k), row, rows);
            for j in 0..4 {
                vectors[j].store(to.add((k + j) * next), V::LANES);
            }
            k += 4;
        }
        while k < columns {
            for r in 0..V::LANES {
                let row = if r < rows { r } else { rows - 1 } * row;
                *to.add(k * next + r) = *from.add(row + k);
            }
            k += 1;
        }
    }
}
