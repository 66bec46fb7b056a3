//! Elementary functions of many numbers at once: e^x, 1 / (1 + e^-x), tanh x, e^x - 1, ln x, ln(1 + x), erf x.
//!
//! Of `f32` they are the polynomials of `series`, as wide as the vectors of the level. Of `f64`, and with the feature
//! `deterministic`, they are those of the scalar in each lane, so that they have its bits.

/// Does something for the first, the next, .. vector of `len` scalars, from number `i` on, of which `lanes` are there: all but in
/// the last one, whose code is apart from the loop, since the compiler makes vectors of nothing that has a choice in it.
macro_rules! along {
    ($vector:ident, $len:expr, |$i:ident, $lanes:ident| $body:expr) => {{
        let len = $len;
        let mut $i = 0;
        while $i + $vector::LANES <= len {
            let $lanes = $vector::LANES;
            $body;
            $i += $vector::LANES;
        }
        if $i < len {
            let $lanes = len - $i;
            $body;
        }
    }};
}

/// x[i] = f(x[i]) for a slice x, a vector at a time.
macro_rules! each {
    ($x:expr, |$v:ident: $vector:ident| $value:expr) => {{
        let at = $x.as_mut_ptr();
        along!($vector, $x.len(), |i, lanes| {
            let $v = $vector::load(at.add(i), lanes);
            $value.store(at.add(i), lanes);
        })
    }};
}

/// The methods that are those of the scalar in each lane; `lanes` and `vector` go to an array and back.
macro_rules! by_lanes {
    ($lanes:expr, $vector:expr; $($name:ident)*) => {$(
        #[inline(always)]
        unsafe fn $name(self) -> Self {
            let mut lanes = $lanes(self);
            for lane in &mut lanes {
                *lane = Scalar::$name(*lane);
            }
            $vector(lanes)
        }
    )*};
}

/// The functions of a vector of intrinsics: those of `series`, or those of the scalar in each lane.
#[allow(unused_macros, reason = "some targets have no such vectors")]
macro_rules! functions {
    ($vector:ident $lanes:literal $scalar:ident by series) => {
        functions!(series: exp sigmoid tanh exp_m1 ln ln_1p erf);
    };
    (series: $($name:ident)*) => {$(
        #[inline(always)]
        unsafe fn $name(self) -> Self {
            unsafe { series::$name(self) }
        }
    )*};
    ($vector:ident $lanes:literal $scalar:ident by scalars) => {
        by_lanes! {
            |vector| unsafe { core::mem::transmute::<$vector, [$scalar; $lanes]>(vector) },
            |lanes| unsafe { core::mem::transmute::<[$scalar; $lanes], $vector>(lanes) };
            exp sigmoid tanh exp_m1 ln ln_1p erf
        }
    };
}

mod entropy;
#[cfg(all(target_arch = "x86_64", not(miri), not(feature = "deterministic")))]
pub(crate) mod few;
mod formula;
#[cfg(not(feature = "deterministic"))]
mod lanewise;
#[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
mod neon;
mod portable;
mod probabilities;
#[cfg(not(feature = "deterministic"))]
mod series;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86;

pub(crate) use entropy::Entropies;
pub(crate) use formula::{Formula, Formulas, Loss, loss, pull, value};
pub(crate) use probabilities::Probabilities;
#[cfg(not(feature = "deterministic"))]
pub(crate) use probabilities::{LogProbabilities, LogProbabilitiesBack, ProbabilitiesBack};

use crate::kernels::level::{Kernel, Vector, Vectors};
use crate::kernels::route;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat_mut};

/// Functions of one number, as in a vector of the portable level.
#[cfg(not(feature = "deterministic"))]
macro_rules! alone {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name(x: f32) -> f32 {
            // SAFETY: a number needs no instructions that could be missing.
            unsafe { series::$name(x) }
        }
    )*};
}
#[cfg(not(feature = "deterministic"))]
alone! {
    /// e^x
    exp
    /// 1 / (1 + e^-x)
    sigmoid
    /// tanh x
    tanh
    /// e^x - 1
    exp_m1
    /// ln x
    ln
    /// ln(1 + x)
    ln_1p
    /// erf x
    erf
}

/// What activations need of a vector beside sums and products.
///
/// # Safety
/// As of [`Vector`].
pub trait Elementary<T>: Copy {
    /// self - b
    unsafe fn sub(self, b: Self) -> Self;
    /// self b
    unsafe fn mul(self, b: Self) -> Self;
    /// self / b
    unsafe fn div(self, b: Self) -> Self;
    /// |self|
    unsafe fn abs(self) -> Self;
    /// `yes` where self is greater than a bound, else, and where one is a NaN, `no`
    unsafe fn above(self, bound: Self, yes: Self, no: Self) -> Self;
    /// self where it is positive, 0 where it is negative
    unsafe fn rectified(self) -> Self;
    /// self where it is greater than b, else b: of a NaN in self, b
    unsafe fn greater(self, b: Self) -> Self;
    /// e^self
    unsafe fn exp(self) -> Self;
    /// 1 / (1 + e^-self)
    unsafe fn sigmoid(self) -> Self;
    /// tanh self
    unsafe fn tanh(self) -> Self;
    /// e^self - 1
    unsafe fn exp_m1(self) -> Self;
    /// ln self
    unsafe fn ln(self) -> Self;
    /// ln(1 + self)
    unsafe fn ln_1p(self) -> Self;
    /// erf self
    unsafe fn erf(self) -> Self;
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// 1 / (1 + e^-x)
    Sigmoid,
    /// tanh x
    Tanh,
}

