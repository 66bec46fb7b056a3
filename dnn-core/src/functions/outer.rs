//! `y[m][n] = a[m] b[n]`, PyTorch's [`outer`](https://docs.pytorch.org/docs/stable/generated/torch.outer.html)
//!
//! `da[m] += sum over n of dy[m][n] b[n]`, `db[n] += sum over m of dy[m][n] a[m]`

use super::axis::{parts, parts_mut};
use super::shape::Shape;
use crate::check::Text;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of the product of two vectors.
#[track_caller]
pub const fn rule(a: Shape, b: Shape) -> Shape {
    if a.rank() != 1 || b.rank() != 1 {
        let text = Text::new().text("`outer` of ").shape(a.dims()).text(" and ").shape(b.dims());
        text.text(": both are vectors, write `flatten` before").panic();
    }
    Shape::new(&[a.dim(0), b.dim(0)])
}

/// Writes y.
#[inline(always)]
pub fn value<A: Tensor<Scalar: Scalar>, B: Tensor<Scalar = A::Scalar>, Y: Tensor<Scalar = A::Scalar>>(
    a: &A,
    b: &B,
    y: &mut Y,
) {
    for (y, a) in parts_mut(flat_mut(from_mut(y)), B::LEN).zip(flat(from_ref(a))) {
        for (y, b) in y.iter_mut().zip(flat(from_ref(b))) {
            *y = *a * *b;
        }
    }
}

/// **Adds** dL/da; reads b.
#[inline(always)]
pub fn pull0<A: Tensor<Scalar: Scalar>, B: Tensor<Scalar = A::Scalar>, Y: Tensor<Scalar = A::Scalar>>(
    dy: &Y,
    b: &B,
    da: &mut A,
) {
    for (da, dy) in flat_mut(from_mut(da)).iter_mut().zip(parts(flat(from_ref(dy)), B::LEN)) {
        for (dy, b) in dy.iter().zip(flat(from_ref(b))) {
            *da += *dy * *b;
        }
    }
}

/// **Adds** dL/db; reads a.
#[inline(always)]
pub fn pull1<A: Tensor<Scalar: Scalar>, B: Tensor<Scalar = A::Scalar>, Y: Tensor<Scalar = A::Scalar>>(
    dy: &Y,
    a: &A,
    db: &mut B,
) {
    for (dy, a) in parts(flat(from_ref(dy)), B::LEN).zip(flat(from_ref(a))) {
        for (db, dy) in flat_mut(from_mut(db)).iter_mut().zip(dy) {
            *db += *dy * *a;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn every_element_meets_every_other() {
        let mut y = [[9.0f32; 2]; 3];
        value(&[1.0f32, 2.0, 3.0], &[4.0f32, 5.0], &mut y);
        assert_eq!(y, [[4.0, 5.0], [8.0, 10.0], [12.0, 15.0]]);
    }

    #[test]
    #[should_panic(expected = "`outer` of [2, 3] and [4]: both are vectors, write `flatten` before")]
    fn a_matrix_is_no_vector() {
        rule(Shape::new(&[2, 3]), Shape::new(&[4]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        Check::new(7).two(
            value::<[f64; 3], [f64; 4], [[f64; 4]; 3]>,
            |dy, _, b, _, da| pull0(dy, b, da),
            |dy, a, _, _, db| pull1(dy, a, db),
        );
    }
}
