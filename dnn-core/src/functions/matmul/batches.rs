//! Products of tensors of more than two dimensions: matrix by matrix, `y[i] = a[i] b[i]`, where i are the indices before the
//! last two, and a length of 1, or one that is absent, is repeated.
//!
//! One matrix for all is one product with all rows: `a` of shape `[B, M, K]` by `b` of `[K, N]` is `[B M, K]` by `[K, N]`.

use super::{Matmul, linear, pull0, pull1, value};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, regrouped, regrouped_mut};
use core::slice::{from_mut, from_ref};

/// A tensor as matrices of shape `[R, C]`, one after the other.
trait Matrices<M>: Tensor {
    fn matrices(&self) -> &[M];
    fn matrices_mut(&mut self) -> &mut [M];
}

/// The most lengths before those of the matrices.
const LEADING: usize = 4;

/// How often each matrix is there: lengths of the result before the last two, and for a and b how many matrices lie between
/// neighbours, 0 where one is repeated. Lengths that are absent are 1.
struct Batches {
    lengths: [usize; LEADING],
    a: [usize; LEADING],
    b: [usize; LEADING],
    /// Whether b is one matrix.
    shared: bool,
}

impl Batches {
    const fn of<A: Tensor, B: Tensor, Y: Tensor>() -> Batches {
        let (a, b) = (leading::<A>(), leading::<B>());
        let mut batches = Batches { lengths: leading::<Y>(), a: [0; LEADING], b: [0; LEADING], shared: true };
        let (mut before, mut i) = ([1, 1], LEADING);
        while i > 0 {
            i -= 1;
            let length = if a[i] == 1 { b[i] } else { a[i] };
            assert!(length == batches.lengths[i] && (b[i] == 1 || b[i] == length), "the product has another shape");
            if a[i] != 1 {
                batches.a[i] = before[0];
            }
            if b[i] != 1 {
                batches.b[i] = before[1];
                batches.shared = false;
            }
            before = [before[0] * a[i], before[1] * b[i]];
        }
        batches
    }

    /// Calls `each` with the numbers of the matrices that meet, in the order of the result.
    #[inline(always)]
    fn each(&self, mut each: impl FnMut(usize, usize)) {
        let Batches { lengths: [p, q, r, s], a, b, .. } = self;
        for i in 0..*p {
            for j in 0..*q {
                for k in 0..*r {
                    for l in 0..*s {
                        let at = |steps: &[usize; LEADING]| i * steps[0] + j * steps[1] + k * steps[2] + l * steps[3];
                        each(at(a), at(b));
                    }
                }
            }
        }
    }
}

/// The lengths before the last two, behind ones.
const fn leading<X: Tensor>() -> [usize; LEADING] {
    let (mut lengths, mut i) = ([1; LEADING], 2);
    while i < X::RANK {
        lengths[LEADING + 1 - i] = X::DIMS[X::RANK - 1 - i];
        i += 1;
    }
    lengths
}

#[inline(always)]
fn values<T: Scalar, const M: usize, const K: usize, const N: usize, A, B, Y>(a: &A, b: &B, y: &mut Y)
where
    A: Matrices<[[T; K]; M]>,
    B: Matrices<[[T; N]; K]>,
    Y: Matrices<[[T; N]; M]>,
{
    let batches = const { &Batches::of::<A, B, Y>() };
    let (a, b, y) = (a.matrices(), b.matrices(), y.matrices_mut());
    if let ([b], true) = (b, batches.shared) {
        linear::gradient_input(y.as_flattened_mut(), a.as_flattened(), b, false);
        return;
    }
    let mut y = y.iter_mut();
    batches.each(|i, j| {
        if let (Some(a), Some(b), Some(y)) = (a.get(i), b.get(j), y.next()) {
            value(a, b, y);
        }
    });
}

#[inline(always)]
fn pulls0<T: Scalar, const M: usize, const K: usize, const N: usize, A, B, Y>(dy: &Y, b: &B, da: &mut A)
where
    A: Matrices<[[T; K]; M]>,
    B: Matrices<[[T; N]; K]>,
    Y: Matrices<[[T; N]; M]>,
{
    let batches = const { &Batches::of::<A, B, Y>() };
    let (b, da, mut dy) = (b.matrices(), da.matrices_mut(), dy.matrices().iter());
    batches.each(|i, j| {
        if let (Some(da), Some(b), Some(dy)) = (da.get_mut(i), b.get(j), dy.next()) {
            pull0(dy, b, da);
        }
    });
}

