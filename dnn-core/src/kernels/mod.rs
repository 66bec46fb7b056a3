//! Kernels: slices and lengths in, slices out. They know neither layers nor allocation.

pub(crate) mod gemm;
pub(crate) mod linear;
