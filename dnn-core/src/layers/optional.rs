//! Tensors that a layer may have or not.

use crate::parameters::{Entry, Role, elements};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};
use core::marker::PhantomData;
use core::slice::{from_mut, from_ref};

/// A tensor of a layer, or [`Absent`] in its place.
///
/// Nothing else implements it.
pub trait Optional: sealed::Sealed + 'static {
    /// One element.
    type Scalar: Tensor;
    /// The shape, if it is there.
    const DIMS: Option<&'static [usize]>;
    /// The elements, if it is there.
    fn elements(&self) -> Option<&[Self::Scalar]>;
    /// The elements to write to, if it is there.
    fn elements_mut(&mut self) -> Option<&mut [Self::Scalar]>;
}

/// In the place of a tensor of `T` that a layer does not have; it takes no memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absent<T>(PhantomData<T>);

mod sealed {
    pub trait Sealed {}
    impl<X: super::Tensor> Sealed for X {}
    impl<T> Sealed for super::Absent<T> {}
}

impl<X: Tensor> Optional for X {
    type Scalar = X::Scalar;
    const DIMS: Option<&'static [usize]> = Some(X::DIMS);
    #[inline(always)]
    fn elements(&self) -> Option<&[X::Scalar]> {
        Some(flat(from_ref(self)))
    }
    #[inline(always)]
    fn elements_mut(&mut self) -> Option<&mut [X::Scalar]> {
        Some(flat_mut(from_mut(self)))
    }
}

impl<T: Scalar> Optional for Absent<T> {
    type Scalar = T;
    const DIMS: Option<&'static [usize]> = None;
    #[inline(always)]
    fn elements(&self) -> Option<&[T]> {
        None
    }
    #[inline(always)]
    fn elements_mut(&mut self) -> Option<&mut [T]> {
        None
    }
}

/// The entry of a tensor; it counts only where there is one.
pub(super) const fn entry(name: &'static str, offset: usize, dims: Option<&'static [usize]>) -> Entry {
    let dims = match dims {
        Some(dims) => dims,
        None => &[],
    };
    Entry::Tensor { name, offset, dims, role: Role::Parameter }
}

/// A tensor has as many elements as a row has values.
pub(super) const fn fits(dims: Option<&[usize]>, values: usize) {
    if let Some(dims) = dims {
        assert!(elements(dims) == values, "the rows have another length than the tensors of the layer");
    }
}
