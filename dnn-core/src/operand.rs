//! What meets in operations of several values: an element of one with the element of another that broadcasting gives it.
//!
//! Broadcasting is PyTorch's: shapes are aligned at their last dimensions, and a dimension of length 1, or one that is
//! absent, is repeated. Samples are never broadcast: the number of samples is not part of a shape.

use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// One of the values that meet in an output: `X` is put into `Y` by itself, after the values before it.
pub trait Operand<X: Tensor, Y: Tensor<Scalar = X::Scalar>> {
    /// Writes to the elements of y that it reaches, or changes them.
    fn put(&self, x: &[X], y: &mut [Y]);
    /// **Adds** its share of dL/dx: unlike a layer's, gradients of operands are made to meet others.
    fn pull(&self, dy: &[Y], dx: &mut [X]);
}

/// How one tensor meets another of the same rank or a higher one.
#[derive(Clone, Copy, PartialEq)]
enum Meeting {
    /// Element by element.
    Same,
    /// One element meets all.
    One,
    /// All of it meets one part of the other after the next: its dimensions are the last ones.
    Last,
    /// Any other repetition.
    Any,
}

const fn meeting<X: Tensor, Y: Tensor>() -> Meeting {
    if X::LEN == Y::LEN {
        return Meeting::Same;
    }
    if X::LEN == 1 {
        return Meeting::One;
    }
    let (mut i, mut product) = (0, 1);
    while i < X::RANK && i < Y::RANK && product < X::LEN {
        if X::DIMS[X::RANK - 1 - i] != Y::DIMS[Y::RANK - 1 - i] {
            return Meeting::Any;
        }
        product *= X::DIMS[X::RANK - 1 - i];
        i += 1;
    }
    Meeting::Last
}

/// The place in X of the element that meets element `at` of Y.
fn source<X: Tensor, Y: Tensor>(at: usize) -> usize {
    let (mut rest, mut place, mut stride) = (at, 0usize, 1usize);
    let mut own = X::DIMS.iter().rev();
    for n in Y::DIMS.iter().rev() {
        let index = rest.checked_rem(*n).unwrap_or(0);
        rest = rest.checked_div(*n).unwrap_or(0);
        if let Some(own) = own.next() {
            if *own != 1 {
                place = place.wrapping_add(index.wrapping_mul(stride));
            }
            stride = stride.wrapping_mul(*own);
        }
    }
    place
}

/// Calls `each` with every element of `y` and the element of `x` that meets it.
#[inline(always)]
pub(crate) fn meet<X, Y>(x: &[X], y: &mut [Y], each: impl Fn(&mut X::Scalar, X::Scalar))
where
    X: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = X::Scalar>,
{
    match const { meeting::<X, Y>() } {
        Meeting::Same => {
            for (x, y) in flat(x).iter().zip(flat_mut(y)) {
                each(y, *x);
            }
        }
        Meeting::One => {
            for (x, y) in flat(x).iter().zip(y) {
                for y in flat_mut(from_mut(y)) {
                    each(y, *x);
                }
            }
        }
        Meeting::Last => {
            for (x, y) in x.iter().zip(y) {
                for part in flat_mut(from_mut(y)).chunks_exact_mut(const { length::<X>() }) {
                    for (x, y) in flat(from_ref(x)).iter().zip(part) {
                        each(y, *x);
                    }
                }
            }
        }
        Meeting::Any => {
            for (x, y) in x.iter().zip(y) {
                for (at, y) in flat_mut(from_mut(y)).iter_mut().enumerate() {
                    if let Some(x) = flat(from_ref(x)).get(source::<X, Y>(at)) {
                        each(y, *x);
                    }
                }
            }
        }
    }
}

/// Calls `each` with the elements of `x` that the elements of `y` meet, and these: the other way round.
#[inline(always)]
pub(crate) fn gather<X, Y>(y: &[Y], x: &mut [X], each: impl Fn(&mut X::Scalar, X::Scalar))
where
    X: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = X::Scalar>,
{
    match const { meeting::<X, Y>() } {
        Meeting::Same => {
            for (x, y) in flat_mut(x).iter_mut().zip(flat(y)) {
                each(x, *y);
            }
        }
        Meeting::One => {
            for (x, y) in flat_mut(x).iter_mut().zip(y) {
                for y in flat(from_ref(y)) {
                    each(x, *y);
                }
            }
        }
        Meeting::Last => {
            for (x, y) in x.iter_mut().zip(y) {
                for part in flat(from_ref(y)).chunks_exact(const { length::<X>() }) {
                    for (x, y) in flat_mut(from_mut(x)).iter_mut().zip(part) {
                        each(x, *y);
                    }
                }
            }
        }
        Meeting::Any => {
            for (x, y) in x.iter_mut().zip(y) {
                for (at, y) in flat(from_ref(y)).iter().enumerate() {
                    if let Some(x) = flat_mut(from_mut(x)).get_mut(source::<X, Y>(at)) {
                        each(x, *y);
                    }
                }
            }
        }
    }
}

