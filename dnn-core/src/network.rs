//! What `network!` generates beside the struct: the constants and types that training needs.

use crate::layer::Layer;
#[cfg(feature = "alloc")]
use crate::scalar::Scalar;
use crate::summary::{BufferInfo, LayerInfo};
use crate::tensor::{Sample, Tensor};

/// A network declared with `network!`.
///
/// The pass over a batch is its [`Layer`] implementation: `infer`, `forward`, `backward`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a network",
    label = "expected a type declared with `network!`, or a `Box` of one"
)]
pub trait Network: Layer<<Self as Network>::Input> {
    /// One sample.
    type Input: Sample;
    /// The training workspace of one sample: an array of `TRAIN.sample` scalars.
    type Record: Tensor<Scalar = Self::Scalar>;
    /// The training workspace of a whole batch: an array of `TRAIN.batch` scalars.
    type Shared: Tensor<Scalar = Self::Scalar>;
    /// The name of the struct.
    const NAME: &'static str;
    /// Its layers in order.
    const LAYERS: &'static [LayerInfo];
    /// The buffers of inference; none where they are not told.
    const INFERENCE: &'static [BufferInfo] = &[];
    /// The buffers of training; none where they are not told.
    const TRAINING: &'static [BufferInfo] = &[];
}

/// The tensor that a network gives for one sample.
pub type Output<N> = <N as Layer<<N as Network>::Input>>::Output;

/// A batch of a network's samples.
pub type Batch<'a, N> = <<N as Network>::Input as Sample>::Batch<'a>;

/// The outputs for several samples, worked through in parts whose workspace stays in the cache.
#[cfg(feature = "alloc")]
pub fn predict_batch<N: Network>(network: &N, x: Batch<'_, N>) -> alloc::vec::Vec<Output<N>> {
    let need = <N as Layer<N::Input>>::INFER;
    let capacity = (32_768 / need.sample.max(1)).clamp(1, 256);
    let samples = N::Input::len(x);
    let mut workspace = alloc::vec![N::Scalar::ZERO; need.len(capacity.min(samples))];
    let mut y = alloc::vec![crate::tensor::zero(); samples];
    for (part, y) in y.chunks_mut(capacity).enumerate() {
        network.infer(N::Input::part(x, part * capacity, y.len()), y, &mut workspace);
    }
    y
}

/// What `Trainer::new` takes: a network, or a `Box` of one.
#[cfg(feature = "alloc")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a network",
    label = "expected a type declared with `network!`, or a `Box` of one"
)]
pub trait IntoBox {
    /// The network itself.
    type Network: Network;
    /// The network on the heap.
    fn boxed(self) -> alloc::boxed::Box<Self::Network>;
    /// The network on the heap, where a line of the cache begins.
    #[doc(hidden)] // for generated code, which need not move it
    fn lined(self) -> alloc::boxed::Box<crate::Line<Self::Network>>
    where
        Self: Sized,
    {
        crate::train::lined(self.boxed())
    }
}

#[cfg(feature = "alloc")]
#[diagnostic::do_not_recommend]
impl<N: Network> IntoBox for alloc::boxed::Box<N> {
    type Network = N;
    fn boxed(self) -> alloc::boxed::Box<N> {
        self
    }
}
