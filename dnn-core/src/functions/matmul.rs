//! y = a b, PyTorch's [`matmul`](https://docs.pytorch.org/docs/stable/generated/torch.matmul.html)
//!
//! | a | b | y | |
//! |---|---|---|---|
//! | `[K]` | `[K]` | a scalar | `dot` |
//! | `[M, K]` | `[K]` | `[M]` | what [`Linear`](crate::Linear) without a bias makes of one sample, to the bit |
//! | `[K]` | `[K, N]` | `[N]` | |
//! | `[M, K]` | `[K, N]` | `[M, N]` | |
//! | `[.., M, K]` | `[.., K, N]` | `[.., M, N]` | with one or two equal leading dimensions, matrix by matrix |
//!
//! `da[m][k] += sum over n of dy[m][n] b[k][n]`, `db[k][n] += sum over m of a[m][k] dy[m][n]`

use super::shape::Shape;
use crate::check::Text;
use crate::kernels::linear;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut, regrouped, zero};
use core::slice::{from_mut, from_ref};

/// The shape of the product.
#[track_caller]
pub const fn rule(a: Shape, b: Shape) -> Shape {
    let (m, n) = (a.rank(), b.rank());
    if m == 0 || n == 0 {
        Text::new().text("`matmul` of a scalar: write `*`").panic();
    }
    if m > 2 || n > 2 {
        let mut i = 0;
        while i < m || i < n {
            if m != n || m > 4 || i + 2 < m && a.dim(i) != b.dim(i) {
                let text = both(a, b).text(": beyond matrices, both have the same leading lengths, at most two");
                text.text(", write `reshape` before").panic();
            }
            i += 1;
        }
    }
    let (columns, rows) = (a.dim(m - 1), b.dim(if n == 1 { 0 } else { n - 2 }));
    if columns != rows {
        let text = both(a, b).text(": ").number(columns).text(" columns meet ").number(rows);
        text.text(if n == 1 { " elements" } else { " rows" }).text(", make them equal").panic();
    }
    match (m, n) {
        (1, 1) => Shape::SCALAR,
        (1, _) => b.without(0),
        (_, 1) => a.without(m - 1),
        _ => a.with(m - 1, b.dim(n - 1)),
    }
}

/// The shape of the product of two vectors, and of nothing else.
#[track_caller]
pub const fn rule_dot(a: Shape, b: Shape) -> Shape {
    if a.rank() != 1 || b.rank() != 1 || a.dim(0) != b.dim(0) {
        let text = Text::new().text("`dot` of ").shape(a.dims()).text(" and ").shape(b.dims());
        text.text(": it takes two vectors of one length, write `matmul` for others").panic();
    }
    Shape::SCALAR
}

const fn both(a: Shape, b: Shape) -> Text {
    Text::new().text("`matmul` of ").shape(a.dims()).text(" and ").shape(b.dims())
}

/// The tensors that can be multiplied, by their ranks.
#[diagnostic::on_unimplemented(
    message = "`matmul` of `{Self}` and `{B}`: the last length of the one is the first of the other"
)]
pub trait Matmul<B: Tensor<Scalar = Self::Scalar>>: Tensor<Scalar: Scalar> {
    /// y
    type Output: Tensor<Scalar = Self::Scalar>;
    /// See [`value`].
    fn value(&self, b: &B, y: &mut Self::Output);
    /// See [`pull0`].
    fn pull0(dy: &Self::Output, b: &B, da: &mut Self);
    /// See [`pull1`].
    fn pull1(&self, dy: &Self::Output, db: &mut B);
}

/// Writes y = a b.
#[inline(always)]
pub fn value<A: Matmul<B>, B: Tensor<Scalar = A::Scalar>>(a: &A, b: &B, y: &mut A::Output) {
    a.value(b, y);
}

/// **Adds** dL/da; reads b.
#[inline(always)]
pub fn pull0<A: Matmul<B>, B: Tensor<Scalar = A::Scalar>>(dy: &A::Output, b: &B, da: &mut A) {
    A::pull0(dy, b, da);
}

