//! The three sums as kernels: blocks of samples go by vectors along the samples, and the samples that are left over by vectors
//! along the positions, or, where bits are promised, not here but by `lines`.

use super::Shape;
use super::samples::least;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// Planes from weighted sums of shifted planes: what is gathered, or scattered.
pub struct Planes<'a, T> {
    pub(super) to: &'a mut [T],
    pub(super) from: &'a [T],
    pub(super) weight: &'a [T],
    /// for each channel, or none
    pub(super) bias: &'a [T],
    pub(super) shape: Shape,
    pub(super) samples: usize,
    pub(super) gathers: bool,
    /// Where the small planes are pooled: the numbers of the largest elements, or nothing where nobody keeps them.
    pub(super) pooled: Option<&'a mut [T]>,
    /// Whether a block of samples has its samples innermost, as the numbers have: of what is read, and of what is made.
    pub(super) inner: [bool; 2],
    /// Whether blocks of samples go by `samples`.
    pub(super) blocks: bool,
    /// Whether samples that are left over go by `channels` or `rows` where they can.
    pub(super) single: bool,
    /// The samples that are finished.
    pub(super) done: usize,
}

impl<'a, T: Scalar> Planes<'a, T> {
    /// From large to small planes where it gathers, from small to large ones where not.
    #[inline(always)]
    pub(super) fn new(
        to: &'a mut [T],
        from: &'a [T],
        weight: &'a [T],
        bias: &'a [T],
        shape: Shape,
        samples: usize,
        gathers: bool,
    ) -> Self {
        Planes::of(to, from, weight, bias, shape, samples, gathers, None)
    }

    /// The same where the small planes are behind a rectifier and a pooling layer: those of `numbers`, if anybody keeps them.
    #[inline(always)]
    pub(super) fn pooled(
        to: &'a mut [T],
        from: &'a [T],
        weight: &'a [T],
        bias: &'a [T],
        shape: Shape,
        numbers: &'a mut [T],
        gathers: bool,
    ) -> Self {
        let made = if gathers { to.len() } else { from.len() };
        let samples = made.checked_div(shape.pooled()).unwrap_or(0);
        let kept = samples * shape.pooled();
        assert!(gathers && numbers.is_empty() || numbers.len() == kept, "a largest element has no number");
        Planes::of(to, from, weight, bias, shape, samples, gathers, Some(numbers))
    }

    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    fn of(
        to: &'a mut [T],
        from: &'a [T],
        weight: &'a [T],
        bias: &'a [T],
        shape: Shape,
        samples: usize,
        gathers: bool,
        pooled: Option<&'a mut [T]>,
    ) -> Self {
        let small = if pooled.is_some() { shape.pooled() } else { shape.small() };
        let (large, small) = (samples * shape.large(), samples * small);
        let lengths = if gathers { [small, large] } else { [large, small] };
        assert!([to.len(), from.len()] == lengths, "a batch and its outputs differ in length");
        assert!(weight.len() == shape.weights(), "a weight has another shape than its layer");
        let channels = shape.groups * if gathers { shape.small[0] } else { shape.large[0] };
        assert!(bias.is_empty() || bias.len() == channels, "a bias has not one element for each channel");
        let inner = [false; 2];
        Planes { to, from, weight, bias, shape, samples, gathers, pooled, inner, blocks: true, single: true, done: 0 }
    }
}

impl<T: Scalar> Kernel for Planes<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        self.done = 0;
        // SAFETY: as of this function.
        unsafe {
            if self.blocks && self.samples >= least::<V, T>() {
                V::call(&mut Blocks { of: self });
            }
            if self.single {
                self.by_channels::<V>();
                #[cfg(not(feature = "deterministic"))]
                self.by_rows::<V>();
            }
            #[cfg(not(feature = "deterministic"))]
            if self.done < self.samples && self.pooled.is_none() {
                V::call(&mut Positions { of: self });
            }
        }
    }
}

