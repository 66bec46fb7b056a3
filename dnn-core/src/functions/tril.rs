//! `y[i][j] = a[i][j]` where j - i <= DIAGONAL, else 0: the lower triangle of each matrix, PyTorch's
//! [`tril`](https://docs.pytorch.org/docs/stable/generated/torch.tril.html), whose diagonal is 0, the main one, by default
//!
//! `da[i][j] += dy[i][j]` there

use super::shape::Shape;
use super::triangle;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The shape of a, whose last two axes are those of matrices.
#[track_caller]
pub const fn rule(a: Shape) -> Shape {
    triangle::rule("tril", a)
}

/// Writes y.
#[inline(always)]
pub fn value<const DIAGONAL: isize, A: Tensor<Scalar: Scalar>>(a: &A, y: &mut A) {
    triangle::each(a, y, |y, a, diagonal| *y = if diagonal <= DIAGONAL { a } else { A::Scalar::ZERO });
}

/// **Adds** dL/da.
#[inline(always)]
pub fn pull<const DIAGONAL: isize, A: Tensor<Scalar: Scalar>>(dy: &A, da: &mut A) {
    triangle::each(dy, da, |da, dy, diagonal| {
        if diagonal <= DIAGONAL {
            *da += dy;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn what_lies_above_is_zero() {
        let (a, mut y) = ([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]], [[9.0; 3]; 2]);
        value::<0, _>(&a, &mut y);
        assert_eq!(y, [[1.0, 0.0, 0.0], [4.0, 5.0, 0.0]]);
        value::<1, _>(&a, &mut y);
        assert_eq!(y, [[1.0, 2.0, 0.0], [4.0, 5.0, 6.0]]);
        value::<-1, _>(&a, &mut y);
        assert_eq!(y, [[0.0, 0.0, 0.0], [4.0, 0.0, 0.0]]);
    }

    #[test]
    #[should_panic(expected = "`tril` of [3]: it takes the last two axes, write a matrix")]
    fn a_vector_has_no_triangle() {
        rule(Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        Check::new(7).one(value::<0, [[f64; 3]; 3]>, |dy, _, _, da| pull::<0, _>(dy, da));
        Check::new(7).one(value::<-1, [[[f64; 3]; 4]; 2]>, |dy, _, _, da| pull::<-1, _>(dy, da));
    }
}
