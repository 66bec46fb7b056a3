//! y = a b, PyTorch's [`matmul`](https://docs.pytorch.org/docs/stable/generated/torch.matmul.html)
//!
//! | a | b | y | |
//! |---|---|---|---|
//! | `[K]` | `[K]` | a scalar | `dot` |
//! | `[M, K]` | `[K]` | `[M]` | what [`Linear`](crate::Linear) without a bias makes of one sample, to the bit |
//! | `[K]` | `[K, N]` | `[N]` | |
//! | `[M, K]` | `[K, N]` | `[M, N]` | |
//! | `[.., M, K]` | `[.., K, N]` | `[.., M, N]` | matrix by matrix: the leading lengths are broadcast, and one operand may be a vector |
//!
//! `da[m][k] += sum over n of dy[m][n] b[k][n]`, `db[k][n] += sum over m of a[m][k] dy[m][n]`, and over the matrices for which
//! a or b was repeated

mod batches;

use super::shape::{Shape, broadcast};
use crate::check::Text;
use crate::kernels::linear;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut, regrouped, regrouped_mut, zero};
use core::slice::{from_mut, from_ref};

/// The shape of the product.
#[track_caller]
pub const fn rule(a: Shape, b: Shape) -> Shape {
    let (m, n) = (a.rank(), b.rank());
    if m == 0 || n == 0 {
        Text::new().text("`matmul` of a scalar: write `*`").panic();
    }
    let (columns, rows) = (a.from_last(0), b.from_last(if n == 1 { 0 } else { 1 }));
    if columns != rows {
        let text = both(a, b).text(": ").number(columns).text(" columns meet ").number(rows);
        text.text(if n == 1 { " elements" } else { " rows" }).text(", make them equal").panic();
    }
    let mut i = 2;
    while i < m && i < n {
        let (x, y) = (a.from_last(i), b.from_last(i));
        if x != y && x != 1 && y != 1 {
            let text = both(a, b).text(": ").number(x).text(" matrices meet ").number(y);
            text.text(", make them equal or one of them 1").panic();
        }
        i += 1;
    }
    match (m, n) {
        (1, 1) => Shape::SCALAR,
        (1, _) => b.without(n - 2),
        (_, 1) => a.without(m - 1),
        _ => {
            let leading = broadcast(leading(a), leading(b));
            let rank = leading.rank();
            leading.with(rank - 2, a.from_last(1)).with(rank - 1, b.from_last(0))
        }
    }
}

/// The shape of the matrices of a tensor, each of one element: what is broadcast.
const fn leading(of: Shape) -> Shape {
    of.with(of.rank() - 2, 1).with(of.rank() - 1, 1)
}

/// How many matrices there are in a tensor; a vector is one.
pub const fn matrices(of: Shape) -> usize {
    if of.rank() < 2 { 1 } else { leading(of).len() }
}

/// How many products of matrices there are.
#[track_caller]
pub const fn products(a: Shape, b: Shape) -> usize {
    match (a.rank() < 2, b.rank() < 2) {
        (true, _) => matrices(b),
        (_, true) => matrices(a),
        _ => broadcast(leading(a), leading(b)).len(),
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

/// The tensors that can be multiplied, by their ranks, and the product. Which lengths fit is what [`rule`] says; a build stops
/// where they do not.
#[diagnostic::on_unimplemented(
    message = "`matmul` of `{Self}` and `{B}` is no `{Y}`: it takes vectors, matrices, and tensors of matrices"
)]
pub trait Matmul<B: Tensor<Scalar = Self::Scalar>, Y: Tensor<Scalar = Self::Scalar>>: Tensor<Scalar: Scalar> {
    /// See [`value`].
    fn value(&self, b: &B, y: &mut Y);
    /// See [`pull0`].
    fn pull0(dy: &Y, b: &B, da: &mut Self);
    /// See [`pull1`].
    fn pull1(&self, dy: &Y, db: &mut B);
}

