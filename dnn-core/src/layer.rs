//! What a layer is.
//!
//! - [`Layer<X>`] is what users write and what a network is: the type of the output follows from the type of the input.
//! - [`Op<X, Y>`] is what generated code calls: both types are named. Every `Layer<X>` is an `Op<X, Output>`; a layer whose
//!   output lengths are computed (a convolution) implements `Op` alone.
//! - [`Pooled<X, M, Y>`] is a convolution with a rectifier and a pooling layer behind it, as one call.
//! - [`InPlace<X>`] keeps the shape and works on one buffer: activations and dropout.
//! - [`Overwrite<X>`] keeps the shape and works on one buffer in inference alone: normalisation, learnt slopes.

use crate::optim::Update;
use crate::parameters::Parameters;
use crate::random::split_mix;
use crate::tensor::{Sample, Tensor};
use crate::workspace::Extent;

/// What a training pass needs beside data.
///
/// Random layers have no generator of their own: a mask is a function of `seed`, `step`, the layer and the number of the
/// sample, so that `forward` and `backward`, micro-batches and threads agree on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Chosen by the user, the same for a whole run.
    pub seed: u64,
    /// The number of the training step.
    pub step: u64,
    /// The number of the batch's first sample, where a batch is worked through in parts.
    pub first: usize,
    /// Whether it goes through a frozen layer, which behaves as in inference: nothing is dropped, and running statistics are
    /// used instead of those of the batch.
    pub frozen: bool,
    /// Whether nothing is in the gradient of the parameters yet, whatever lies there. Layers with [`WRITES`](Layer::WRITES) alone
    /// are asked so.
    pub fresh: bool,
}

impl Pass {
    /// The same pass through a frozen layer.
    #[inline(always)]
    pub const fn frozen(&self) -> Pass {
        Pass { frozen: true, ..*self }
    }

    /// The same pass for layers that add to the gradient of their parameters.
    #[inline(always)]
    pub const fn adding(&self) -> Pass {
        Pass { fresh: false, ..*self }
    }
}

impl Pass {
    /// The pass of layer number `layer` in a network: another seed, so that random layers of nested networks, and of a
    /// network that is used several times, are independent.
    #[inline]
    pub const fn within(&self, layer: u64) -> Pass {
        let seed = split_mix(self.seed.wrapping_add(layer.wrapping_mul(0xD1B5_4A32_D192_ED03)));
        Pass { seed, ..*self }
    }
}

/// A layer that maps a batch of `X` to a batch of [`Output`](Layer::Output).
///
/// A type that implements this and derives [`Parameters`] stands in a `network!` like a built-in layer; every network
/// implements it.
///
/// `forward` and `backward` share `saved`, a workspace of [`TRAIN`](Layer::TRAIN) scalars: what `forward` writes there,
/// `backward` finds.
///
/// All batches of a call have the same number of samples. A network panics where they have not, or where the workspace is
/// too short for them; a release build without the feature `alloc` has no panics and gives NaN instead.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take a tensor of type `{X}`",
    label = "does not fit the tensor that reaches it",
    note = "a layer in a network implements `Layer<X>` for the tensor `X` that reaches it and derives `Parameters`"
)]
pub trait Layer<X: Sample>: Parameters {
    /// What one sample becomes.
    type Output: Tensor<Scalar = Self::Scalar>;
    /// The workspace of `infer`.
    const INFER: Extent = Extent::NONE;
    /// The workspace of `forward` and `backward`.
    const TRAIN: Extent = Extent::NONE;
    /// Multiply-accumulates for one sample.
    const MACS: usize = 0;
    /// Whether gradients end inside it, at frozen layers that nothing trained stands before: then `backward` cannot give `dx`.
    const DETACHED: bool = false;
    /// Whether it takes statistics over the batch, so that `forward` has to see the whole batch at once.
    const WHOLE_BATCH: bool = false;
    /// Whether it uses a parameter several times for a sample. The order in which gradients are added then depends on how many
    /// samples are worked on at a time: with the feature `deterministic` it is one.
    const SHARES: bool = false;
    /// Whether `backward` writes all of dL/dp where [`Pass::fresh`] asks for it, so that nobody has to make it zero before.
    const WRITES: bool = false;
    /// The samples that a batch must have at least in training: 2 where one alone has no variance.
    const LEAST_BATCH: usize = 1;

