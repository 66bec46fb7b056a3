//! The only file that names `matrixmultiply`.

/// The product that serves large matrices of this scalar type.
pub trait Gemm {}
impl Gemm for f32 {}
impl Gemm for f64 {}
