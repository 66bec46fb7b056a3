//! `y[k] = sum over j to k of a[j]` along an axis, PyTorch's
//! [`cumsum`](https://docs.pytorch.org/docs/stable/generated/torch.cumsum.html)
//!
//! `da[k] += sum over j from k of dy[j]`

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::shape::{Shape, has_axis};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of a, which has the axis.
#[track_caller]
pub const fn rule(a: Shape, axis: usize) -> Shape {
    has_axis(a, axis);
    a
}

/// Writes y.
#[inline(always)]
pub fn value<const AXIS: usize, A: Tensor<Scalar: Scalar>>(a: &A, y: &mut A) {
    let along = const { Axis::of::<A>(AXIS) };
    let (a, y) = (flat(from_ref(a)), flat_mut(from_mut(y)));
    for (a, y) in parts(a, along.block()).zip(parts_mut(y, along.block())) {
        for at in 0..along.row {
            let mut sum = A::Scalar::ZERO;
            for (y, a) in line_mut(y, at, along.row).zip(line(a, at, along.row)) {
                sum += *a;
                *y = sum;
            }
        }
    }
}

/// **Adds** dL/da.
#[inline(always)]
pub fn pull<const AXIS: usize, A: Tensor<Scalar: Scalar>>(dy: &A, da: &mut A) {
    let along = const { Axis::of::<A>(AXIS) };
    let (dy, da) = (flat(from_ref(dy)), flat_mut(from_mut(da)));
    for (dy, da) in parts(dy, along.block()).zip(parts_mut(da, along.block())) {
        for at in 0..along.row {
            let mut sum = A::Scalar::ZERO;
            for k in 0..along.rows {
                let k = (along.rows - 1 - k) * along.row + at;
                if let (Some(dy), Some(da)) = (dy.get(k), da.get_mut(k)) {
                    sum += *dy;
                    *da += sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn sums_go_on_along_the_axis() {
        let (a, mut y) = ([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]], [[9.0; 3]; 2]);
        value::<1, _>(&a, &mut y);
        assert_eq!(y, [[1.0, 3.0, 6.0], [4.0, 9.0, 15.0]]);
        value::<0, _>(&a, &mut y);
        assert_eq!(y, [[1.0, 2.0, 3.0], [5.0, 7.0, 9.0]]);
    }

    #[test]
    #[should_panic(expected = "[2, 3] has no axis 2: write 0 to 1")]
    fn the_axis_is_there() {
        rule(Shape::new(&[2, 3]), 2);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<const AXIS: usize, A: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<AXIS, A>, |dy, _, _, da| pull::<AXIS, A>(dy, da));
        }
        check::<0, [f64; 5]>();
        check::<0, [[f64; 3]; 2]>();
        check::<1, [[[f64; 2]; 3]; 4]>();
        check::<2, [[[f64; 2]; 3]; 4]>();
    }
}
