//! `y[k] = (a[k] - m) - ln sum over k of e^(a[k] - m)` along an axis, with m the largest element
//!
//! `da[k] += dy[k] - e^y[k] sum over k of dy[k]`
//!
//! In the order of the layer [`LogSoftmax`](crate::LogSoftmax), so that the bits are the same, and so are the results where an
//! element is NaN or infinite.

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::softmax::largest;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

pub use super::softmax::rule;

/// Writes the logarithms of probabilities that sum to 1 along the axis.
#[inline(always)]
pub fn value<const AXIS: usize, A: Tensor<Scalar: Scalar>>(a: &A, y: &mut A) {
    let along = const { Axis::of::<A>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    for (a, y) in parts(a, along.block()).zip(parts_mut(y, along.block())) {
        for at in 0..along.row {
            let m = largest(a, at, along);
            let mut sum = A::Scalar::ZERO;
            for a in line(a, at, along.row) {
                sum += (*a - m).exp();
            }
            let log_sum = sum.ln();
            for (y, a) in line_mut(y, at, along.row).zip(line(a, at, along.row)) {
                *y = (*a - m) - log_sum;
            }
        }
    }
}

/// **Adds** dL/da; reads y.
#[inline(always)]
pub fn pull<const AXIS: usize, A: Tensor<Scalar: Scalar>>(dy: &A, y: &A, da: &mut A) {
    let along = const { Axis::of::<A>(AXIS) };
    let (dy, y, da) = (flat(from_ref(dy)), flat(from_ref(y)), flat_mut(from_mut(da)));
    let blocks = parts(y, along.block()).zip(parts_mut(da, along.block()));
    for (dy, (y, da)) in parts(dy, along.block()).zip(blocks) {
        for at in 0..along.row {
            let mut sum = A::Scalar::ZERO;
            for dy in line(dy, at, along.row) {
                sum += *dy;
            }
            let terms = line(y, at, along.row).zip(line(dy, at, along.row));
            for (da, (y, dy)) in line_mut(da, at, along.row).zip(terms) {
                *da += *dy - y.exp() * sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::WHOLE;
    use super::super::tests::Check;
    use super::*;
    use crate::{InPlace, LogSoftmax, Pass};

    #[test]
    fn bits_are_those_of_the_layer() {
        let a = [[[0.3f32, -1.2], [1e30, 2.5], [0.7, 0.1]], [[0.1, 0.2], [0.3, 0.4], [0.5, -f32::INFINITY]]];
        let (mut y, mut layer) = ([[[9.0; 2]; 3]; 2], a);
        value::<1, _>(&a, &mut y);
        LogSoftmax.infer(&mut layer);
        assert_eq!(y, layer);
        let (dy, mut da) = ([[[1.0, 2.0], [-3.0, 4.0], [0.5, 6.0]]; 2], [[[0.0; 2]; 3]; 2]);
        let mut gradient = dy;
        pull::<1, _>(&dy, &y, &mut da);
        LogSoftmax.backward(&Pass::default(), &y, &mut gradient);
        assert_eq!(da, gradient);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A>, |dy, _, y, da| pull::<AXIS, A>(dy, y, da));
        }
        check::<WHOLE, [[f64; 3]; 2]>();
        check::<0, [f64; 5]>();
        check::<1, [[[f64; 2]; 3]; 4]>();
        check::<2, [[[f64; 2]; 3]; 4]>();
    }
}
