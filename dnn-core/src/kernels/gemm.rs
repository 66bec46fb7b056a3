//! The only file that names `matrixmultiply`: every product has a path through it.
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
    #[cfg(feature = "gemm")]
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
            #[cfg(feature = "gemm")]
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
        #[cfg(not(feature = "gemm"))]
        T::dots(self);
        #[cfg(feature = "gemm")]
        {
            let [samples, outputs, inputs] = self.shape;
            for b in 0..samples {
                for o in 0..outputs {
                    self.y[b * outputs + o] = self.bias(o);
                }
            }
            let (x, w, y) = (self.x.as_ptr(), self.weight.as_ptr(), self.y.as_mut_ptr());
            // SAFETY: `new` has checked that x is [B, I], y [B, O], and W transposed [I, O].
            unsafe { T::gemm([samples, inputs, outputs], (x, inputs, 1), (w, 1, inputs), T::ONE, y) }
        }
    }
}

impl<T: Scalar> Rows<'_, T> {
    /// out = a b, or out += aᵀ b; without the feature `gemm` as vectors.
    pub(crate) fn gemm(&mut self) {
        #[cfg(not(feature = "gemm"))]
        T::rows(self);
        #[cfg(feature = "gemm")]
        {
            let (columns, [row, step]) = (self.shape[2], self.steps);
            let beta = if self.add { T::ONE } else { T::ZERO };
            let (a, b, out) = (self.a.as_ptr(), self.b.as_ptr(), self.out.as_mut_ptr());
            // SAFETY: `new` has checked that out is [R, I], a [R, K] by its steps, and b [K, I].
            unsafe { T::gemm(self.shape, (a, row, step), (b, columns, 1), beta, out) }
        }
    }
}
