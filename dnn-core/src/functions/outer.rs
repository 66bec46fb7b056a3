//! `y[m][n] = a[m] b[n]`, PyTorch's [`outer`](https://docs.pytorch.org/docs/stable/generated/torch.outer.html)
//!
//! `da[m] += sum over n of dy[m][n] b[n]`, `db[n] += sum over m of dy[m][n] a[m]`

use super::shape::Shape;
use crate::check::Text;
use crate::scalar::Scalar;

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
pub fn value<T: Scalar, const M: usize, const N: usize>(a: &[T; M], b: &[T; N], y: &mut [[T; N]; M]) {
    for (y, a) in y.iter_mut().zip(a) {
        for (y, b) in y.iter_mut().zip(b) {
            *y = *a * *b;
        }
    }
}

/// **Adds** dL/da; reads b.
#[inline(always)]
pub fn pull0<T: Scalar, const M: usize, const N: usize>(dy: &[[T; N]; M], b: &[T; N], da: &mut [T; M]) {
    for (da, dy) in da.iter_mut().zip(dy) {
        for (dy, b) in dy.iter().zip(b) {
            *da += *dy * *b;
        }
    }
}

/// **Adds** dL/db; reads a.
#[inline(always)]
pub fn pull1<T: Scalar, const M: usize, const N: usize>(dy: &[[T; N]; M], a: &[T; M], db: &mut [T; N]) {
    for (dy, a) in dy.iter().zip(a) {
        for (db, dy) in db.iter_mut().zip(dy) {
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
        value(&[1.0, 2.0, 3.0], &[4.0, 5.0], &mut y);
        assert_eq!(y, [[4.0, 5.0], [8.0, 10.0], [12.0, 15.0]]);
    }

    #[test]
    #[should_panic(expected = "`outer` of [2, 3] and [4]: both are vectors, write `flatten` before")]
    fn a_matrix_is_no_vector() {
        rule(Shape::new(&[2, 3]), Shape::new(&[4]));
    }

    #[test]
    fn gradients_are_those_of_chords() {
        Check::new(7).two(value::<f64, 3, 4>, |dy, _, b, _, da| pull0(dy, b, da), |dy, a, _, _, db| pull1(dy, a, db));
    }
}
