//! Sums that statistics are made of: sum over i of f(a[i], b[i], c[i])
//!
//! They run in eight lanes, which are added in a fixed order: the same bits on every machine, vectors where there are some,
//! and errors that grow with an eighth of the length.

use crate::scalar::Scalar;

const LANES: usize = 8;

/// The sum of `term` over three slices of one length.
#[inline(always)]
pub(super) fn sum<T: Scalar>(a: &[T], b: &[T], c: &[T], term: impl Fn(T, T, T) -> T) -> T {
    let ((a, a_rest), (b, b_rest), (c, c_rest)) =
        (a.as_chunks::<LANES>(), b.as_chunks::<LANES>(), c.as_chunks::<LANES>());
    let mut lanes = [T::ZERO; LANES];
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        for i in 0..LANES {
            lanes[i] += term(a[i], b[i], c[i]);
        }
    }
    let mut rest = T::ZERO;
    for ((a, b), c) in a_rest.iter().zip(b_rest).zip(c_rest) {
        rest += term(*a, *b, *c);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    rest + (((a + e) + (c + g)) + ((b + f) + (d + h)))
}

/// The sum of x.
#[inline(always)]
pub(super) fn total<T: Scalar>(x: &[T]) -> T {
    sum(x, x, x, |x, _, _| x)
}

/// The sum of (x - mean)^2.
#[inline(always)]
pub(super) fn squares<T: Scalar>(x: &[T], mean: T) -> T {
    sum(x, x, x, |x, _, _| (x - mean) * (x - mean))
}

/// The sum of dy (x - mean).
#[inline(always)]
pub(super) fn covariance<T: Scalar>(x: &[T], mean: T, dy: &[T]) -> T {
    sum(x, dy, dy, |x, dy, _| dy * (x - mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_and_rest_are_summed_for_every_length() {
        let x: [f64; 37] = core::array::from_fn(|i| (i + 1) as f64);
        for len in 0..x.len() {
            let x = &x[..len];
            assert_eq!(total(x), (len * (len + 1) / 2) as f64);
            assert_eq!(squares(x, 1.0), (1..=len).map(|i| ((i - 1) * (i - 1)) as f64).sum::<f64>());
            assert_eq!(covariance(x, 1.0, x), (1..=len).map(|i| (i * (i - 1)) as f64).sum::<f64>());
        }
    }
}
