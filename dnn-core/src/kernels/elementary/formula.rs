//! y[i] = f(x[i]) and dx[i] = f'(dy[i], x[i]) for the formulas of activations, and the losses of elements.
//!
//! A formula is written once, for a number by itself and for a vector. Its loops over `f32` are compiled with this crate, for
//! each level, but for the portable one, where the compiler makes better vectors of a loop over numbers; those over `f64`, and with the feature `deterministic`, are inlined and have the functions of the scalar.

#[cfg(not(feature = "deterministic"))]
use super::first;
#[cfg(not(feature = "deterministic"))]
use crate::kernels::level::{Kernel, Level, Vector, best, run};
use crate::kernels::number::Number;
#[cfg(not(feature = "deterministic"))]
use crate::kernels::number::Parallel;
use crate::kernels::route;
use crate::layers::glu::Gate;
use crate::layers::{Celu, Elu, Gelu, Mish, Selu, Silu, Softplus};
use crate::losses::{Bce, BceWithLogits};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut};

/// What an activation is.
pub trait Formula: Copy {
    /// y
    fn value<N: Number>(self, x: N) -> N;
    /// dx, from what the layer keeps: x or y
    fn pull<N: Number>(self, dy: N, kept: N) -> N;
}

/// What a loss is that is summed over elements.
pub trait Loss: Copy {
    /// The loss of an element, and its gradient.
    fn element<N: Number>(self, y: N, t: N) -> (N, N);
}

/// The loops of a formula over many numbers.
pub trait Activates<F: Formula>: Sized {
    /// x[i] = f(x[i])
    #[inline(always)]
    fn values(formula: F, x: &mut [Self])
    where
        Self: Scalar,
    {
        one_by_one(formula, x);
    }
    /// dy[i] = f'(dy[i], kept[i])
    #[inline(always)]
    fn pulls(formula: F, kept: &[Self], dy: &mut [Self])
    where
        Self: Scalar,
    {
        back_one_by_one(formula, kept, dy);
    }
}

/// The loop of a loss over many numbers.
pub trait Compares<L: Loss>: Sized {
    /// The sum of the losses, whose gradients go to `dy`.
    #[inline(always)]
    fn losses(loss: L, y: &[Self], target: &[Self], dy: &mut [Self]) -> Self
    where
        Self: Scalar,
    {
        sum_one_by_one(loss, y, target, dy)
    }
}

#[inline(always)]
fn one_by_one<F: Formula, T: Scalar>(formula: F, x: &mut [T]) {
    for x in x {
        *x = formula.value(*x);
    }
}

#[inline(always)]
fn back_one_by_one<F: Formula, T: Scalar>(formula: F, kept: &[T], dy: &mut [T]) {
    for (dy, kept) in dy.iter_mut().zip(kept) {
        *dy = formula.pull(*dy, *kept);
    }
}

#[inline(always)]
fn sum_one_by_one<L: Loss, T: Scalar>(loss: L, y: &[T], target: &[T], dy: &mut [T]) -> T {
    let mut sum = T::ZERO;
    for ((y, t), d) in y.iter().zip(target).zip(dy) {
        let (loss, slope) = loss.element(*y, *t);
        sum += loss;
        *d = slope;
    }
    sum
}