/// The samples that are blocks: a function of its own, whose memory is on the stack only while it runs.
struct Blocks<'a, 'b, T> {
    of: &'a mut Planes<'b, T>,
}

impl<T: Scalar> Kernel for Blocks<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        self.of.done = unsafe { self.of.by_samples::<V>() };
    }
}

/// The samples that are not done: a function of its own, for the same reason.
#[cfg(not(feature = "deterministic"))]
struct Positions<'a, 'b, T> {
    of: &'a mut Planes<'b, T>,
}

#[cfg(not(feature = "deterministic"))]
impl<T: Scalar> Kernel for Positions<'_, '_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe { self.of.by_positions::<V>(self.of.done) }
    }
}

/// dw += small times large.
pub struct Weights<'a, T> {
    pub(super) dweight: &'a mut [T],
    /// For each channel of the small planes, where those are pooled; or none.
    pub(super) dbias: &'a mut [T],
    pub(super) large: &'a [T],
    pub(super) small: &'a [T],
    pub(super) shape: Shape,
    /// The channels of the small planes of all groups whose gradient it is: the first one, and the first behind them.
    pub(super) rows: [usize; 2],
    pub(super) samples: usize,
    /// Where the small planes are pooled: the numbers of the largest elements.
    pub(super) pooled: Option<&'a [T]>,
    /// Whether a block of samples has its samples innermost, as the numbers have: of the large planes, and of the pooled ones.
    pub(super) inner: [bool; 2],
    /// Whether blocks of samples go by `gradient`.
    pub(super) blocks: bool,
    /// The samples that are finished.
    pub(super) done: usize,
}

impl<'a, T: Scalar> Weights<'a, T> {
    #[inline(always)]
    pub(super) fn new(dweight: &'a mut [T], large: &'a [T], small: &'a [T], shape: Shape) -> Self {
        Weights::of(dweight, &mut [], large, small, shape, None)
    }

    /// The same, and db += small, where the small planes are behind a rectifier and a pooling layer.
    #[inline(always)]
    pub(super) fn pooled(
        dweight: &'a mut [T],
        dbias: &'a mut [T],
        large: &'a [T],
        small: &'a [T],
        shape: Shape,
        numbers: &'a [T],
    ) -> Self {
        assert!(numbers.len() == small.len(), "a largest element has no number");
        Weights::of(dweight, dbias, large, small, shape, Some(numbers))
    }

    #[inline(always)]
    fn of(
        dweight: &'a mut [T],
        dbias: &'a mut [T],
        large: &'a [T],
        small: &'a [T],
        shape: Shape,
        pooled: Option<&'a [T]>,
    ) -> Self {
        let of_one = if pooled.is_some() { shape.pooled() } else { shape.small() };
        let samples = small.len().checked_div(of_one).unwrap_or(0);
        let lengths = [samples * shape.large(), samples * of_one, shape.weights()];
        assert!([large.len(), small.len(), dweight.len()] == lengths, "a batch and its gradients differ in length");
        let channels = shape.groups * shape.small[0];
        assert!(dbias.is_empty() || dbias.len() == channels, "a bias has not one element for each channel");
        let (rows, inner) = ([0, channels], [false; 2]);
        Weights { dweight, dbias, large, small, shape, rows, samples, pooled, inner, blocks: true, done: 0 }
    }
}

impl<T: Scalar> Weights<'_, T> {
    /// Whether it is the gradient of all channels. Threads that have a part of them leave the samples behind the blocks.
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    fn is_whole(&self) -> bool {
        self.rows == [0, self.shape.groups * self.shape.small[0]]
    }
}

impl<T: Scalar> Kernel for Weights<'_, T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        // SAFETY: as of this function.
        unsafe {
            self.done = if self.blocks { self.by_samples::<V>() } else { 0 };
            #[cfg(not(feature = "deterministic"))]
            if self.done < self.samples && self.pooled.is_none() && self.is_whole() {
                self.by_positions::<V>(self.done);
            }
        }
    }
}
