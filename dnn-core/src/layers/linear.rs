//! y = x Wᵀ + b with W of shape [O, I]
//!
//! dx = dy W, dW += dyᵀ x, db += sum over samples of dy (over outputs too where the bias is shared)

use crate::kernels::linear;
use crate::layer::{Layer, Pass};
use crate::parameters::{Entry, Parameters, Role};
use crate::random::Generator;
use crate::scalar::Scalar;
use core::mem::offset_of;

/// A fully connected layer y = x Wᵀ + b, PyTorch's
/// [`Linear`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html): `weight` has the shape [O, I].
///
/// `B` is the bias: one element for each output, `[T; 1]` for one element that all outputs share, `()` for none.
///
/// ```
/// use dnn_core::{Layer, Linear};
/// let fc = Linear { weight: [[1.0, 2.0], [3.0, 4.0]], bias: [0.5, -0.5] };
/// let mut y = [[0.0f32; 2]];
/// fc.infer(&[[1.0, 1.0]], &mut y, &mut []);
/// assert_eq!(y, [[3.5, 6.5]]);
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Linear<const I: usize, const O: usize, T = f32, B = [T; O]> {
    /// W, [O, I]
    pub weight: [[T; I]; O],
    /// b
    pub bias: B,
}

/// The bias of a [`Linear`]: `[T; O]`, `[T; 1]` shared by all outputs, or `()`.
///
/// # Safety
/// The type is `LEN` scalars and nothing else.
pub unsafe trait Bias<T>: 'static {
    /// The shape in the table of parameters, or none.
    const DIMS: Option<&'static [usize]>;
    /// What is added to output `o`.
    fn of(&self, o: usize) -> T;
    /// Adds dL/db of output `o`.
    fn add(&mut self, o: usize, gradient: T);
    /// The elements.
    fn values(&mut self) -> &mut [T];
}

// SAFETY: an array is its elements.
unsafe impl<T: Scalar, const N: usize> Bias<T> for [T; N] {
    const DIMS: Option<&'static [usize]> = Some(&[N]);
    #[inline(always)]
    fn of(&self, o: usize) -> T {
        let o = if N == 1 { 0 } else { o };
        if o < N { self[o] } else { T::ZERO }
    }
    #[inline(always)]
    fn add(&mut self, o: usize, gradient: T) {
        let o = if N == 1 { 0 } else { o };
        if o < N {
            self[o] += gradient;
        }
    }
    fn values(&mut self) -> &mut [T] {
        self
    }
}

// SAFETY: `()` is nothing.
unsafe impl<T: Scalar> Bias<T> for () {
    const DIMS: Option<&'static [usize]> = None;
    #[inline(always)]
    fn of(&self, _: usize) -> T {
        T::ZERO
    }
    #[inline(always)]
    fn add(&mut self, _: usize, _: T) {}
    fn values(&mut self) -> &mut [T] {
        &mut []
    }
}

impl<const I: usize, const O: usize, T: Scalar, B: Bias<T>> Linear<I, O, T, B> {
    const WEIGHT: Entry =
        Entry::Tensor { name: "weight", offset: offset_of!(Self, weight), dims: &[O, I], role: Role::Parameter };
    const ENTRIES: [Entry; 2] = [
        Self::WEIGHT,
        match B::DIMS {
            Some(dims) => Entry::Tensor { name: "bias", offset: offset_of!(Self, bias), dims, role: Role::Parameter },
            None => Self::WEIGHT,
        },
    ];
}

// SAFETY: repr(C) over arrays of one scalar type; the table is made from the fields.
unsafe impl<const I: usize, const O: usize, T: Scalar, B: Bias<T>> Parameters for Linear<I, O, T, B> {
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match B::DIMS {
        Some(_) => &Self::ENTRIES,
        None => Self::ENTRIES.split_at(1).0,
    };

    /// PyTorch's default: weight and bias uniform in ±1/sqrt(I).
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        let bound = T::ONE / T::from_usize(I).sqrt();
        for value in self.weight.as_flattened_mut().iter_mut().chain(self.bias.values()) {
            *value = T::uniform(rng, bound);
        }
    }
}

impl<const I: usize, const O: usize, T: Scalar, B: Bias<T>> Layer<[T; I]> for Linear<I, O, T, B> {
    type Output = [T; O];

    #[inline(always)]
    fn infer(&self, x: &[[T; I]], y: &mut [[T; O]], _: &mut [T]) {
        linear::forward(y, x, &self.weight, &self.bias);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &Pass,
        x: &[[T; I]],
        _: &[[T; O]],
        _: &mut [T],
        dy: &mut [[T; O]],
        dx: Option<&mut [[T; I]]>,
        dp: &mut Self,
    ) {
        if let Some(dx) = dx {
            linear::gradient_input(dx, dy, &self.weight);
        }
        linear::gradient_weight(&mut dp.weight, dy, x);
        linear::gradient_bias(&mut dp.bias, dy);
    }
}
