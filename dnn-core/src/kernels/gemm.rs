//! The only file that names `matrixmultiply`: every product has a path through it.
//!
//! It serves what no kernel of this crate serves better (`kernels` says which shapes) and checks the others in tests.

use crate::kernels::linear::{Dots, Rows};
use crate::layers::Bias;
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

impl<T: Scalar, B: Bias<T>, const I: usize, const O: usize> Dots<'_, T, B, I, O> {
    /// y = x Wᵀ + b; without the feature `gemm` as vectors.
    #[inline(never)]
    pub(crate) fn gemm(self) {
        #[cfg(not(feature = "gemm"))]
        crate::kernels::level::run(self);
        #[cfg(feature = "gemm")]
        {
            for y in &mut *self.y {
                for o in 0..O {
                    y[o] = self.bias.of(o);
                }
            }
            let shape = [self.y.len().min(self.x.len()), I, O];
            let (x, w, y) = (self.x.as_ptr().cast(), self.weight.as_ptr().cast(), self.y.as_mut_ptr().cast());
            // SAFETY: x is [B, I] and y [B, O] with the lesser B of the two, W transposed is [I, O].
            unsafe { T::gemm(shape, (x, I, 1), (w, 1, I), T::ONE, y) }
        }
    }
}

impl<T: Scalar, const I: usize, const ADD: bool> Rows<'_, T, I, ADD> {
    /// out = a b, or out += a b; without the feature `gemm` as vectors.
    #[inline(never)]
    pub(crate) fn gemm(self) {
        #[cfg(not(feature = "gemm"))]
        crate::kernels::level::run(self);
        #[cfg(feature = "gemm")]
        {
            let ((a, row, step), beta) = (self.a, if ADD { T::ONE } else { T::ZERO });
            let shape = [self.out.len(), self.b.len(), I];
            let (b, out) = (self.b.as_ptr().cast(), self.out.as_mut_ptr().cast());
            // SAFETY: `Rows::new` has checked that a is [R, K] for out of [R, I] and b of [K, I].
            unsafe { T::gemm(shape, (a.as_ptr(), row, step), (b, I, 1), beta, out) }
        }
    }
}
