//! `y[i] = a[j]`, where the axes of y are those of a in another order, PyTorch's
//! [`permute`](https://docs.pytorch.org/docs/stable/generated/torch.permute.html): axis n of y is axis `order[n]` of a
//!
//! `da[j] += dy[i]`
//!
//! The order is six const parameters, of which those behind the last axis are not read: `value::<1, 0, 2, 3, 4, 5, _, _>`.

use super::shape::{MAX_RANK, Shape};
use crate::check::{Text, equal};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::slice::{from_mut, from_ref};

/// The shape of a with its axes in this order, which names each of them once.
#[track_caller]
pub const fn rule(a: Shape, order: &[usize]) -> Shape {
    let (mut y, mut named, mut i) = (a, [false; MAX_RANK], 0);
    let mut fits = order.len() == a.rank();
    while fits && i < order.len() {
        fits = order[i] < a.rank() && !named[order[i]];
        if fits {
            named[order[i]] = true;
            y = y.with(i, a.dim(order[i]));
        }
        i += 1;
    }
    if !fits {
        let text = Text::new().shape(order).text(" is no order of the axes of ").shape(a.dims());
        text.text(": name each of 0 to ").number(a.rank().saturating_sub(1)).text(" once").panic();
    }
    y
}

/// Writes y.
#[inline(always)]
#[rustfmt::skip]
pub fn value<
    const P: usize, const Q: usize, const R: usize, const S: usize, const T: usize, const U: usize, A, Y,
>(a: &A, y: &mut Y)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let walk = const { &Walk::of::<A, Y>([P, Q, R, S, T, U]) };
    let (a, mut y) = (flat(from_ref(a)), flat_mut(from_mut(y)).iter_mut());
    walk.each(|at| {
        if let (Some(y), Some(a)) = (y.next(), a.get(at)) {
            *y = *a;
        }
    });
}

/// **Adds** dL/da; reads nothing.
#[inline(always)]
#[rustfmt::skip]
pub fn pull<
    const P: usize, const Q: usize, const R: usize, const S: usize, const T: usize, const U: usize, A, Y,
>(dy: &Y, da: &mut A)
where
    A: Tensor<Scalar: Scalar>,
    Y: Tensor<Scalar = A::Scalar>,
{
    let walk = const { &Walk::of::<A, Y>([P, Q, R, S, T, U]) };
    let (mut dy, da) = (flat(from_ref(dy)).iter(), flat_mut(from_mut(da)));
    walk.each(|at| {
        if let (Some(dy), Some(da)) = (dy.next(), da.get_mut(at)) {
            *da += *dy;
        }
    });
}

/// The way through a in the order of y: the lengths of y, behind ones, and how far apart neighbours lie in a.
struct Walk {
    lengths: [usize; MAX_RANK],
    steps: [usize; MAX_RANK],
}

impl Walk {
    const fn of<A: Tensor, Y: Tensor>(order: [usize; MAX_RANK]) -> Walk {
        let named = order.split_at(A::RANK).0;
        assert!(equal(rule(Shape::of::<A>(), named).dims(), Y::DIMS), "the axes in this order give another shape");
        let mut walk = Walk { lengths: [1; MAX_RANK], steps: [0; MAX_RANK] };
        let mut i = 0;
        while i < A::RANK {
            let to = MAX_RANK - A::RANK + i;
            walk.lengths[to] = Y::DIMS[i];
            walk.steps[to] = 1;
            let mut behind = order[i] + 1;
            while behind < A::RANK {
                walk.steps[to] *= A::DIMS[behind];
                behind += 1;
            }
            i += 1;
        }
        walk
    }

    /// Calls `each` with the place in a of each element of y.
    #[inline(always)]
    fn each(&self, mut each: impl FnMut(usize)) {
        let Walk { lengths: [p, q, r, s, t, u], steps } = self;
        for i in 0..*p {
            for j in 0..*q {
                for k in 0..*r {
                    for l in 0..*s {
                        for m in 0..*t {
                            let [a, b, c, d, e, f] = *steps;
                            let begin = i * a + j * b + k * c + l * d + m * e;
                            for n in 0..*u {
                                each(begin + n * f);
                            }
                        }
                    }
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
    fn axes_change_places() {
        let a = [[[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]];
        let mut y = [[[9.0f32; 1]; 2]; 3];
        value::<2, 1, 0, 3, 4, 5, _, _>(&a, &mut y);
        assert_eq!(y, [[[1.0], [4.0]], [[2.0], [5.0]], [[3.0], [6.0]]]);
        assert_eq!(rule(Shape::new(&[1, 2, 3]), &[2, 1, 0]), Shape::new(&[3, 2, 1]));
        assert_eq!(rule(Shape::SCALAR, &[]), Shape::SCALAR);
    }

    #[test]
    #[should_panic(expected = "[1, 1] is no order of the axes of [2, 3]: name each of 0 to 1 once")]
    fn an_axis_is_named_once() {
        rule(Shape::new(&[2, 3]), &[1, 1]);
    }

    #[test]
    #[should_panic(expected = "[1, 0] is no order of the axes of [2, 3, 4]: name each of 0 to 2 once")]
    fn every_axis_is_named() {
        rule(Shape::new(&[2, 3, 4]), &[1, 0]);
    }

    #[test]
    fn gradients_are_those_of_chords() {
        type A = [[[f64; 4]; 3]; 2];
        let value = |a: &A, y: &mut [[[f64; 2]; 4]; 3]| value::<1, 2, 0, 3, 4, 5, _, _>(a, y);
        Check::new(7).one(value, |dy, _, _, da| pull::<1, 2, 0, 3, 4, 5, _, _>(dy, da));
        let value = |a: &[[f64; 4]; 3], y: &mut [[f64; 3]; 4]| super::value::<1, 0, 2, 3, 4, 5, _, _>(a, y);
        Check::new(7).one(value, |dy, _, _, da| pull::<1, 0, 2, 3, 4, 5, _, _>(dy, da));
        type Six = [[[[[[f64; 1]; 2]; 1]; 3]; 2]; 2];
        type Back = [[[[[[f64; 2]; 2]; 3]; 1]; 2]; 1];
        let value = |a: &Six, y: &mut Back| super::value::<5, 4, 3, 2, 1, 0, _, _>(a, y);
        Check::new(7).one(value, |dy, _, _, da| pull::<5, 4, 3, 2, 1, 0, _, _>(dy, da));
    }
}
