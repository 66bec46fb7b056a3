//! Where training keeps a network, its gradient, the optimiser's state and the workspace: in a caller's [`Memory`], such as
//! a `static`, or on the heap.

use crate::check;
use crate::layer::Layer;
use crate::network::{Network, Output};
use crate::optim::Optimizer;
use crate::parameters::Parameters;
use crate::tensor::Tensor;
use crate::workspace::Extent;
use core::fmt;

/// Everything that training needs, borrowed from a [`Storage`].
pub struct Parts<'a, N: Network, S> {
    /// The network.
    pub network: &'a mut N,
    /// dL/dp
    pub gradient: &'a mut N::Gradient,
    /// What the optimiser remembers.
    pub state: &'a mut S,
    /// y of each sample.
    pub output: &'a mut [Output<N>],
    /// dL/dy of each sample.
    pub output_gradient: &'a mut [Output<N>],
    /// The scalars that a pass works in.
    pub workspace: &'a mut [N::Scalar],
}

/// Where a [`Trainer`](crate::Trainer) works: [`Heap`](crate::Heap) or `&mut` [`Memory`].
pub trait Storage: Sealed {
    /// The network in it.
    type Network: Network;
    /// The optimiser whose state is in it.
    type Optimizer: Optimizer<Self::Network>;
    /// How many samples it works on at a time with a workspace of `extent`; never 0.
    fn capacity(&self, extent: Extent) -> usize;
    /// The parts for at most `capacity` samples, with a workspace of `extent`.
    fn parts(&mut self, samples: usize, extent: Extent) -> Parts<'_, Self::Network, State<Self>>;
    /// The parts that no batch changes: no outputs and no workspace.
    fn fixed(&mut self) -> Parts<'_, Self::Network, State<Self>>;
    /// The network.
    fn network(&self) -> &Self::Network;
    /// The gradient.
    fn gradient(&self) -> &<Self::Network as Parameters>::Gradient;
}

/// What the optimiser of a storage remembers.
pub(crate) type State<S> = <<S as Storage>::Optimizer as Optimizer<<S as Storage>::Network>>::State;

mod sealed {
    /// Implemented by the storages of this crate alone.
    pub trait Sealed {}
}
pub(super) use sealed::Sealed;

/// The workspace of `B` samples: repr(C) over arrays of one scalar, so it is one slice.
#[repr(C)]
struct Workspace<R, S, const B: usize> {
    records: [R; B],
    shared: S,
}

impl<R: Tensor, S: Tensor<Scalar = R::Scalar>, const B: usize> Workspace<R, S, B> {
    #[inline(always)]
    fn flat_mut(&mut self) -> &mut [R::Scalar] {
        // SAFETY: by the contract of `Tensor` both fields are values of one scalar type, with its alignment and without
        // padding; the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut((&raw mut *self).cast(), size_of::<Self>() / size_of::<R::Scalar>()) }
    }
}

/// Everything that training a network `N` with the optimiser `O` needs, in one value: the network, its gradient, the
/// optimiser's state, and room to work on `B` samples at a time.
///
/// `size_of::<Memory<N, O, B>>()` is the RAM that training takes beside the stack. The value of [`Memory::new`] is all zero
/// bits and const, so that a `static` lies in `.bss` and takes no flash. There are no hyper-parameters inside: they are
/// arguments of [`Trainer::within`](crate::Trainer::within). A batch may be of any size: it is worked through `B` samples at
/// a time.
///
/// On the stack a step takes at most 1 KB on a Cortex-M, at opt-levels 3, "s" and "z": that is measured for fully connected
/// networks of up to twenty layers, whatever their widths. Statistics over a batch take up to 64 bytes more.
///
/// ```
/// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
/// # use mazur::Mazur;
/// use dnn_core::{Memory, Mse, Sgd, Trainer};
///
/// static START: Mazur = Mazur::START; // in flash
/// let mut memory: Memory<Mazur, Sgd, 4> = const { Memory::new() };
/// memory.load(&START);
/// let mut trainer = Trainer::within(&mut memory, Mse, Sgd::new(0.5));
/// let loss = trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]]);
/// assert!((loss - 0.298371).abs() < 1e-6);
/// ```
#[repr(C)]
pub struct Memory<N: Network, O: Optimizer<N>, const B: usize> {
    network: N,
    gradient: N::Gradient,
    state: O::State,
    output: [Output<N>; B],          // [B, ..]
    output_gradient: [Output<N>; B], // [B, ..]
    workspace: Workspace<N::Record, N::Shared, B>,
}

