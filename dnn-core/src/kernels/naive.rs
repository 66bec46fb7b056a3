//! The three products of a fully connected layer as they are written down.
//!
//! The code for small shapes. Native arrays and constant bounds keep panics out.
//!
//! Each sum takes its terms one after the other: y starts from the bias and takes inputs in ascending order, dx starts from
//! nothing, or from what lies there, and takes outputs, dW starts from what lies in the gradient and takes samples, so that a batch
//! in parts gives the bits of the whole batch.

use crate::layers::Bias;
use crate::scalar::Scalar;

/// For each n below N: `put` of `start` plus the sum of `term` over all k.
///
/// Four sums at a time share what does not depend on n, and none of them waits for memory. The four are repeated in the
/// source because compilers do not unroll at opt-level "s".
macro_rules! sums {
    ($n:ident < $N:ident, $start:expr, for $k:pat in $all:expr, $term:expr, |$sum:ident| $put:expr) => {{
        let mut first = 0;
        while first + 4 <= $N {
            let [n0, n1, n2, n3] = [first, first + 1, first + 2, first + 3];
            let mut sum0 = sums!($n = n0; $start);
            let mut sum1 = sums!($n = n1; $start);
            let mut sum2 = sums!($n = n2; $start);
            let mut sum3 = sums!($n = n3; $start);
            for $k in $all {
                sum0 += sums!($n = n0; $term);
                sum1 += sums!($n = n1; $term);
                sum2 += sums!($n = n2; $term);
                sum3 += sums!($n = n3; $term);
            }
            sums!($n = n0, $sum = sum0; $put);
            sums!($n = n1, $sum = sum1; $put);
            sums!($n = n2, $sum = sum2; $put);
            sums!($n = n3, $sum = sum3; $put);
            first += 4;
        }
        while first < $N {
            let $n = first;
            let mut sum = $start;
            for $k in $all {
                sum += $term;
            }
            sums!($n = $n, $sum = sum; $put);
            first += 1;
        }
    }};
    ($($name:ident = $value:expr),*; $do:expr) => {{
        $(#[allow(unused_variables)]
        let $name = $value;)*
        $do
    }};
}

/// What a sum without a start begins with: -0, which leaves every number that is added to it as it is, so that compilers make
/// no instruction of that. With the feature `deterministic`, 0.
#[inline(always)]
pub(crate) fn nothing<T: Scalar>() -> T {
    if cfg!(feature = "deterministic") { T::ZERO } else { -T::ZERO }
}

/// y = x Wᵀ + b
#[inline(always)]
pub(crate) fn forward<T: Scalar, const I: usize, const O: usize>(
    y: &mut [[T; O]],
    x: &[[T; I]],
    weight: &[[T; I]; O],
    bias: &impl Bias<T>,
) {
    for (y, x) in y.iter_mut().zip(x) {
        let start = |o| if bias.as_slice().is_empty() { nothing() } else { bias.of(o) };
        sums!(o < O, start(o), for i in 0..I, x[i] * weight[o][i], |sum| y[o] = sum);
    }
}

/// dx = dy W, or dx += dy W
#[inline(always)]
pub(crate) fn gradient_input<T: Scalar, const I: usize, const O: usize>(
    dx: &mut [[T; I]],
    dy: &[[T; O]],
    weight: &[[T; I]; O],
    add: bool,
) {
    for (dx, dy) in dx.iter_mut().zip(dy) {
        let start = |before: T| if add { before } else { nothing() };
        sums!(i < I, start(dx[i]), for o in 0..O, dy[o] * weight[o][i], |sum| dx[i] = sum);
    }
}

/// dW += dyᵀ x
#[inline(always)]
pub(crate) fn gradient_weight<T: Scalar, const I: usize, const O: usize>(
    dweight: &mut [[T; I]; O],
    dy: &[[T; O]],
    x: &[[T; I]],
) {
    for o in 0..O {
        sums!(i < I, dweight[o][i], for (dy, x) in dy.iter().zip(x), dy[o] * x[i], |sum| dweight[o][i] = sum);
    }
}