/// As above, where the compiler makes vectors: of losses that are stored, and summed by four.
#[cfg(not(feature = "deterministic"))]
#[inline(always)]
fn sum_by_blocks<L: Loss>(loss: L, y: &[f32], target: &[f32], dy: &mut [f32]) -> f32 {
    let (mut losses, mut sums) = ([0.0; 64], [0.0; 4]);
    for ((y, target), dy) in y.chunks(64).zip(target.chunks(64)).zip(dy.chunks_mut(64)) {
        let elements = y.iter().zip(target).zip(dy.iter_mut().zip(&mut losses));
        for ((y, t), (d, l)) in elements {
            (*l, *d) = loss.element(*y, *t);
        }
        let count = y.len();
        let (fours, rest) = losses[..count].as_chunks::<4>();
        for four in fours {
            for i in 0..4 {
                sums[i] += four[i];
            }
        }
        for l in rest {
            sums[0] += *l;
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Has the loops compiled for all formulas.
macro_rules! compiled {
    ($($formula:ident)*; $($loss:ident)*) => {
        /// The loops of all formulas.
        pub trait Formulas: $(Activates<$formula> +)* $(Compares<$loss> +)* {}
        impl Formulas for f32 {}
        impl Formulas for f64 {}
        $(
            impl Activates<$formula> for f32 {
                #[cfg(not(feature = "deterministic"))]
                #[inline(never)]
                fn values(formula: $formula, x: &mut [f32]) {
                    match best() {
                        Level::Portable => one_by_one(formula, x),
                        _ => run(&mut Values { formula, x }),
                    }
                }
                #[cfg(not(feature = "deterministic"))]
                #[inline(never)]
                fn pulls(formula: $formula, kept: &[f32], dy: &mut [f32]) {
                    match best() {
                        Level::Portable => back_one_by_one(formula, kept, dy),
                        _ => run(&mut Pulls { formula, kept, dy }),
                    }
                }
            }
            impl Activates<$formula> for f64 {}
        )*
        $(
            impl Compares<$loss> for f32 {
                #[cfg(not(feature = "deterministic"))]
                #[inline(never)]
                fn losses(loss: $loss, y: &[f32], target: &[f32], dy: &mut [f32]) -> f32 {
                    if best() == Level::Portable {
                        return sum_by_blocks(loss, y, target, dy);
                    }
                    let mut losses = Losses { loss, y, target, dy, sum: 0.0 };
                    run(&mut losses);
                    losses.sum
                }
            }
            impl Compares<$loss> for f64 {}
        )*
    };
}
compiled! { Celu Elu Gate Gelu Mish Selu Silu Softplus; Bce BceWithLogits }

/// The values of a formula for every number of a batch, in their place.
#[inline(always)]
pub(crate) fn value<F: Formula, X: Tensor<Scalar: Scalar + Activates<F>>>(formula: F, x: &mut [X]) {
    if const { route::functions_by_vectors(X::LEN) } {
        return X::Scalar::values(formula, flat_mut(x));
    }
    one_by_one(formula, flat_mut(x));
}

/// The gradients of a formula for every number of a batch: dx from dy in its place.
#[inline(always)]
pub(crate) fn pull<F: Formula, X: Tensor<Scalar: Scalar + Activates<F>>>(formula: F, kept: &[X], dy: &mut [X]) {
    if const { route::functions_by_vectors(X::LEN) } {
        return X::Scalar::pulls(formula, flat(kept), flat_mut(dy));
    }
    back_one_by_one(formula, flat(kept), flat_mut(dy));
}

/// x[i] = f(x[i])
#[cfg(not(feature = "deterministic"))]
struct Values<'a, F> {
    formula: F,
    x: &'a mut [f32],
}

#[cfg(not(feature = "deterministic"))]
impl<F: Formula> Kernel for Values<'_, F> {
    type Scalar = f32;

    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(&mut self) {
        // SAFETY: as of this function.
        unsafe { each!(self.x, |v: V| self.formula.value(Parallel::<f32, V>::new(v)).vector()) }
    }
}

/// dy[i] = f'(dy[i], kept[i])
#[cfg(not(feature = "deterministic"))]
struct Pulls<'a, F> {
    formula: F,
    kept: &'a [f32],
    dy: &'a mut [f32],
}

#[cfg(not(feature = "deterministic"))]
impl<F: Formula> Kernel for Pulls<'_, F> {
    type Scalar = f32;

    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(&mut self) {
        let (kept, dy, len) = (self.kept.as_ptr(), self.dy.as_mut_ptr(), self.dy.len().min(self.kept.len()));
        along!(V, len, |i, lanes| {
            // SAFETY: as of this function; `lanes` scalars are there in both slices.
            unsafe {
                let d = Parallel::<f32, V>::new(V::load(dy.add(i), lanes));
                let x = Parallel::new(V::load(kept.add(i), lanes));
                self.formula.pull(d, x).vector().store(dy.add(i), lanes);
            }
        });
    }
}

/// The losses of many elements: their sum, and dy[i].
#[cfg(not(feature = "deterministic"))]
struct Losses<'a, L> {
    loss: L,
    y: &'a [f32],
    target: &'a [f32],
    dy: &'a mut [f32],
    sum: f32,
}

#[cfg(not(feature = "deterministic"))]
impl<L: Loss> Kernel for Losses<'_, L> {
    type Scalar = f32;

    #[inline(always)]
    unsafe fn run<V: Vector<f32>>(&mut self) {
        let (y, target, dy) = (self.y.as_ptr(), self.target.as_ptr(), self.dy.as_mut_ptr());
        let len = self.dy.len().min(self.y.len()).min(self.target.len());
        // SAFETY: as of this function; `lanes` scalars are there in all slices.
        unsafe {
            let (zero, mut sum) = (V::splat(0.0), V::splat(0.0));
            along!(V, len, |i, lanes| {
                let y = Parallel::<f32, V>::new(V::load(y.add(i), lanes));
                let t = Parallel::new(V::load(target.add(i), lanes));
                let (loss, slope) = self.loss.element(y, t);
                slope.vector().store(dy.add(i), lanes);
                sum = sum.add(first::<f32, V>(loss.vector(), lanes));
            });
            self.sum = V::sums([sum, zero, zero, zero])[0];
        }
    }
}

/// The sum of the losses of all elements of a sample, whose gradients go to `dy`.
#[inline(always)]
pub(crate) fn loss<L: Loss, Y: Tensor<Scalar: Scalar + Compares<L>>>(
    loss: L,
    y: &Y,
    target: &Y,
    dy: &mut Y,
) -> Y::Scalar {
    let (y, target) = (flat(core::slice::from_ref(y)), flat(core::slice::from_ref(target)));
    let dy = flat_mut(core::slice::from_mut(dy));
    if const { route::functions_by_vectors(Y::LEN) } {
        return Y::Scalar::losses(loss, y, target, dy);
    }
    sum_one_by_one(loss, y, target, dy)
}

#[cfg(all(test, not(feature = "deterministic")))]
mod tests;
