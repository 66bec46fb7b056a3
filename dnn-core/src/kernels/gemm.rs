//! The only file that names `matrixmultiply`: every product has a path through it, but with the feature `deterministic`, whose
//! promise it cannot keep: no product takes the path then.
//!
//! It serves what no kernel of this crate serves better (`kernels` says which shapes) and checks the others in tests.

use crate::kernels::linear::{Dots, Rows};
use crate::scalar::Scalar;

/// The product that serves matrices of this scalar type.
pub trait Gemm: Sized {
    /// C = A B + beta C for A of shape [M, K], B of [K, N] and C of [M, N], the rows of C one after the other; A and B
    /// with their distances from row to row and from column to column.
    ///
    /// # Safety
    /// Every element that the shapes and distances name exists.
    #[cfg(all(feature = "gemm", not(feature = "deterministic")))]
    unsafe fn gemm(
        shape: [usize; 3],
        a: (*const Self, usize, usize),
        b: (*const Self, usize, usize),
        beta: Self,
        c: *mut Self,
    );
}

macro_rules! gemm {
    ($scalar:ty, $gemm:ident) => {
        impl Gemm for $scalar {
            #[cfg(all(feature = "gemm", not(feature = "deterministic")))]
            #[inline(never)]
            unsafe fn gemm(
                [m, k, n]: [usize; 3],
                (a, a_row, a_column): (*const $scalar, usize, usize),
                (b, b_row, b_column): (*const $scalar, usize, usize),
                beta: $scalar,
                c: *mut $scalar,
            ) {
                let [a_row, a_column, b_row, b_column, c_row] =
                    [a_row, a_column, b_row, b_column, n].map(|distance| distance as isize);
                // SAFETY: as of this function.
                unsafe {
                    matrixmultiply::$gemm(m, k, n, 1.0, a, a_row, a_column, b, b_row, b_column, beta, c, c_row, 1)
                }
            }
        }
    };
}
gemm!(f32, sgemm);
gemm!(f64, dgemm);

impl<T: Scalar> Dots<'_, T> {
    /// y = x Wᵀ + b; without the feature `gemm` as vectors.
    pub(crate) fn gemm(&mut self) {
        #[cfg(not(all(feature = "gemm", not(feature = "deterministic"))))]
        T::large_dots(self);
        #[cfg(all(feature = "gemm", not(feature = "deterministic")))]
        {
            let [samples, outputs, inputs] = self.shape;
            self.set_to_bias();
            let (x, w, y) = (self.x.as_ptr(), self.weight.as_ptr(), self.y);
            // SAFETY: `new` has checked that x is [B, I], y [B, O], and W transposed [I, O].
            unsafe { T::gemm([samples, inputs, outputs], (x, inputs, 1), (w, 1, inputs), T::ONE, y) }
        }
    }
}

impl<T: Scalar> Rows<'_, T> {
    /// out = a b, or out += aᵀ b; without the feature `gemm` as vectors.
    pub(crate) fn gemm(&mut self) {
        #[cfg(not(all(feature = "gemm", not(feature = "deterministic"))))]
        T::large_rows(self);
        #[cfg(all(feature = "gemm", not(feature = "deterministic")))]
        {
            let [row, step, next] = self.steps;
            let beta = if self.add { T::ONE } else { T::ZERO };
            let (a, b, out) = (self.a.as_ptr(), self.b.as_ptr(), self.out.as_mut_ptr());
            // SAFETY: `new` has checked that out is [R, I], a [R, K] by its steps, and b [K, I].
            unsafe { T::gemm(self.shape, (a, row, step), (b, next, 1), beta, out) }
        }
    }
}
