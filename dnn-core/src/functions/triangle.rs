//! What `tril` and `triu` have in common: the elements on one side of a diagonal of matrices, and zeros in place of the rest.

use super::axis::{parts, parts_mut};
use super::shape::Shape;
use crate::check::Text;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of a, whose last two axes are those of matrices.
#[track_caller]
pub(super) const fn rule(name: &str, a: Shape) -> Shape {
    if a.rank() < 2 {
        let text = Text::new().text("`").text(name).text("` of ").shape(a.dims());
        text.text(": it takes the last two axes, write a matrix").panic();
    }
    a
}

/// Calls `each` with the elements of a and y, and with the number of the diagonal, above 0 above the main one.
#[inline(always)]
pub(super) fn each<A: Tensor<Scalar: Scalar>>(a: &A, y: &mut A, each: impl Fn(&mut A::Scalar, A::Scalar, isize)) {
    let (columns, block) =
        const { (Shape::of::<A>().from_last(0), Shape::of::<A>().from_last(0) * Shape::of::<A>().from_last(1)) };
    for (a, y) in parts(flat(from_ref(a)), block).zip(parts_mut(flat_mut(from_mut(y)), block)) {
        for (i, (a, y)) in parts(a, columns).zip(parts_mut(y, columns)).enumerate() {
            for (j, (a, y)) in a.iter().zip(y).enumerate() {
                each(y, *a, j as isize - i as isize);
            }
        }
    }
}