/// Writes y = a b.
#[inline(always)]
pub fn value<A: Matmul<B, Y>, B: Tensor<Scalar = A::Scalar>, Y: Tensor<Scalar = A::Scalar>>(a: &A, b: &B, y: &mut Y) {
    a.value(b, y);
}

/// **Adds** dL/da; reads b.
#[inline(always)]
pub fn pull0<A: Matmul<B, Y>, B: Tensor<Scalar = A::Scalar>, Y: Tensor<Scalar = A::Scalar>>(dy: &Y, b: &B, da: &mut A) {
    A::pull0(dy, b, da);
}

/// **Adds** dL/db; reads a.
#[inline(always)]
pub fn pull1<A: Matmul<B, Y>, B: Tensor<Scalar = A::Scalar>, Y: Tensor<Scalar = A::Scalar>>(dy: &Y, a: &A, db: &mut B) {
    a.pull1(dy, db);
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const M: usize, const K: usize, const L: usize, const N: usize> Matmul<[[T; N]; L], [[T; N]; M]>
    for [[T; K]; M]
{
    #[inline(always)]
    fn value(&self, b: &[[T; N]; L], y: &mut [[T; N]; M]) {
        linear::gradient_input(y, self, regrouped::<_, [[T; N]; K]>(b), false);
    }

    #[inline(always)]
    fn pull0(dy: &[[T; N]; M], b: &[[T; N]; L], da: &mut [[T; K]; M]) {
        let mut sums = zero::<[[T; K]; M]>(); // [M, K]: products of rows are not added to anything
        linear::forward(&mut sums, dy, regrouped::<_, [[T; N]; K]>(b), &());
        for (da, sum) in flat_mut(da).iter_mut().zip(flat(&sums)) {
            *da += *sum;
        }
    }

    #[inline(always)]
    fn pull1(&self, dy: &[[T; N]; M], db: &mut [[T; N]; L]) {
        linear::gradient_weight(regrouped_mut::<_, [[T; N]; K]>(db), self, dy, true);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const M: usize, const K: usize, const L: usize> Matmul<[T; L], [T; M]> for [[T; K]; M] {
    #[inline(always)]
    fn value(&self, b: &[T; L], y: &mut [T; M]) {
        linear::forward(from_mut(y), from_ref(regrouped::<_, [T; K]>(b)), self, &());
    }

    #[inline(always)]
    fn pull0(dy: &[T; M], b: &[T; L], da: &mut [[T; K]; M]) {
        linear::gradient_weight(da, from_ref(dy), from_ref(regrouped::<_, [T; K]>(b)), true);
    }

    #[inline(always)]
    fn pull1(&self, dy: &[T; M], db: &mut [T; L]) {
        linear::gradient_input(from_mut(regrouped_mut::<_, [T; K]>(db)), from_ref(dy), self, true);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const K: usize, const L: usize, const N: usize> Matmul<[[T; N]; L], [T; N]> for [T; K] {
    #[inline(always)]
    fn value(&self, b: &[[T; N]; L], y: &mut [T; N]) {
        linear::gradient_input(from_mut(y), from_ref(self), regrouped::<_, [[T; N]; K]>(b), false);
    }

    #[inline(always)]
    fn pull0(dy: &[T; N], b: &[[T; N]; L], da: &mut [T; K]) {
        let mut sums = zero::<[T; K]>();
        linear::forward(from_mut(&mut sums), from_ref(dy), regrouped::<_, [[T; N]; K]>(b), &());
        for (da, sum) in da.iter_mut().zip(&sums) {
            *da += *sum;
        }
    }

    #[inline(always)]
    fn pull1(&self, dy: &[T; N], db: &mut [[T; N]; L]) {
        linear::gradient_weight(regrouped_mut::<_, [[T; N]; K]>(db), from_ref(self), from_ref(dy), true);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, const K: usize, const L: usize> Matmul<[T; L], T> for [T; K] {
    #[inline(always)]
    fn value(&self, b: &[T; L], y: &mut T) {
        let mut dot = [T::ZERO];
        let b = regrouped::<_, [T; K]>(b);
        linear::forward(from_mut(&mut dot), from_ref(b), regrouped::<_, [[T; K]; 1]>(self), &());
        [*y] = dot;
    }

    #[inline(always)]
    fn pull0(dy: &T, b: &[T; L], da: &mut [T; K]) {
        for (da, b) in da.iter_mut().zip(b) {
            *da += *dy * *b;
        }
    }

    #[inline(always)]
    fn pull1(&self, dy: &T, db: &mut [T; L]) {
        for (db, a) in db.iter_mut().zip(self) {
            *db += *dy * *a;
        }
    }
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
    }

    #[test]
    fn shapes_of_products() {
        let shape = |dims| Shape::new(dims);
        assert_eq!(rule(shape(&[3]), shape(&[3])), Shape::SCALAR);
        assert_eq!(rule(shape(&[2, 3]), shape(&[3])), shape(&[2]));
        assert_eq!(rule(shape(&[3]), shape(&[3, 4])), shape(&[4]));
        assert_eq!(rule(shape(&[2, 3]), shape(&[3, 4])), shape(&[2, 4]));
        assert_eq!(rule(shape(&[5, 2, 3]), shape(&[5, 3, 4])), shape(&[5, 2, 4]));
        assert_eq!(rule(shape(&[5, 2, 3]), shape(&[3, 4])), shape(&[5, 2, 4]));
        assert_eq!(rule(shape(&[5, 2, 3]), shape(&[3])), shape(&[5, 2]));
        assert_eq!(rule(shape(&[3]), shape(&[5, 3, 4])), shape(&[5, 4]));
        assert_eq!(rule(shape(&[5, 1, 2, 3]), shape(&[6, 3, 4])), shape(&[5, 6, 2, 4]));
        assert_eq!([matrices(shape(&[3])), matrices(shape(&[3, 4])), matrices(shape(&[5, 6, 3, 4]))], [1, 1, 30]);
        assert_eq!(
            [products(shape(&[3]), shape(&[5, 3, 4])), products(shape(&[5, 1, 2, 3]), shape(&[6, 3, 4]))],
            [5, 30]
        );
    }

    #[test]
    #[should_panic(expected = "`matmul` of [2, 3] and [4, 2]: 3 columns meet 4 rows, make them equal")]
    fn inner_lengths_are_equal() {
        rule(Shape::new(&[2, 3]), Shape::new(&[4, 2]));
    }

    #[test]
    #[should_panic(
        expected = "`matmul` of [5, 2, 3] and [4, 3, 4]: 5 matrices meet 4, make them equal or one of them 1"
    )]
    fn leading_lengths_are_broadcast() {
        rule(Shape::new(&[5, 2, 3]), Shape::new(&[4, 3, 4]));
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
        fn check<A: Matmul<B, Y, Scalar = f64>, B: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>() {
            Check::new(7).two(value::<A, B, Y>, |dy, _, b, _, da| pull0(dy, b, da), |dy, a, _, _, db| pull1(dy, a, db));
        }
        check::<[f64; 5], [f64; 5], f64>();
        check::<[f64; 70], [f64; 70], f64>();
        check::<[[f64; 5]; 3], [f64; 5], [f64; 3]>();
        check::<[[f64; 17]; 9], [f64; 17], [f64; 9]>();
        check::<[f64; 3], [[f64; 5]; 3], [f64; 5]>();
        check::<[f64; 9], [[f64; 17]; 9], [f64; 17]>();
        check::<[[f64; 3]; 2], [[f64; 5]; 3], [[f64; 5]; 2]>();
        check::<[[f64; 9]; 5], [[f64; 10]; 9], [[f64; 10]; 5]>();
    }
}
