//! y[i, j, ..] = x[the same indices in another order]
//!
//! dx += dy with the indices back in their order

use crate::operand::Operand;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// Changes the order of the dimensions, PyTorch's
/// [`permute`](https://docs.pytorch.org/docs/stable/generated/torch.permute.html): dimension i of y is dimension
/// `dims[i]` of x.
///
/// ```
/// use dnn_core::{Operand, Permute};
/// let mut y = [[[0.0f32; 2]; 3]];
/// Permute { dims: [1, 0] }.put(&[[[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]], &mut y);
/// assert_eq!(y, [[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Permute<const R: usize> {
    /// Which dimension of x each one of y is.
    pub dims: [usize; R],
}

impl<const R: usize> Permute<R> {
    /// The place in x of element `at` of y.
    #[inline(always)]
    fn source<X: Tensor, Y: Tensor>(&self, at: usize) -> usize {
        let (mut rest, mut place) = (at, 0usize);
        // Each reversed by itself: the end of a `zip` compares lengths, and could panic.
        for (n, dim) in Y::DIMS.iter().rev().zip(self.dims.iter().rev()) {
            let index = rest.checked_rem(*n).unwrap_or(0);
            rest = rest.checked_div(*n).unwrap_or(0);
            let mut stride = 1usize;
            for n in X::DIMS.iter().skip(dim.wrapping_add(1)) {
                stride = stride.wrapping_mul(*n);
            }
            place = place.wrapping_add(index.wrapping_mul(stride));
        }
        place
    }
}

impl<X: Tensor<Scalar: Scalar>, Y: Tensor<Scalar = X::Scalar>, const R: usize> Operand<X, Y> for Permute<R> {
    #[inline(always)]
    fn put(&self, x: &[X], y: &mut [Y]) {
        for (x, y) in x.iter().zip(y) {
            for (at, y) in flat_mut(from_mut(y)).iter_mut().enumerate() {
                if let Some(x) = flat(from_ref(x)).get(self.source::<X, Y>(at)) {
                    *y = *x;
                }
            }
        }
    }

    #[inline(always)]
    fn pull(&self, dy: &[Y], dx: &mut [X]) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            for (at, dy) in flat(from_ref(dy)).iter().enumerate() {
                if let Some(dx) = flat_mut(from_mut(dx)).get_mut(self.source::<X, Y>(at)) {
                    *dx += *dy;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_dimensions_and_back() {
        let x = [[[[1.0f64, 2.0, 3.0], [4.0, 5.0, 6.0]]]]; // [1, 2, 3]
        let mut y = [[[[0.0; 2]; 1]; 3]]; // [3, 1, 2]
        let layer = Permute { dims: [2, 0, 1] };
        layer.put(&x, &mut y);
        assert_eq!(y, [[[[1.0, 4.0]], [[2.0, 5.0]], [[3.0, 6.0]]]]);
        let mut dx = [[[[10.0; 3]; 2]; 1]];
        layer.pull(&y, &mut dx);
        assert_eq!(dx, [[[[11.0, 12.0, 13.0], [14.0, 15.0, 16.0]]]]);
    }
}