impl<N: Network, O: Optimizer<N>, const B: usize> Memory<N, O, B> {
    pub(super) const FITS: () = {
        let (train, infer) = (<N as Layer<N::Input>>::TRAIN, <N as Layer<N::Input>>::INFER);
        check::capacity(N::NAME, B, <N as Layer<N::Input>>::LEAST_BATCH);
        assert!(N::Record::LEN == train.sample && N::Shared::LEN == train.batch);
        assert!(infer.len(1) <= train.len(B), "inference takes more workspace than training: make the memory larger");
    };

    /// A memory of zeros: the network has to be [loaded](Memory::load) or [initialised](Parameters::init_in).
    ///
    /// A capacity of 0, or below what batch statistics need, does not compile.
    #[track_caller]
    #[allow(clippy::new_without_default, reason = "a `default()` would be taken on the stack")]
    pub const fn new() -> Self {
        // Here for a `static`, whose message then stands at its own line; `FITS` is for every other use.
        check::capacity(N::NAME, B, <N as Layer<N::Input>>::LEAST_BATCH);
        // SAFETY: all zero bits are a valid network and gradient by the contract of `Parameters`, a valid state by that of
        // `Zeroed`, and valid outputs and workspaces by that of `Tensor`.
        unsafe { core::mem::zeroed() }
    }

    /// Makes it what [`new`](Memory::new) gives, in place: zeros, and an optimiser that has made no step.
    pub fn clear(&mut self) {
        // SAFETY: as in `new`, all zero bits are a valid value; the borrow is exclusive.
        unsafe { core::ptr::write_bytes(self, 0, 1) }
    }

    /// The network.
    pub const fn network(&self) -> &N {
        &self.network
    }

    /// The network, to write to: `memory.network_mut().init_in(&mut rng)`.
    pub const fn network_mut(&mut self) -> &mut N {
        &mut self.network
    }

    /// Copies the parameters of `network`, value by value and not by way of the stack.
    pub fn load(&mut self, network: &N) {
        self.network.copy_from(network);
    }
}

/// Without its numbers, of which there may be millions.
impl<N: Network, O: Optimizer<N>, const B: usize> fmt::Debug for Memory<N, O, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("samples", &B).finish_non_exhaustive()
    }
}

impl<N: Network, O: Optimizer<N>, const B: usize> Sealed for &mut Memory<N, O, B> {}

impl<N: Network, O: Optimizer<N>, const B: usize> Storage for &mut Memory<N, O, B> {
    type Network = N;
    type Optimizer = O;

    #[inline(always)]
    fn capacity(&self, extent: Extent) -> usize {
        let room = const { <N as Layer<N::Input>>::TRAIN.len(B) };
        let mut samples = B;
        while samples > 1 && extent.len(samples) > room {
            samples -= 1;
        }
        samples
    }

    #[inline(always)]
    fn parts(&mut self, samples: usize, extent: Extent) -> Parts<'_, N, O::State> {
        Parts {
            network: &mut self.network,
            gradient: &mut self.gradient,
            state: &mut self.state,
            output: first(&mut self.output, samples),
            output_gradient: first(&mut self.output_gradient, samples),
            workspace: first(self.workspace.flat_mut(), extent.len(samples)),
        }
    }

    #[inline(always)]
    fn fixed(&mut self) -> Parts<'_, N, O::State> {
        let Memory { network, gradient, state, .. } = &mut **self;
        Parts { network, gradient, state, output: &mut [], output_gradient: &mut [], workspace: &mut [] }
    }

    #[inline(always)]
    fn network(&self) -> &N {
        &self.network
    }

    #[inline(always)]
    fn gradient(&self) -> &N::Gradient {
        &self.gradient
    }
}

/// The first `count` items, or all where there are fewer.
#[inline(always)]
pub(super) fn first<T>(items: &mut [T], count: usize) -> &mut [T] {
    let count = if count < items.len() { count } else { items.len() };
    items.get_mut(..count).unwrap_or(&mut [])
}
