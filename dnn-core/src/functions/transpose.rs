//! `y[j][i] = a[i][j]`: the last two axes change places
//!
//! `da[i][j] += dy[j][i]`

use super::axis::{Axis, line, line_mut, parts, parts_mut};
use super::shape::Shape;
use crate::check::Text;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of a with its last two lengths exchanged.
#[track_caller]
pub const fn rule(a: Shape) -> Shape {
    let rank = a.rank();
    if rank < 2 {
        let text = Text::new().text("`transpose` of ").shape(a.dims());
        text.text(": it exchanges the last two axes, write a matrix").panic();
    }
    a.with(rank - 2, a.dim(rank - 1)).with(rank - 1, a.dim(rank - 2))
}

/// Writes a transposed.
#[inline(always)]
pub fn value<A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let Matrix { rows, columns, block } = const { Matrix::of::<A, Y>() };
    for (a, y) in parts(flat(from_ref(a)), block).zip(parts_mut(flat_mut(from_mut(y)), block)) {
        for (i, a) in parts(a, columns).enumerate() {
            for (y, a) in line_mut(y, i, rows).zip(a) {
                *y = *a;
            }
        }
    }
}

/// **Adds** dL/da; reads nothing.
#[inline(always)]
pub fn pull<A, Y>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let Matrix { rows, columns, block } = const { Matrix::of::<A, Y>() };
    for (dy, da) in parts(flat(from_ref(dy)), block).zip(parts_mut(flat_mut(from_mut(da)), block)) {
        for (i, da) in parts_mut(da, columns).enumerate() {
            for (da, dy) in da.iter_mut().zip(line(dy, i, rows)) {
                *da += *dy;
            }
        }
    }
}

/// The lengths of the last two axes, none of them 0.
struct Matrix {
    rows: usize,
    columns: usize,
    block: usize,
}

impl Matrix {
    const fn of<A: Tensor, Y: Tensor>() -> Matrix {
        assert!(A::RANK >= 2 && A::LEN == Y::LEN, "the transposed tensor has another number of elements");
        if A::LEN == 0 {
            return Matrix { rows: 1, columns: 1, block: 1 };
        }
        let along = Axis::of::<A>(A::RANK - 2);
        Matrix { rows: along.rows, columns: along.row, block: along.block() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn rows_become_columns() {
        let (a, mut y, mut stack) = ([[1.0f64, 2.0, 3.0], [4.0, 5.0, 6.0]], [[9.0; 2]; 3], [[[9.0; 2]; 3]; 2]);
        value(&a, &mut y);
        assert_eq!(y, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
        value(&[a; 2], &mut stack);
        assert_eq!(stack, [y; 2]);
        assert_eq!(rule(Shape::new(&[5, 2, 3])), Shape::new(&[5, 3, 2]));
    }

    #[test]
    #[should_panic(expected = "`transpose` of [3]: it exchanges the last two axes, write a matrix")]
    fn a_vector_has_one_axis() {
        rule(Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<A, Y>, |dy, _, _, da| pull::<A, Y>(dy, da));
        }
        check::<[[f64; 3]; 2], [[f64; 2]; 3]>();
        check::<[[[f64; 3]; 4]; 2], [[[f64; 4]; 3]; 2]>();
    }
}
