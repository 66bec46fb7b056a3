//! y = a s with the first half a of x, the second half b, and s = 1 / (1 + e^-b)
//!
//! da = dy s, db = dy a s (1 - s)
//!
//! A NaN in either half stays a NaN, in y and in the gradient of both.

use super::planes::no_parameters;
use crate::kernels::elementary::{self, Formula};
use crate::kernels::number::Number;
use crate::kernels::route;
use crate::layer::{Layer, Pass};
use crate::scalar::Scalar;
use core::marker::PhantomData;
use core::slice::{from_mut, from_ref};

/// One half of a dimension, gated by the other: PyTorch's
/// [`GLU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.GLU.html)
/// (Y. Dauphin, A. Fan, M. Auli, D. Grangier, "Language Modeling with Gated Convolutional Networks", ICML 2017).
///
/// It works on `[[T; N]; 2]`, the two halves.
///
/// In a declaration it is written `Glu`, for the last dimension, or `Glu<dim = 0>`.
///
/// ```
/// use dnn_core::{Glu, Layer};
/// let glu: Glu = Glu::new();
/// let mut y = [[0.0; 2]];
/// glu.infer(&[[[3.0, 4.0], [0.0, 100.0]]], &mut y, &mut []);
/// assert_eq!(y, [[1.5, 4.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glu<T = f32> {
    scalar: PhantomData<T>,
}

no_parameters! {
    Glu<[], []>
}

/// The gate s of b, and what it lets through of a: y is to a what dx is to dy.
#[derive(Clone, Copy)]
pub struct Gate;

impl Formula for Gate {
    #[inline(always)]
    fn value<N: Number>(self, b: N) -> N {
        b.sigmoid()
    }
    #[inline(always)]
    fn pull<N: Number>(self, a: N, b: N) -> N {
        a * b.sigmoid()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const N: usize> Layer<[[T; N]; 2]> for Glu<T> {
    type Output = [T; N];

    #[inline(always)]
    fn infer(&self, x: &[[[T; N]; 2]], y: &mut [[T; N]], _: &mut [T]) {
        for ([a, b], y) in x.iter().zip(y) {
            if const { route::functions_by_vectors(N) } {
                *y = *a;
                elementary::pull(Gate, from_ref(b), from_mut(y));
                continue;
            }
            for ((a, b), y) in a.iter().zip(b).zip(y) {
                *y = *a * b.sigmoid();
            }
        }
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[[T; N]; 2]],
        _: &[[T; N]],
        _: &mut [T],
        dy: &mut [[T; N]],
        dx: Option<&mut [[[T; N]; 2]]>,
        _: Option<&mut Self>,
    ) {
        for (([a, b], dy), [da, db]) in x.iter().zip(dy.iter()).zip(dx.into_iter().flatten()) {
            if const { route::functions_by_vectors(N) } {
                *da = *b;
                elementary::value(Gate, from_mut(da));
                for (((a, dy), da), db) in a.iter().zip(dy).zip(da).zip(db) {
                    let s = *da;
                    *da = *dy * s;
                    *db = *dy * *a * s * (T::ONE - s);
                }
                continue;
            }
            for ((((a, b), dy), da), db) in a.iter().zip(b).zip(dy).zip(da).zip(db) {
                let s = b.sigmoid();
                *da = *dy * s;
                *db = *dy * *a * s * (T::ONE - s);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_gate_passes_everything_and_a_closed_one_nothing() {
        let x = [[[2.0f64, 2.0, 2.0], [0.0, 800.0, -800.0]]];
        let (mut y, mut dx) = ([[9.0; 3]], x);
        let glu = Glu::new();
        glu.infer(&x, &mut y, &mut []);
        assert_eq!(y, [[1.0, 2.0, 0.0]]);
        glu.backward(&Pass::default(), &x, &y, &mut [], &mut [[4.0, 4.0, 4.0]], Some(&mut dx), None);
        assert_eq!(dx, [[[2.0, 4.0, 0.0], [2.0, 0.0, 0.0]]]);
    }
}