    /// The output of a batch, for inference: nothing is kept.
    fn infer(&self, x: X::Batch<'_>, y: &mut [Self::Output], workspace: &mut [Self::Scalar]);

    /// The output of a batch, for training: what `backward` needs is kept in `saved`.
    fn forward(&self, pass: &Pass, x: X::Batch<'_>, y: &mut [Self::Output], saved: &mut [Self::Scalar]) {
        let _ = pass;
        self.infer(x, y, saved);
    }

    /// The gradients of a batch: **writes** `dx` = dL/dx where it is wanted, and **adds** dL/dp to `dp` where that is wanted:
    /// a frozen layer is asked for `dx` alone. `dy` = dL/dy may be spoilt.
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    fn backward(
        &self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[Self::Output],
        saved: &mut [Self::Scalar],
        dy: &mut [Self::Output],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
    );

    /// `backward`, and the update of parameters whose gradient is then complete, as far as the layer makes updates behind its
    /// products. [`Update`] knows which ones it has made.
    #[doc(hidden)] // for generated code, which knows where a parameter is used once
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    #[inline(always)]
    fn backward_and_update(
        &mut self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[Self::Output],
        saved: &mut [Self::Scalar],
        dy: &mut [Self::Output],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
        update: &mut Update<'_, Self::Scalar>,
    ) {
        let _ = update;
        self.backward(pass, x, y, saved, dy, dx, dp);
    }

    /// Moves what `forward` saved about `batch` samples into buffers, such as running statistics.
    fn absorb(&mut self, batch: usize, saved: &[Self::Scalar]) {
        let _ = (batch, saved);
    }
}

/// A layer with both its input and its output type named: the calls of generated code. The methods are those of [`Layer`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not turn `{X}` into `{Y}`",
    label = "does not fit the tensors before and behind it"
)]
pub trait Op<X: Sample, Y: Tensor>: Parameters {
    /// See [`Layer::INFER`].
    const INFER: Extent;
    /// See [`Layer::TRAIN`].
    const TRAIN: Extent;
    /// See [`Layer::infer`].
    fn infer(&self, x: X::Batch<'_>, y: &mut [Y], workspace: &mut [Self::Scalar]);
    /// See [`Layer::forward`].
    fn forward(&self, pass: &Pass, x: X::Batch<'_>, y: &mut [Y], saved: &mut [Self::Scalar]);
    /// See [`Layer::backward`].
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    fn backward(
        &self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[Y],
        saved: &mut [Self::Scalar],
        dy: &mut [Y],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
    );
    /// See `Layer::backward_and_update`.
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    #[inline(always)]
    fn backward_and_update(
        &mut self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[Y],
        saved: &mut [Self::Scalar],
        dy: &mut [Y],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
        update: &mut Update<'_, Self::Scalar>,
    ) {
        let _ = update;
        self.backward(pass, x, y, saved, dy, dx, dp);
    }
    /// See [`Layer::absorb`].
    fn absorb(&mut self, batch: usize, saved: &[Self::Scalar]);
}

#[diagnostic::do_not_recommend]
impl<X: Sample, L: Layer<X>> Op<X, L::Output> for L {
    const INFER: Extent = <L as Layer<X>>::INFER;
    const TRAIN: Extent = <L as Layer<X>>::TRAIN;
    #[inline(always)]
    fn infer(&self, x: X::Batch<'_>, y: &mut [L::Output], workspace: &mut [Self::Scalar]) {
        Layer::<X>::infer(self, x, y, workspace);
    }
    #[inline(always)]
    fn forward(&self, pass: &Pass, x: X::Batch<'_>, y: &mut [L::Output], saved: &mut [Self::Scalar]) {
        Layer::<X>::forward(self, pass, x, y, saved);
    }
    #[inline(always)]
    fn backward(
        &self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[L::Output],
        saved: &mut [Self::Scalar],
        dy: &mut [L::Output],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
    ) {
        Layer::<X>::backward(self, pass, x, y, saved, dy, dx, dp);
    }
    #[inline(always)]
    fn backward_and_update(
        &mut self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[L::Output],
        saved: &mut [Self::Scalar],
        dy: &mut [L::Output],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
        update: &mut Update<'_, Self::Scalar>,
    ) {
        Layer::<X>::backward_and_update(self, pass, x, y, saved, dy, dx, dp, update);
    }
    #[inline(always)]
    fn absorb(&mut self, batch: usize, saved: &[Self::Scalar]) {
        Layer::<X>::absorb(self, batch, saved);
    }
}

/// A layer from `X` to `M` that can do the work of two layers behind it: a rectifier, y = max(x, 0), and the largest element of
/// windows of two rows and two columns that lie side by side, from `M` to `Y`. Values and gradients are those of the three. The
/// methods are those of [`Layer`], and are told of x and of y whether these, and their gradients, lie in blocks of samples.
pub trait Pooled<X: Sample, M: Tensor, Y: Tensor>: Parameters {
    /// See [`Layer::INFER`].
    const INFER: Extent;
    /// See [`Layer::TRAIN`].
    const TRAIN: Extent;
    /// Whether values may lie in blocks, each of as many samples as a vector has, which are innermost. Two layers for which that
    /// is so have the same blocks, whose scalars nobody else can read.
    const BLOCKS: bool;
    /// See [`Layer::infer`].
    fn infer(&self, x: X::Batch<'_>, y: &mut [Y], workspace: &mut [Self::Scalar], inner: [bool; 2]);
    /// See [`Layer::forward`].
    fn forward(&self, pass: &Pass, x: X::Batch<'_>, y: &mut [Y], saved: &mut [Self::Scalar], inner: [bool; 2]);
    /// See [`Layer::backward`].
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    fn backward(
        &self,
        pass: &Pass,
        x: X::Batch<'_>,
        y: &[Y],
        saved: &mut [Self::Scalar],
        dy: &mut [Y],
        dx: Option<X::BatchMut<'_>>,
        dp: Option<&mut Self::Gradient>,
        inner: [bool; 2],
    );
}

/// The workspaces of a layer that pools, for inference and for training, for the seal in generated code.
pub const fn extents_pooled<X: Sample, M: Tensor, Y: Tensor, L: Pooled<X, M, Y>>() -> [Extent; 2] {
    [L::INFER, L::TRAIN]
}

/// The workspaces of a layer for inference and for training, for the seal in generated code.
pub const fn extents<X: Sample, Y: Tensor, L: Op<X, Y>>() -> [Extent; 2] {
    [L::INFER, L::TRAIN]
}

/// The same of a layer as a value.
pub const fn extents_of<X: Sample, Y: Tensor, L: Op<X, Y>>(_: &L) -> [Extent; 2] {
    [L::INFER, L::TRAIN]
}

/// What the backward pass of a shape-preserving layer reads beside dL/dy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing: the input may be overwritten, the output too.
    Nothing,
    /// Its input: forward works on a copy.
    Input,
    /// Its output: forward overwrites its input.
    Output,
}

/// A layer that keeps the shape and works on one buffer, which holds x before and y behind it.
pub trait InPlace<X: Tensor> {
    /// What `backward` is given as `kept`.
    const KEEPS: Keeps;

    /// y from x for inference.
    fn infer(&self, buffer: &mut [X]);

    /// y from x for training.
    #[inline(always)]
    fn forward(&self, pass: &Pass, buffer: &mut [X]) {
        let _ = pass;
        self.infer(buffer);
    }

    /// dL/dx from dL/dy in the buffer `gradient`. `kept` is x, y or nothing, as [`KEEPS`](InPlace::KEEPS) says.
    fn backward(&self, pass: &Pass, kept: &[X], gradient: &mut [X]);
}

/// A layer with parameters that keeps the shape and, in inference, can put its output where its input lies.
pub trait Overwrite<X: Tensor>: Layer<X, Output = X> {
    /// y from x for inference, in one buffer; the workspace is that of [`infer`](Layer::infer).
    fn overwrite(&self, buffer: &mut [X], workspace: &mut [Self::Scalar]);
}

/// What a layer in place keeps, for the seal in generated code.
pub const fn kept<X: Tensor, L: InPlace<X>>(_: &L) -> Keeps {
    L::KEEPS
}