/// **Adds** dL/db; reads a.
#[inline(always)]
pub fn pull1<A: Matmul<B>, B: Tensor<Scalar = A::Scalar>>(dy: &A::Output, a: &A, db: &mut B) {
    a.pull1(dy, db);
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const M: usize, const K: usize, const N: usize> Matmul<[[T; N]; K]> for [[T; K]; M] {
    type Output = [[T; N]; M];

    #[inline(always)]
    fn value(&self, b: &[[T; N]; K], y: &mut [[T; N]; M]) {
        linear::gradient_input(y, self, b, false);
    }

    #[inline(always)]
    fn pull0(dy: &[[T; N]; M], b: &[[T; N]; K], da: &mut [[T; K]; M]) {
        let mut sums = zero::<[[T; K]; M]>(); // [M, K]: products of rows are not added to anything
        linear::forward(&mut sums, dy, b, &());
        for (da, sum) in flat_mut(da).iter_mut().zip(flat(&sums)) {
            *da += *sum;
        }
    }

    #[inline(always)]
    fn pull1(&self, dy: &[[T; N]; M], db: &mut [[T; N]; K]) {
        linear::gradient_weight(db, self, dy);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const M: usize, const K: usize> Matmul<[T; K]> for [[T; K]; M] {
    type Output = [T; M];

    #[inline(always)]
    fn value(&self, b: &[T; K], y: &mut [T; M]) {
        linear::forward(from_mut(y), from_ref(b), self, &());
    }

    #[inline(always)]
    fn pull0(dy: &[T; M], b: &[T; K], da: &mut [[T; K]; M]) {
        linear::gradient_weight(da, from_ref(dy), from_ref(b));
    }

    #[inline(always)]
    fn pull1(&self, dy: &[T; M], db: &mut [T; K]) {
        linear::gradient_input(from_mut(db), from_ref(dy), self, true);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const K: usize, const N: usize> Matmul<[[T; N]; K]> for [T; K] {
    type Output = [T; N];

    #[inline(always)]
    fn value(&self, b: &[[T; N]; K], y: &mut [T; N]) {
        linear::gradient_input(from_mut(y), from_ref(self), b, false);
    }

    #[inline(always)]
    fn pull0(dy: &[T; N], b: &[[T; N]; K], da: &mut [T; K]) {
        let mut sums = zero::<[T; K]>();
        linear::forward(from_mut(&mut sums), from_ref(dy), b, &());
        for (da, sum) in da.iter_mut().zip(&sums) {
            *da += *sum;
        }
    }

    #[inline(always)]
    fn pull1(&self, dy: &[T; N], db: &mut [[T; N]; K]) {
        linear::gradient_weight(db, from_ref(self), from_ref(dy));
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const K: usize> Matmul<[T; K]> for [T; K] {
    type Output = T;

    #[inline(always)]
    fn value(&self, b: &[T; K], y: &mut T) {
        let mut dot = [T::ZERO];
        linear::forward(from_mut(&mut dot), from_ref(b), regrouped::<_, [[T; K]; 1]>(self), &());
        [*y] = dot;
    }

    #[inline(always)]
    fn pull0(dy: &T, b: &[T; K], da: &mut [T; K]) {
        for (da, b) in da.iter_mut().zip(b) {
            *da += *dy * *b;
        }
    }

    #[inline(always)]
    fn pull1(&self, dy: &T, db: &mut [T; K]) {
        Self::pull0(dy, self, db);
    }
}

macro_rules! matrix_by_matrix {
    ($(($($length:ident)*) $a:ty, $b:ty, $y:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Scalar, $(const $length: usize,)* const M: usize, const K: usize, const N: usize> Matmul<$b> for $a {
            type Output = $y;

            #[inline(always)]
            fn value(&self, b: &$b, y: &mut $y) {
                for ((a, b), y) in self.iter().zip(b).zip(y) {
                    value(a, b, y);
                }
            }

            #[inline(always)]
            fn pull0(dy: &$y, b: &$b, da: &mut $a) {
                for ((dy, b), da) in dy.iter().zip(b).zip(da) {
                    pull0(dy, b, da);
                }
            }

            #[inline(always)]
            fn pull1(&self, dy: &$y, db: &mut $b) {
                for ((dy, a), db) in dy.iter().zip(self).zip(db) {
                    pull1(dy, a, db);
                }
            }
        }
    )*};
}
matrix_by_matrix! {
    (A) [[[T; K]; M]; A], [[[T; N]; K]; A], [[[T; N]; M]; A];
    (A B) [[[[T; K]; M]; B]; A], [[[[T; N]; K]; B]; A], [[[[T; N]; M]; B]; A];
}

#[cfg(test)]
mod tests {
    use super::super::tests::Check;
    use super::*;

    #[test]
    fn products_of_round_numbers() {
        let (a, b) = ([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
        let (mut y, mut row, mut column, mut dot) = ([[9.0; 2]; 2], [9.0; 2], [9.0; 2], 9.0);
        value(&a, &b, &mut y);
        value(&a[1], &b, &mut row);
        value(&a, &[1.0, 0.0, 1.0], &mut column);
        value(&a[0], &a[1], &mut dot);
        assert_eq!((y, row, column, dot), ([[4.0, 5.0], [10.0, 11.0]], [10.0, 11.0], [4.0, 10.0], 32.0));
        let mut batch = [[[[9.0; 2]; 2]; 1]; 3];
        value(&[[a]; 3], &[[b]; 3], &mut batch);
        assert_eq!(batch, [[y]; 3]);
    }

    #[test]
    fn shapes_of_products() {
        let shape = |dims| Shape::new(dims);
        assert_eq!(rule(shape(&[3]), shape(&[3])), Shape::SCALAR);
        assert_eq!(rule(shape(&[2, 3]), shape(&[3])), shape(&[2]));
        assert_eq!(rule(shape(&[3]), shape(&[3, 4])), shape(&[4]));
        assert_eq!(rule(shape(&[2, 3]), shape(&[3, 4])), shape(&[2, 4]));
        assert_eq!(rule(shape(&[5, 2, 3]), shape(&[5, 3, 4])), shape(&[5, 2, 4]));
    }

    #[test]
    #[should_panic(expected = "`matmul` of [2, 3] and [4, 2]: 3 columns meet 4 rows, make them equal")]
    fn inner_lengths_are_equal() {
        rule(Shape::new(&[2, 3]), Shape::new(&[4, 2]));
    }

    #[test]
    #[should_panic(expected = "`matmul` of [5, 2, 3] and [3, 4]: beyond matrices, both have the same leading lengths")]
    fn leading_lengths_are_equal() {
        rule(Shape::new(&[5, 2, 3]), Shape::new(&[3, 4]));
    }

    #[test]
    #[should_panic(expected = "`matmul` of a scalar: write `*`")]
    fn a_scalar_has_no_inner_length() {
        rule(Shape::SCALAR, Shape::new(&[3]));
    }

    #[test]
    #[should_panic(expected = "`dot` of [2, 3] and [3]: it takes two vectors of one length, write `matmul` for others")]
    fn dot_takes_vectors() {
        rule_dot(Shape::new(&[2, 3]), Shape::new(&[3]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        fn check<A: Matmul<B, Scalar = f64>, B: Tensor<Scalar = f64>>() {
            Check::new(7).two(value::<A, B>, |dy, _, b, _, da| pull0(dy, b, da), |dy, a, _, _, db| pull1(dy, a, db));
        }
        check::<[f64; 5], [f64; 5]>();
        check::<[f64; 70], [f64; 70]>();
        check::<[[f64; 5]; 3], [f64; 5]>();
        check::<[[f64; 17]; 9], [f64; 17]>();
        check::<[f64; 3], [[f64; 5]; 3]>();
        check::<[f64; 9], [[f64; 17]; 9]>();
        check::<[[f64; 3]; 2], [[f64; 5]; 3]>();
        check::<[[f64; 9]; 5], [[f64; 10]; 9]>();
        check::<[[[f64; 3]; 2]; 2], [[[f64; 4]; 3]; 2]>();
        check::<[[[[f64; 3]; 2]; 2]; 1], [[[[f64; 4]; 3]; 2]; 1]>();
    }
}
