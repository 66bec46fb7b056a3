//! Functions of every spelling compile without a warning.

#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, non_snake_case)]
#![forbid(unsafe_code)]

use dnn as renamed;
use dnn::prelude::*;

/// A shape that rustc knows.
pub type Row = [f32; 3];

/// With an attribute.
#[differentiable]
#[inline]
#[must_use]
pub fn squares(x: &Row) -> f32 {
    sum(x * x)
}

mod inner {
    use dnn::prelude::*;

    /// For the crate.
    #[differentiable]
    pub(crate) fn shifted(x: &[f32; 3], by: f32) -> [f32; 3] {
        x + by
    }
}

/// A renamed crate.
#[renamed::prelude::differentiable(crate = ::dnn, wrt(r#type))]
pub fn keyword(r#type: f64, r#fn: f64) -> f64 {
    let r#match = r#type * r#fn;
    r#match * r#match
}

/// Names of generated code.
#[differentiable]
pub fn collisions(x: &[f32; 2], dx: &[f32; 2], x_i: f32, __i: f32, v3: f32) -> f32 {
    let y = x * dx + x_i;
    let dy = y * __i;
    let y_i = dy + v3;
    sum(y_i * y)
}

/// A where clause.
#[differentiable]
pub fn generic<T, const N: usize>(x: &[T; N], s: T) -> T
where
    T: Scalar,
{
    let y = x * s;
    sum(y * y)
}

fn main() {
    assert_eq!(squares::gradient(&[1.0, 2.0, 3.0]), (14.0, [2.0, 4.0, 6.0]));
    assert_eq!(inner::shifted::pullback(&[0.0; 3], 1.0, &[1.0; 3]), ([1.0; 3], 3.0));
    assert_eq!(keyword::gradient(3.0, 2.0), (36.0, 24.0));
    let (value, dx, ddx, dx_i, di, dv3) = collisions::gradient(&[1.0, 2.0], &[3.0, 4.0], 0.5, 2.0, 1.0);
    // y = [3.5, 8.5]: sum of 2 y^2 + y
    assert_eq!((value, di, dv3), (181.0, 84.5, 12.0));
    assert_eq!((dx, ddx, dx_i), ([45.0, 140.0], [15.0, 70.0], 50.0));
    assert_eq!(generic::gradient(&[1.0f64, 2.0], 3.0), (45.0, [18.0, 36.0], 30.0));

    #[differentiable]
    fn local(x: f32) -> f32 {
        x * x
    }
    assert_eq!(local::gradient(3.0), (9.0, 6.0));
    let loss: squares = squares {};
    let _ = loss;
}