#[inline(always)]
fn pulls1<T: Scalar, const M: usize, const K: usize, const N: usize, A, B, Y>(dy: &Y, a: &A, db: &mut B)
where
    A: Matrices<[[T; K]; M]>,
    B: Matrices<[[T; N]; K]>,
    Y: Matrices<[[T; N]; M]>,
{
    let batches = const { &Batches::of::<A, B, Y>() };
    let (a, db, dy) = (a.matrices(), db.matrices_mut(), dy.matrices());
    if let ([db], true) = (&mut *db, batches.shared) {
        linear::gradient_weight(db, a.as_flattened(), dy.as_flattened(), true);
        return;
    }
    let mut dy = dy.iter();
    batches.each(|i, j| {
        if let (Some(a), Some(db), Some(dy)) = (a.get(i), db.get_mut(j), dy.next()) {
            pull1(dy, a, db);
        }
    });
}

/// The type of a tensor of matrices: `nest!([A B] M)` is `[[M; B]; A]`.
macro_rules! nest {
    ([] $matrix:ty) => { $matrix };
    ([$first:ident $($rest:ident)*] $matrix:ty) => { [nest!([$($rest)*] $matrix); $first] };
}

/// The matrices of a tensor with these lengths before them.
macro_rules! matrices {
    ($([$($length:ident)*] $slice:ident $slice_mut:ident [$($flattened:ident $flattened_mut:ident)*];)*) => {$(
        impl<T: Scalar, $(const $length: usize,)* const R: usize, const C: usize> Matrices<[[T; C]; R]>
            for nest!([$($length)*] [[T; C]; R])
        {
            #[inline(always)]
            fn matrices(&self) -> &[[[T; C]; R]] {
                $slice(self)$(.$flattened())*
            }

            #[inline(always)]
            fn matrices_mut(&mut self) -> &mut [[[T; C]; R]] {
                $slice_mut(self)$(.$flattened_mut())*
            }
        }
    )*};
}
matrices! {
    [] from_ref from_mut [];
    [A] from_ref from_mut [as_flattened as_flattened_mut];
    [A B] from_ref from_mut [as_flattened as_flattened_mut as_flattened as_flattened_mut];
    [A B D] from_ref from_mut
        [as_flattened as_flattened_mut as_flattened as_flattened_mut as_flattened as_flattened_mut];
    [A B D E] from_ref from_mut
        [as_flattened as_flattened_mut as_flattened as_flattened_mut as_flattened as_flattened_mut
        as_flattened as_flattened_mut];
}