impl Function {
    /// Of one number by itself.
    #[inline(always)]
    pub(crate) fn of<T: Scalar>(self, x: T) -> T {
        match self {
            Function::Sigmoid => x.sigmoid(),
            Function::Tanh => x.tanh(),
        }
    }
}

/// x[i] = function(x[i])
pub struct Map<'a, T> {
    function: Function,
    x: &'a mut [T],
}

impl<T: Scalar> Map<'_, T> {
    /// The same without vectors but those that the compiler makes, which are better than the portable ones.
    #[inline(always)]
    pub(crate) fn one_by_one(&mut self) {
        match self.function {
            Function::Sigmoid => self.x.iter_mut().for_each(|x| *x = x.sigmoid()),
            Function::Tanh => self.x.iter_mut().for_each(|x| *x = x.tanh()),
        }
    }
}

impl<T: Scalar> Kernel for Map<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            match self.function {
                Function::Sigmoid => each!(self.x, |v: V| v.sigmoid()),
                Function::Tanh => each!(self.x, |v: V| v.tanh()),
            }
        }
    }
}

/// x[i] = e^(x[i] - m) with m the largest x[i], and their sum.
pub struct Powers<'a, T> {
    x: &'a mut [T],
    /// -inf where there is none; a NaN is passed over.
    largest: T,
    sum: T,
}

impl<T: Scalar> Kernel for Powers<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            self.largest = largest::<T, V>(self.x);
            let shift = V::splat(self.largest);
            each!(self.x, |v: V| v.sub(shift).exp());
            self.sum = sum::<T, V>(self.x);
        }
    }
}

/// The largest element, -inf where there is none; a NaN is passed over.
///
/// # Safety
/// The machine has the instructions of `V`.
#[inline(always)]
unsafe fn largest<T: Scalar, V: Vector<T>>(x: &[T]) -> T {
    let largest = T::from_f64(f64::NEG_INFINITY);
    let (mut lanes, mut i) = ([largest; 16], 0);
    // SAFETY: as of this function; vectors end with the slice, and none has more than 16 lanes.
    unsafe {
        let mut vector = V::splat(largest);
        while i + V::LANES <= x.len() {
            vector = V::load(x.as_ptr().add(i), V::LANES).greater(vector);
            i += V::LANES;
        }
        if i < x.len() {
            V::load(x.as_ptr().add(i), x.len() - i).store(lanes.as_mut_ptr(), x.len() - i);
            vector = V::load(lanes.as_ptr(), V::LANES).greater(vector);
        }
        vector.store(lanes.as_mut_ptr(), V::LANES);
    }
    // By halves: one comparison after the other would take longer than the functions.
    let mut half = V::LANES / 2;
    while half > 0 {
        for i in 0..8 {
            if i < half && lanes[i + half] > lanes[i] {
                lanes[i] = lanes[i + half];
            }
        }
        half /= 2;
    }
    lanes[0]
}

/// The sum of all elements: one after the other, so that there is one order of them.
///
/// # Safety
/// The machine has the instructions of `V`.
#[cfg(feature = "deterministic")]
#[inline(always)]
unsafe fn sum<T: Scalar, V: Vector<T>>(x: &[T]) -> T {
    let mut sum = T::ZERO;
    for x in x {
        sum += *x;
    }
    sum
}

/// The sum of all elements, lane by lane first.
///
/// # Safety
/// The machine has the instructions of `V`.
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn sum<T: Scalar, V: Vector<T>>(x: &[T]) -> T {
    // SAFETY: as of this function; vectors end with the slice, and the other lanes of the last one are 0.
    unsafe {
        let (zero, mut sum, mut i) = (V::splat(T::ZERO), V::splat(T::ZERO), 0);
        while i + V::LANES <= x.len() {
            sum = sum.add(V::load(x.as_ptr().add(i), V::LANES));
            i += V::LANES;
        }
        if i < x.len() {
            sum = sum.add(V::load(x.as_ptr().add(i), x.len() - i));
        }
        V::sums([sum, zero, zero, zero])[0]
    }
}

/// The first lanes of a vector, and 0 in the others.
///
/// # Safety
/// The machine has the instructions of `V`.
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
unsafe fn first<T: Scalar, V: Vector<T>>(v: V, lanes: usize) -> V {
    if lanes == V::LANES {
        return v;
    }
    let mut first = [T::ZERO; 16];
    // SAFETY: as of this function; no vector has more than 16 lanes.
    unsafe {
        v.store(first.as_mut_ptr(), lanes);
        V::load(first.as_ptr(), V::LANES)
    }
}

/// A function of every number of a batch, in its place.
#[inline(always)]
pub(crate) fn map<X: Tensor<Scalar: Scalar>>(function: Function, x: &mut [X]) {
    if const { route::functions_by_vectors(X::LEN) } {
        <X::Scalar as Vectors>::map(&mut Map { function, x: flat_mut(x) });
    } else {
        <X::Scalar as Vectors>::few(function, flat_mut(x));
    }
}

/// to[i] = e^(from[i] - m) with m the largest from[i]: m and their sum.
#[inline(always)]
pub(crate) fn powers<T: Scalar, const N: usize>(to: &mut [T; N], from: &[T; N]) -> (T, T) {
    if const { route::functions_by_vectors(N) } {
        *to = *from;
        let mut powers = Powers { x: to, largest: T::ZERO, sum: T::ZERO };
        T::powers(&mut powers);
        return (powers.largest, powers.sum);
    }
    let (mut largest, mut sum) = (T::from_f64(f64::NEG_INFINITY), T::ZERO);
    for from in from {
        if *from > largest {
            largest = *from;
        }
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to = (*from - largest).exp();
        sum += *to;
    }
    (largest, sum)
}

#[cfg(test)]
mod tests;
