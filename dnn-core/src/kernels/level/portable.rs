//! What every target has.

use super::{Kernel, Vector};
use crate::kernels::columns;
use crate::scalar::Scalar;

/// The portable vector: four scalars, which the compiler maps to what the target has.
#[derive(Clone, Copy)]
pub struct Lanes<T>(pub(in crate::kernels) [T; 4]);

impl<T: Scalar> Vector<T> for Lanes<T> {
    const LANES: usize = 4;
    const SAMPLES: usize = 2;
    const ROWS: usize = 4;
    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Lanes([x; 4])
    }
    #[inline(always)]
    unsafe fn load(from: *const T, lanes: usize) -> Self {
        let mut v = [T::ZERO; 4];
        for i in 0..4 {
            if i < lanes {
                // SAFETY: the caller owns `lanes` scalars.
                v[i] = unsafe { from.add(i).read() };
            }
        }
        Lanes(v)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T, lanes: usize) {
        for i in 0..4 {
            if i < lanes {
                // SAFETY: the caller owns `lanes` scalars.
                unsafe { to.add(i).write(self.0[i]) };
            }
        }
    }
    #[inline(always)]
    unsafe fn add(mut self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] += b.0[i];
        }
        self
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, mut c: Self) -> Self {
        for i in 0..4 {
            c.0[i] += self.0[i] * b.0[i];
        }
        c
    }
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn sums(of: [Self; 4]) -> [T; 4] {
        // Unless they are opaque here, LLVM transposes the loops before, at less than half their speed.
        core::hint::black_box(of).map(|v| (v.0[0] + v.0[1]) + (v.0[2] + v.0[3]))
    }
    #[inline(always)]
    unsafe fn columns(from: *const T, row: usize, rows: usize) -> [Self; 4] {
        // SAFETY: as of the trait.
        unsafe { columns::of_4(from, row, rows) }.map(Lanes)
    }
    #[inline(always)]
    unsafe fn to_rows(columns: [Self; 4], to: *mut T, row: usize, rows: usize) {
        // SAFETY: as of the trait.
        unsafe { columns::to_4(columns.map(|v| v.0), to, row, rows) }
    }
    #[inline(always)]
    unsafe fn split(Lanes([a, b, c, d]): Self, Lanes([e, f, g, h]): Self) -> [Self; 2] {
        [Lanes([a, c, e, g]), Lanes([b, d, f, h])]
    }
    #[inline(always)]
    unsafe fn merge(Lanes([a, b, c, d]): Self, Lanes([e, f, g, h]): Self) -> [Self; 2] {
        [Lanes([a, e, b, f]), Lanes([c, g, d, h])]
    }
    #[inline(always)]
    unsafe fn larger(self, than: Self, a: Self, mut b: Self) -> Self {
        for i in 0..4 {
            #[allow(clippy::eq_op, reason = "only a NaN is not equal to itself")]
            let is_larger = (self.0[i] > than.0[i]) | (self.0[i] != self.0[i]);
            b.0[i] = if is_larger { a.0[i] } else { b.0[i] };
        }
        b
    }
    #[inline(always)]
    unsafe fn equal(self, to: Self, a: Self, mut b: Self) -> Self {
        for i in 0..4 {
            b.0[i] = if self.0[i] == to.0[i] { a.0[i] } else { b.0[i] };
        }
        b
    }
    #[inline(never)]
    unsafe fn call<K: Kernel<Scalar = T>>(kernel: &mut K) {
        // SAFETY: an array needs no instructions that could be missing.
        unsafe { kernel.run::<Self>() }
    }
}
