//! y = x Wᵀ + b with W of shape [O, I]
//!
//! dx = dy W, dW += dyᵀ x, db += sum over samples of dy (over outputs too where the bias is shared)

use crate::kernels::linear;
use crate::layer::{Layer, Pass};
use crate::optim::Update;
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
/// Another number of elements does not compile where the layer runs:
///
/// ```compile_fail
/// use dnn_core::{Layer, Linear};
/// let fc = Linear { weight: [[1.0f32], [2.0], [3.0]], bias: [0.5, -0.5] };
/// fc.infer(&[[1.0]], &mut [[0.0; 3]], &mut []);
/// ```
///
/// # Safety
/// The type is as many scalars as `DIMS` says, and nothing else.
pub unsafe trait Bias<T>: 'static {
    /// The shape in the table of parameters, or none.
    const DIMS: Option<&'static [usize]>;
    /// What is added to output `o`.
    fn of(&self, o: usize) -> T;
    /// Adds dL/db of output `o`.
    fn add(&mut self, o: usize, gradient: T);
    /// The elements.
    fn as_slice(&self) -> &[T];
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
    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        self
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
    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        &[]
    }
    fn values(&mut self) -> &mut [T] {
        &mut []
    }
}

impl<const I: usize, const O: usize, T: Scalar, B: Bias<T>> Linear<I, O, T, B> {
    const FITS: () = if let Some(&[elements]) = B::DIMS {
        assert!(elements == O || elements == 1, "a bias has one element for each output, or one that all share")
    };
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
#[diagnostic::do_not_recommend]
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

#[diagnostic::do_not_recommend]
impl<const I: usize, const O: usize, T: Scalar, B: Bias<T>> Layer<[T; I]> for Linear<I, O, T, B> {
    type Output = [T; O];
    const WRITES: bool = I * O >= 4096; // below, the gradient is in the cache, and zeros cost nothing

    #[inline(always)]
    fn infer(&self, x: &[[T; I]], y: &mut [[T; O]], _: &mut [T]) {
        const { Self::FITS };
        linear::forward(y, x, &self.weight, &self.bias);
    }

    #[inline(always)]
    fn backward(
        &self,
        pass: &Pass,
        x: &[[T; I]],
        _: &[[T; O]],
        _: &mut [T],
        dy: &mut [[T; O]],
        dx: Option<&mut [[T; I]]>,
        dp: Option<&mut Self>,
    ) {
        const { Self::FITS };
        if let Some(dx) = dx {
            linear::gradient_input(dx, dy, &self.weight, false);
        }
        if let Some(dp) = dp {
            let add = !(<Self as Layer<[T; I]>>::WRITES && pass.fresh);
            linear::gradient_weight(&mut dp.weight, dy, x, add);
            linear::gradient_bias(&mut dp.bias, dy, add);
        }
    }

    #[inline(always)]
    fn backward_and_update(
        &mut self,
        pass: &Pass,
        x: &[[T; I]],
        y: &[[T; O]],
        saved: &mut [T],
        dy: &mut [[T; O]],
        dx: Option<&mut [[T; I]]>,
        dp: Option<&mut Self>,
        update: &mut Update<'_, T>,
    ) {
        match dp {
            Some(dp) if <Self as Layer<[T; I]>>::WRITES && pass.fresh => {
                // The weight is read before it changes.
                Layer::backward(self, pass, x, y, saved, dy, dx, None);
                linear::gradient_weight_and_update(&mut dp.weight, dy, x, &mut self.weight, update);
                linear::gradient_bias(&mut dp.bias, dy, false);
            }
            dp => Layer::backward(self, pass, x, y, saved, dy, dx, dp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Two samples x, a weight [O, I] = [2, 3] and dL/dy with round numbers.
    const X: [[f32; 3]; 2] = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    const WEIGHT: [[f32; 3]; 2] = [[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]];
    const DY: [[f32; 2]; 2] = [[1.0, 2.0], [3.0, 4.0]];

    type Results<B> = ([[f32; 2]; 2], [[f32; 3]; 2], Linear<3, 2, f32, B>);

    /// y, dx and a gradient of ones to which that of the parameters is added.
    fn run<B: Bias<f32>>(bias: B, ones: B) -> Results<B> {
        let fc = Linear { weight: WEIGHT, bias };
        let (mut y, mut dy, mut dx) = ([[9.0; 2]; 2], DY, [[9.0; 3]; 2]);
        let mut dp = Linear { weight: [[1.0; 3]; 2], bias: ones };
        fc.infer(&X, &mut y, &mut []);
        Layer::backward(&fc, &Pass::default(), &X, &y, &mut [], &mut dy, Some(&mut dx), Some(&mut dp));
        (y, dx, dp)
    }

    const DX: [[f32; 3]; 2] = [[5.0, 2.0, -1.0], [11.0, 4.0, -3.0]];
    const DWEIGHT: [[f32; 3]; 2] = [[14.0, 18.0, 22.0], [19.0, 25.0, 31.0]]; // 1 + dyᵀ x

    #[test]
    fn a_bias_for_each_output() {
        let (y, dx, dp) = run([10.0, 20.0], [1.0, 1.0]);
        assert_eq!(y, [[8.0, 24.0], [8.0, 33.0]]);
        assert_eq!((dx, dp), (DX, Linear { weight: DWEIGHT, bias: [5.0, 7.0] }));
    }

    #[test]
    fn a_bias_that_all_outputs_share() {
        let (y, dx, dp) = run([10.0], [1.0]);
        assert_eq!(y, [[8.0, 14.0], [8.0, 23.0]]);
        assert_eq!((dx, dp), (DX, Linear { weight: DWEIGHT, bias: [11.0] }));
    }

    #[test]
    fn no_bias() {
        let (y, dx, dp) = run((), ());
        assert_eq!(y, [[-2.0, 4.0], [-2.0, 13.0]]);
        assert_eq!((dx, dp), (DX, Linear { weight: DWEIGHT, bias: () }));
        assert_eq!(<Linear<3, 2, f32, ()>>::TABLE.len(), 1);
    }

    #[test]
    fn initial_values_stay_within_the_bound_of_pytorch() {
        let mut fc: Linear<16, 40> = crate::zeros();
        fc.init_in(&mut crate::Rng::new(1));
        assert!(fc.flat().iter().all(|v| (-0.25..0.25).contains(v)));
        assert!(fc.bias.iter().any(|v| *v > 0.2) && fc.weight.as_flattened().iter().any(|v| *v < -0.2));
    }
}
