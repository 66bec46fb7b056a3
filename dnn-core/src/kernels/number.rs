//! One number or a vector of them, so that a formula is written once for both.

use crate::kernels::level::Vector;
use crate::scalar::Scalar;
use core::marker::PhantomData;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// What the step of a recurrent unit, an activation or a loss computes with.
pub trait Number:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The nearest number to `value`; self only says that there are such numbers on this machine.
    fn constant(self, value: f64) -> Self;
    /// `yes` where it is greater than a bound, else, and where one is a NaN, `no`
    fn above(self, bound: Self, yes: Self, no: Self) -> Self;
    /// |self|
    fn abs(self) -> Self;
    /// 0 where it is negative, else itself
    fn rectified(self) -> Self;
    /// 1 / (1 + e^-self)
    fn sigmoid(self) -> Self;
    /// tanh self
    fn tanh(self) -> Self;
    /// e^self
    fn exp(self) -> Self;
    /// e^self - 1 where it is not positive. Elsewhere it is of no use, and one number by itself saves the function.
    fn exp_m1_unless_positive(self) -> Self;
    /// ln self
    fn ln(self) -> Self;
    /// ln(1 + self)
    fn ln_1p(self) -> Self;
    /// erf self
    fn erf(self) -> Self;
}

macro_rules! functions {
    (of scalars: $($name:ident)*) => {$(
        #[inline(always)]
        fn $name(self) -> T {
            Scalar::$name(self)
        }
    )*};
    (of vectors: $($name:ident)*) => {$(
        #[inline(always)]
        fn $name(self) -> Self {
            // SAFETY: by `new`, the machine has the instructions.
            unsafe { Parallel::new(self.vector.$name()) }
        }
    )*};
}

impl<T: Scalar> Number for T {
    #[inline(always)]
    fn constant(self, value: f64) -> T {
        T::from_f64(value)
    }
    #[inline(always)]
    fn above(self, bound: T, yes: T, no: T) -> T {
        if self > bound { yes } else { no }
    }
    #[inline(always)]
    fn exp_m1_unless_positive(self) -> T {
        if self > T::ZERO { self } else { self.exp_m1() }
    }
    #[inline(always)]
    fn rectified(self) -> T {
        if self < T::ZERO { T::ZERO } else { self }
    }
    functions! { of scalars: abs sigmoid tanh exp ln ln_1p erf }
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
operators! { Add: add Sub: sub Mul: mul Div: div }

impl<T: Scalar, V: Vector<T>> Neg for Parallel<T, V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self * self.constant(-1.0)
    }
}

impl<T: Scalar, V: Vector<T>> Number for Parallel<T, V> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        // SAFETY: by `new`, the machine has the instructions.
        unsafe { Parallel::new(V::splat(T::from_f64(value))) }
    }
    #[inline(always)]
    fn above(self, bound: Self, yes: Self, no: Self) -> Self {
        // SAFETY: by `new`, the machine has the instructions.
        unsafe { Parallel::new(self.vector.above(bound.vector, yes.vector, no.vector)) }
    }
    #[inline(always)]
    fn exp_m1_unless_positive(self) -> Self {
        // SAFETY: by `new`, the machine has the instructions.
        unsafe { Parallel::new(self.vector.exp_m1()) }
    }
    functions! { of vectors: abs rectified sigmoid tanh exp ln ln_1p erf }
}