/// A vector is repeated for every matrix: as one row, or as one column.
macro_rules! with_vectors {
    ($([$($length:ident)*])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Scalar, $(const $length: usize,)* const K: usize, const L: usize, const N: usize>
            Matmul<nest!([$($length)*] [[T; N]; L]), nest!([$($length)*] [T; N])> for [T; K]
        {
            #[inline(always)]
            fn value(&self, b: &nest!([$($length)*] [[T; N]; L]), y: &mut nest!([$($length)*] [T; N])) {
                let y: &mut nest!([$($length)*] [[T; N]; 1]) = regrouped_mut(y);
                values::<T, 1, K, N, [[T; K]; 1], nest!([$($length)*] [[T; N]; K]), _>(regrouped(self), regrouped(b), y);
            }

            #[inline(always)]
            fn pull0(dy: &nest!([$($length)*] [T; N]), b: &nest!([$($length)*] [[T; N]; L]), da: &mut [T; K]) {
                let dy: &nest!([$($length)*] [[T; N]; 1]) = regrouped(dy);
                pulls0::<T, 1, K, N, [[T; K]; 1], nest!([$($length)*] [[T; N]; K]), _>(dy, regrouped(b), regrouped_mut(da));
            }

            #[inline(always)]
            fn pull1(&self, dy: &nest!([$($length)*] [T; N]), db: &mut nest!([$($length)*] [[T; N]; L])) {
                let dy: &nest!([$($length)*] [[T; N]; 1]) = regrouped(dy);
                pulls1::<T, 1, K, N, [[T; K]; 1], nest!([$($length)*] [[T; N]; K]), _>(dy, regrouped(self), regrouped_mut(db));
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Scalar, $(const $length: usize,)* const M: usize, const K: usize, const L: usize>
            Matmul<[T; L], nest!([$($length)*] [T; M])> for nest!([$($length)*] [[T; K]; M])
        {
            #[inline(always)]
            fn value(&self, b: &[T; L], y: &mut nest!([$($length)*] [T; M])) {
                let y: &mut nest!([$($length)*] [[T; 1]; M]) = regrouped_mut(y);
                for (a, y) in self.matrices().iter().zip(y.matrices_mut()) {
                    value::<[[T; K]; M], [T; L], [T; M]>(a, b, regrouped_mut(y));
                }
            }

            #[inline(always)]
            fn pull0(dy: &nest!([$($length)*] [T; M]), b: &[T; L], da: &mut nest!([$($length)*] [[T; K]; M])) {
                let dy: &nest!([$($length)*] [[T; 1]; M]) = regrouped(dy);
                for (da, dy) in da.matrices_mut().iter_mut().zip(dy.matrices()) {
                    pull0::<[[T; K]; M], [T; L], [T; M]>(regrouped(dy), b, da);
                }
            }

            #[inline(always)]
            fn pull1(&self, dy: &nest!([$($length)*] [T; M]), db: &mut [T; L]) {
                let dy: &nest!([$($length)*] [[T; 1]; M]) = regrouped(dy);
                for (a, dy) in self.matrices().iter().zip(dy.matrices()) {
                    pull1::<[[T; K]; M], [T; L], [T; M]>(regrouped(dy), a, db);
                }
            }
        }
    )*};
}
with_vectors! { [A] [A B] [A B D] [A B D E] }

/// Lengths before the matrices of a, of b and of the product, which broadcasting gives.
macro_rules! broadcast {
    ($([$($a:ident)*] [$($b:ident)*] [$($y:ident)*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<
            T: Scalar,
            $(const $a: usize,)* $(const $b: usize,)* $(const $y: usize,)*
            const M: usize, const K: usize, const L: usize, const N: usize,
        > Matmul<nest!([$($b)*] [[T; N]; L]), nest!([$($y)*] [[T; N]; M])> for nest!([$($a)*] [[T; K]; M])
        {
            #[inline(always)]
            fn value(&self, b: &nest!([$($b)*] [[T; N]; L]), y: &mut nest!([$($y)*] [[T; N]; M])) {
                values::<T, M, K, N, _, nest!([$($b)*] [[T; N]; K]), _>(self, regrouped(b), y);
            }

            #[inline(always)]
            fn pull0(
                dy: &nest!([$($y)*] [[T; N]; M]),
                b: &nest!([$($b)*] [[T; N]; L]),
                da: &mut nest!([$($a)*] [[T; K]; M]),
            ) {
                pulls0::<T, M, K, N, _, nest!([$($b)*] [[T; N]; K]), _>(dy, regrouped(b), da);
            }

            #[inline(always)]
            fn pull1(&self, dy: &nest!([$($y)*] [[T; N]; M]), db: &mut nest!([$($b)*] [[T; N]; L])) {
                pulls1::<T, M, K, N, _, nest!([$($b)*] [[T; N]; K]), _>(dy, self, regrouped_mut(db));
            }
        }
    )*};
}
broadcast! {
    [] [B1] [Y1]; [] [B1 B2] [Y1 Y2]; [] [B1 B2 B3] [Y1 Y2 Y3]; [] [B1 B2 B3 B4] [Y1 Y2 Y3 Y4];
    [A1] [] [Y1]; [A1 A2] [] [Y1 Y2]; [A1 A2 A3] [] [Y1 Y2 Y3]; [A1 A2 A3 A4] [] [Y1 Y2 Y3 Y4];
    [A1] [B1] [Y1]; [A1] [B1 B2] [Y1 Y2]; [A1] [B1 B2 B3] [Y1 Y2 Y3]; [A1] [B1 B2 B3 B4] [Y1 Y2 Y3 Y4];
    [A1 A2] [B1] [Y1 Y2]; [A1 A2] [B1 B2] [Y1 Y2]; [A1 A2] [B1 B2 B3] [Y1 Y2 Y3];
    [A1 A2] [B1 B2 B3 B4] [Y1 Y2 Y3 Y4];
    [A1 A2 A3] [B1] [Y1 Y2 Y3]; [A1 A2 A3] [B1 B2] [Y1 Y2 Y3]; [A1 A2 A3] [B1 B2 B3] [Y1 Y2 Y3];
    [A1 A2 A3] [B1 B2 B3 B4] [Y1 Y2 Y3 Y4];
    [A1 A2 A3 A4] [B1] [Y1 Y2 Y3 Y4]; [A1 A2 A3 A4] [B1 B2] [Y1 Y2 Y3 Y4]; [A1 A2 A3 A4] [B1 B2 B3] [Y1 Y2 Y3 Y4];
    [A1 A2 A3 A4] [B1 B2 B3 B4] [Y1 Y2 Y3 Y4];
}

#[cfg(test)]
mod tests {
    use super::super::super::shape::Shape;
    use super::super::super::tests::Check;
    use super::super::rule;
    use super::*;

    #[test]
    fn each_matrix_meets_its_own() {
        let a = [[[1.0f32, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]];
        let b = [[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 2.0]]];
        let (mut y, mut all) = ([[[9.0; 2]; 2]; 2], [[[[9.0; 2]; 2]; 2]; 2]);
        value(&a, &b, &mut y);
        assert_eq!(y, [a[0], a[1].map(|row| row.map(|a| 2.0 * a))]);
        value(&[[a[0]], [a[1]]], &b, &mut all);
        assert_eq!(all, [[a[0], a[0].map(|row| row.map(|a| 2.0 * a))], [a[1], y[1]]]);
        let (mut rows, mut columns) = ([[9.0; 2]; 2], [[9.0; 2]; 2]);
        value(&[1.0, -1.0], &a, &mut rows);
        value(&a, &[1.0, -1.0], &mut columns);
        assert_eq!((rows, columns), ([[-2.0; 2]; 2], [[-1.0; 2]; 2]));
    }

    /// The rule gives the product's shape, pulls are the slopes of chords, and every matrix is the product of two.
    fn check<A: Matmul<B, Y, Scalar = f64>, B: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
        assert_eq!(rule(Shape::of::<A>(), Shape::of::<B>()), Shape::of::<Y>());
        Check::new(7).two(value::<A, B, Y>, |dy, _, b, _, da| pull0(dy, b, da), |dy, a, _, _, db| pull1(dy, a, db));
    }

    type M23 = [[f64; 3]; 2];
    type M34 = [[f64; 4]; 3];
    type M24 = [[f64; 4]; 2];

    #[test]
    fn gradients_are_those_of_chords() {
        check::<[f64; 3], [M34; 2], [[f64; 4]; 2]>();
        check::<[f64; 3], [[M34; 2]; 3], [[[f64; 4]; 2]; 3]>();
        check::<[M23; 5], [f64; 3], [[f64; 2]; 5]>();
        check::<[[M23; 5]; 2], [f64; 3], [[[f64; 2]; 5]; 2]>();
        check::<[M23; 5], M34, [M24; 5]>();
        check::<[[[[M23; 2]; 1]; 2]; 2], M34, [[[[M24; 2]; 1]; 2]; 2]>();
        check::<M23, [M34; 3], [M24; 3]>();
        check::<M23, [[M34; 3]; 2], [[M24; 3]; 2]>();
        check::<[M23; 2], [M34; 2], [M24; 2]>();
        check::<[M23; 1], [M34; 2], [M24; 2]>();
        check::<[M23; 2], [M34; 1], [M24; 2]>();
        check::<[[M23; 2]; 1], [[M34; 2]; 1], [[M24; 2]; 1]>();
        check::<[[M23; 1]; 3], [M34; 2], [[M24; 2]; 3]>();
        check::<[M23; 2], [[M34; 2]; 3], [[M24; 2]; 3]>();
        check::<[[M23; 1]; 3], [[M34; 2]; 1], [[M24; 2]; 3]>();
        check::<[[[M23; 2]; 1]; 3], [[M34; 1]; 2], [[[M24; 2]; 2]; 3]>();
        check::<[[[[M23; 1]; 2]; 1]; 2], [[[M34; 2]; 1]; 3], [[[[M24; 2]; 2]; 3]; 2]>();
    }
}
