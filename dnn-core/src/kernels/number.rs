//! One number or a vector of them, so that a formula is written once for both.

use crate::kernels::level::Vector;
use crate::scalar::Scalar;
use core::marker::PhantomData;
use core::ops::{Add, Mul, Sub};

/// What the step of a recurrent unit computes with.
pub(crate) trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// 0 where it is negative, else itself
    fn rectified(self) -> Self;
    /// 1 / (1 + e^-self)
    fn sigmoid(self) -> Self;
    /// tanh self
    fn tanh(self) -> Self;
}

impl<T: Scalar> Number for T {
    #[inline(always)]
    fn rectified(self) -> T {
        if self < T::ZERO { T::ZERO } else { self }
    }
    #[inline(always)]
    fn sigmoid(self) -> T {
        Scalar::sigmoid(self)
    }
    #[inline(always)]
    fn tanh(self) -> T {
        Scalar::tanh(self)
    }
}

/// A vector as a number. One that exists shows that the machine has its instructions.
pub(super) struct Parallel<T, V> {
    vector: V,
    of: PhantomData<T>,
}

impl<T, V: Copy> Parallel<T, V> {
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn new(vector: V) -> Self {
        Parallel { vector, of: PhantomData }
    }

    #[inline(always)]
    pub(super) fn vector(self) -> V {
        self.vector
    }
}

impl<T, V: Copy> Copy for Parallel<T, V> {}

impl<T, V: Copy> Clone for Parallel<T, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

macro_rules! operators {
    ($($operator:ident: $method:ident)*) => {$(
        impl<T, V: Vector<T>> $operator for Parallel<T, V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, b: Self) -> Self {
                // SAFETY: by `new`, the machine has the instructions.
                unsafe { Parallel::new(self.vector.$method(b.vector)) }
            }
        }
    )*};
}
operators! { Add: add Sub: sub Mul: mul }

macro_rules! functions {
    ($($name:ident)*) => {
        impl<T, V: Vector<T>> Number for Parallel<T, V> {
            $(#[inline(always)]
            fn $name(self) -> Self {
                // SAFETY: by `new`, the machine has the instructions.
                unsafe { Parallel::new(self.vector.$name()) }
            })*
        }
    };
}
functions! { rectified sigmoid tanh }
