//! y = a, repeated along dimensions of length 1 and along those that it does not have: broadcasting
//!
//! da += sum of dy over what a was repeated for

use super::shape::{Shape, broadcast};
use crate::check::Text;
use crate::operand::{gather, meet};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use core::slice::{from_mut, from_ref};

/// The shape `to`, to which a can be repeated.
#[track_caller]
pub const fn rule(a: Shape, to: Shape) -> Shape {
    if !crate::check::equal(broadcast(a, to).dims(), to.dims()) {
        let text = Text::new().shape(a.dims()).text(" cannot be repeated to ").shape(to.dims());
        text.text(": write a shape whose last lengths are those of ")
            .shape(a.dims())
            .text(", or stand where it has 1")
            .panic();
    }
    to
}

/// Writes a to each of its places in y.
#[inline(always)]
pub fn value<A, Y>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    meet(from_ref(a), from_mut(y), |y, a| *y = a);
}

/// **Adds** dL/da.
#[inline(always)]
pub fn pull<A, Y>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    gather(from_ref(dy), from_mut(da), |da, dy| *da += dy);
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn a_is_repeated() {
        let mut y = [[9.0; 3]; 2];
        value(&[[1.0], [2.0]], &mut y);
        assert_eq!(y, [[1.0; 3], [2.0; 3]]);
        assert_eq!(rule(Shape::new(&[2, 1]), Shape::new(&[4, 2, 3])), Shape::new(&[4, 2, 3]));
    }

    #[test]
    #[should_panic(expected = "[2, 3] cannot be repeated to [3]")]
    fn nothing_is_repeated_to_a_smaller_shape() {
        rule(Shape::new(&[2, 3]), Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).one(value::<A, Y>, |dy, _, _, da| pull::<A, Y>(dy, da));
        }
        check::<f64, [[f64; 3]; 2]>();
        check::<[f64; 3], [[f64; 3]; 2]>();
        check::<[[f64; 1]; 2], [[[f64; 3]; 2]; 2]>();
        check::<[[[f64; 3]; 1]; 2], [[[f64; 3]; 4]; 2]>();
    }
}