/// The elements of a tensor, as the length of a part, which is never 0.
const fn length<X: Tensor>() -> usize {
    if X::LEN == 0 { 1 } else { X::LEN }
}

/// dx += the sum over what x met of dy times what it met there: the gradient of a product.
#[inline(always)]
pub(crate) fn gather_product<X, Z, Y>(y: &[Y], other: &[Z], x: &mut [X])
where
    X: Tensor<Scalar: Scalar>,
    Z: Tensor<Scalar = X::Scalar>,
    Y: Tensor<Scalar = X::Scalar>,
{
    if const { matches!((meeting::<X, Y>(), meeting::<Z, Y>()), (Meeting::Same, Meeting::Same)) } {
        for ((x, y), other) in flat_mut(x).iter_mut().zip(flat(y)).zip(flat(other)) {
            *x += *y * *other;
        }
        return;
    }
    for ((x, other), y) in x.iter_mut().zip(other).zip(y) {
        for (at, y) in flat(from_ref(y)).iter().enumerate() {
            let other = flat(from_ref(other)).get(source::<Z, Y>(at));
            if let (Some(x), Some(other)) = (flat_mut(from_mut(x)).get_mut(source::<X, Y>(at)), other) {
                *x += *y * *other;
            }
        }
    }
}

/// Adds the elements of a batch to those of another one: where the gradients of a value meet that is used several times.
#[inline(always)]
pub fn add<X: Tensor<Scalar: Scalar>>(to: &mut [X], from: &[X]) {
    for (to, from) in flat_mut(to).iter_mut().zip(flat(from)) {
        *to += *from;
    }
}

/// A tensor of the network as the value of every sample.
#[inline(always)]
pub fn spread<X: Tensor>(parameter: &X, y: &mut [X]) {
    for y in y {
        *y = *parameter;
    }
}

/// **Adds** the gradients of all samples to that of a tensor of the network.
#[inline(always)]
pub fn collect<X: Tensor<Scalar: Scalar>>(dy: &[X], dp: &mut X) {
    for dy in dy {
        add(from_mut(dp), from_ref(dy));
    }
}

/// Sets every element to zero.
#[inline(always)]
pub fn clear<X: Tensor<Scalar: Scalar>>(batch: &mut [X]) {
    for value in flat_mut(batch) {
        *value = X::Scalar::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put<X: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>(x: X, mut y: [Y; 1]) -> [Y; 1] {
        meet(&[x], &mut y, |y, x| *y += x);
        y
    }

    #[test]
    fn shapes_are_aligned_at_their_last_dimensions() {
        let y = [[[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]]];
        assert_eq!(put([1.0, 2.0, 3.0], y), [[[11.0, 22.0, 33.0], [41.0, 52.0, 63.0]]]);
        assert_eq!(put([[1.0], [2.0]], y), [[[11.0, 21.0, 31.0], [42.0, 52.0, 62.0]]]);
        assert_eq!(put([1.0], y), [[[11.0, 21.0, 31.0], [41.0, 51.0, 61.0]]]);
        assert_eq!(put([[[1.0], [2.0]]], [[[[1.0; 2]; 2]; 2]]), [[[[2.0; 2], [3.0; 2]]; 2]]);
        assert_eq!(put([[[1.0, 2.0]], [[3.0, 4.0]]], [[[[0.0; 2]; 2]; 2]]), [[[[1.0, 2.0]; 2], [[3.0, 4.0]; 2]]]);
    }

    #[test]
    fn a_gradient_is_the_sum_over_what_was_repeated() {
        let dy = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]];
        let mut dx = [[[100.0f64], [200.0]]];
        gather(&dy, &mut dx, |x, y| *x += y);
        assert_eq!(dx, [[[106.0], [215.0]]]);
        let mut dx = [[1.0f64; 3]];
        gather(&dy, &mut dx, |x, y| *x += y);
        assert_eq!(dx, [[6.0, 8.0, 10.0]]);
    }

    #[test]
    fn a_tensor_of_the_network_is_the_value_of_every_sample() {
        let (mut y, mut dp) = ([[0.0f64; 2]; 3], [0.5; 2]);
        spread(&[1.0, 2.0], &mut y);
        assert_eq!(y, [[1.0, 2.0]; 3]);
        collect(&y, &mut dp);
        assert_eq!(dp, [3.5, 6.5]);
    }

    #[test]
    fn a_gradient_of_a_product_is_the_sum_of_products() {
        let (dy, other) = ([[[1.0f64, 2.0], [3.0, 4.0]]], [[10.0, 20.0]]);
        let mut dx = [[[1.0], [1.0]]];
        gather_product(&dy, &other, &mut dx);
        assert_eq!(dx, [[[51.0], [111.0]]]);
        let mut dx = [[0.0; 2]];
        gather_product(&dy, &[[[1.0, 2.0], [3.0, 4.0]]], &mut dx);
        assert_eq!(dx, [[10.0, 20.0]]);
    }
}
