//! The trainer: forward, loss, backward, update.

#[cfg(feature = "alloc")]
use super::evaluation::Correct;
#[cfg(feature = "alloc")]
use super::heap::Heap;
use super::memory::{Memory, Parts, Storage};
use super::small;
use super::threads::Threads;
use crate::kernels::level::elementwise;
use crate::kernels::route;
use crate::layer::{Layer, Pass};
use crate::losses::Loss;
#[cfg(feature = "alloc")]
use crate::network::IntoBox;
use crate::network::{Batch, Network, Output};
use crate::optim::{Optimizer, clip_norm, clip_value};
use crate::parameters::Parameters;
use crate::scalar::Scalar;
use crate::tensor::Sample;
use crate::workspace::Extent;
use core::fmt;

pub(super) type Number<S> = <<S as Storage>::Network as Parameters>::Scalar;
pub(super) type Gradient<S> = <<S as Storage>::Network as Parameters>::Gradient;

/// Trains a network: it holds, or borrows, the network, the gradient, the optimiser's state and the workspace.
///
/// `S` is where they lie: [`Heap`](crate::Heap) from [`Trainer::new`], `&mut` [`Memory`] from [`Trainer::within`].
///
/// ```
/// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
/// # use mazur::Mazur;
/// use dnn_core::{Mse, Sgd, Trainer};
///
/// let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
/// let loss: f32 = trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]]);
/// assert!((loss - 0.298371).abs() < 1e-6);
/// assert!(trainer.evaluate(&[[0.05, 0.10]], &[[0.01, 0.99]]).loss < 0.2983);
/// ```
///
/// # Batches
/// A batch has any number of samples. It is worked through in parts of at most the storage's capacity; loss and gradient are
/// those of the whole batch. An empty batch changes nothing, and its loss is 0.
///
/// # Panics
/// `step`, `backward` and `evaluate` panic where there are more samples than targets or fewer, or more of one input than of
/// another, and where a target is a label that does not exist. With arrays of equal length and `Class` labels neither can happen.
/// `step` and `backward` panic where the network takes statistics over whole batches and a batch has more samples than the
/// storage's capacity, or fewer than statistics need.
#[must_use]
pub struct Trainer<S: Storage, L> {
    pub(super) storage: S,
    pub(super) loss: L,
    pub(super) optimizer: S::Optimizer,
    pub(super) seed: u64,
    pub(super) steps: u64,
    samples: usize, // backward passes have added this many to the gradient
    stale: bool,    // the gradient has been used: the next backward pass starts from zero
    pub(super) clip_norm: Option<f64>,
    pub(super) clip_value: Option<f64>,
    threads: Threads,
}

#[cfg(feature = "alloc")]
impl<N: Network, O: Optimizer<N>, L> Trainer<Heap<N, O>, L> {
    /// A trainer on the heap, of a network or a `Box` of one. A network that does not fit the stack comes in a `Box`.
    pub fn new<P: IntoBox<Network = N>>(network: P, loss: L, optimizer: O) -> Self {
        Trainer::of(Heap::new(network.lined()), loss, optimizer)
    }

    /// Works on at most `samples` samples at a time, which bounds the workspace; no bound is the default. 0 counts as 1.
    ///
    /// Networks with batch statistics need the whole batch: there, the capacity must not be below the batch size.
    pub fn capacity(mut self, samples: usize) -> Self {
        self.storage.capacity = samples.max(1);
        self
    }

    /// The trained network.
    pub fn into_network(self) -> alloc::boxed::Box<N> {
        self.storage.into_network()
    }
}

impl<'m, N: Network, O: Optimizer<N>, L, const B: usize> Trainer<&'m mut Memory<N, O, B>, L> {
    /// A trainer of the network in `memory`, which goes on with the optimiser's state there. It allocates nothing.
    pub fn within(memory: &'m mut Memory<N, O, B>, loss: L, optimizer: O) -> Self {
        const { Memory::<N, O, B>::FITS };
        Trainer::of(memory, loss, optimizer)
    }

    /// [`step`](Trainer::step) for a batch that fills the memory: another number of samples, or of targets, is a mistake of
    /// the types, so that nothing is left to check.
    ///
    /// ```compile_fail
    /// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
    /// # use mazur::Mazur;
    /// # use dnn_core::{Memory, Mse, Sgd, Trainer};
    /// let mut memory: Memory<Mazur, Sgd, 2> = Memory::new();
    /// let mut trainer = Trainer::within(&mut memory, Mse, Sgd::new(0.5));
    /// trainer.step_full(&[[0.05, 0.10]; 3], &[[0.01, 0.99]; 3]); // room for 2
    /// ```
    #[inline(always)]
    pub fn step_full<D>(&mut self, x: &[N::Input; B], targets: &[D; B]) -> N::Scalar
    where
        L: Loss<Output<N>, D>,
        N::Input: for<'a> Sample<Batch<'a> = &'a [N::Input]>,
    {
        self.step(x, targets)
    }
}

impl<S: Storage, L> Trainer<S, L> {
    fn of(storage: S, loss: L, optimizer: S::Optimizer) -> Self {
        let (clip_norm, clip_value, threads) = (None, None, Threads::default());
        Trainer { storage, loss, optimizer, seed: 0, steps: 0, samples: 0, stale: true, clip_norm, clip_value, threads }
    }

    /// The seed of dropout and other random layers; 0 is the default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Trains on so many threads, 16 at most; 1, the caller's own, is the default. Every number of threads gives the same bits.
    ///
    /// Large products of fully connected layers are shared: rows of the weight for outputs and for its gradient, samples for
    /// gradients of inputs and where outputs are few. So are convolutions: blocks of 16 samples for planes and their gradients,
    /// channels for the gradient of the weight. On two threads, 784-128-10 on 256 samples took 1.8 times less, ResNet-8 on 32
    /// images 1.4 to 1.8 times, by how far the processors are from each other.
    /// The threads live as long as the trainer, sleep between steps that are not close to each other, and are left alone for
    /// some time where steps were slower with them, because other programs hold the processors.
    ///
    /// ```
    /// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
    /// # use mazur::Mazur;
    /// # use dnn_core::{Mse, Sgd, Trainer};
    /// let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5)).threads(2);
    /// let loss: f32 = trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]]);
    /// assert!((loss - 0.298371).abs() < 1e-6);
    /// ```
    #[cfg(feature = "std")]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Threads::new(threads);
        self
    }

    /// Scales the gradient of every update to a norm of at most `max_norm`, see [`clip_norm`](crate::clip_norm).
    pub fn clip_norm(mut self, max_norm: f64) -> Self {
        self.clip_norm = Some(max_norm);
        self
    }

    /// Brings every element of the gradient of every update to at most `limit` in size, see
    /// [`clip_value`](crate::clip_value); the norm is clipped after that.
    pub fn clip_value(mut self, limit: f64) -> Self {
        self.clip_value = Some(limit);
        self
    }

    /// One training step, [`backward`](Trainer::backward) and [`update`](Trainer::update): the mean loss of the batch before
    /// the update.
    ///
    /// A loss that is not finite is returned as it is, and the update is made all the same, as in PyTorch.
    ///
    /// Large weights may be updated as soon as their gradient is there: [`Optimizer::begin`](crate::Optimizer::begin). Every bit
    /// of network and gradient is what `backward` and `update` give.
    #[inline(always)]
    #[track_caller]
    pub fn step<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D]) -> Number<S>
    where
        L: Loss<Output<S::Network>, D>,
    {
        if same_length::<S::Network, D>(x, targets) == 0 {
            return Number::<S>::ZERO;
        }
        if let Some(refusal) = self.refuse(targets.len()) {
            return refusal;
        }
        if const { small::most::<S::Network>() > 0 } && self.one_by_one(targets.len()) {
            return self.step_one_by_one(x, targets);
        }
        let (loss, updated) = self.accumulate(x, targets, |_| true, |_, _, _| {});
        if !updated {
            self.update();
        }
        loss
    }

    /// Whether a step of so many samples goes one by one.
    #[inline(always)]
    pub(super) fn one_by_one(&self, samples: usize) -> bool {
        self.stale && samples <= const { small::most::<S::Network>() }
    }

    /// Forward and backward: the mean loss of the batch, whose gradient is **added** to the gradient.
    ///
    /// The first backward pass after an update starts from zero, so [`gradient`](Trainer::gradient) can be read after a step,
    /// and several passes before an update accumulate.
    #[inline(always)]
    #[track_caller]
    pub fn backward<D>(&mut self, x: Batch<'_, S::Network>, targets: &[D]) -> Number<S>
    where
        L: Loss<Output<S::Network>, D>,
    {
        if same_length::<S::Network, D>(x, targets) == 0 {
            return Number::<S>::ZERO;
        }
        if let Some(refusal) = self.refuse(targets.len()) {
            return refusal;
        }
        self.accumulate(x, targets, |_| false, |_, _, _| {}).0
    }

    /// How many samples a batch may have at most, if the network takes statistics over whole batches.
    #[inline(always)]
    pub(super) fn room(&self) -> Option<usize> {
        let extent = <S::Network as Layer<<S::Network as Network>::Input>>::TRAIN;
        const { <S::Network as Layer<<S::Network as Network>::Input>>::WHOLE_BATCH }
            .then(|| self.storage.capacity(extent))
    }

    /// The answer to a batch that is too large, or too small, for statistics over the whole of it.
    #[inline(always)]
    #[track_caller]
    fn refuse(&self, samples: usize) -> Option<Number<S>> {
        let least = const { <S::Network as Layer<<S::Network as Network>::Input>>::LEAST_BATCH };
        if samples < least {
            return Some(too_few(samples, least));
        }
        let capacity = self.room()?;
        (capacity < samples).then(|| too_many(samples, capacity))
    }

    /// `backward` for at least one sample and as many targets; `each` sees the outputs. If the loss is one that `updates`, it may
    /// update as well, and says so.
    #[track_caller]
    fn accumulate<D>(
        &mut self,
        x: Batch<'_, S::Network>,
        targets: &[D],
        updates: impl Fn(Number<S>) -> bool,
        mut each: impl FnMut(&L, &[Output<S::Network>], &[D]),
    ) -> (Number<S>, bool)
    where
        L: Loss<Output<S::Network>, D>,
    {
        self.loss.check(targets);
        let step = self.threads.begin();
        let mut fresh = self.stale && const { <S::Network as Layer<<S::Network as Network>::Input>>::WRITES };
        if fresh {
            (self.samples, self.stale) = (0, false);
        } else if self.stale {
            self.zero_gradient();
        }
        let extent = <S::Network as Layer<<S::Network as Network>::Input>>::TRAIN;
        let weights = self.loss.all_weights(targets);
        let mut sums = [Number::<S>::ZERO; 4];
        let most = const { at_a_time::<S::Network>() };
        // Large weights are updated behind their gradients, where one pass makes these and nothing has to see them before.
        let behind = fresh
            && targets.len() <= if self.storage.capacity(extent) < most { self.storage.capacity(extent) } else { most }
            && self.clip_norm.is_none()
            && self.clip_value.is_none();
        let mut updated = false;
        for_parts(&mut self.storage, x, targets, most, extent, |parts, x, targets, start| {
            let Parts { network, gradient, state, output, output_gradient, workspace } = parts;
            let first = self.samples.wrapping_add(start);
            let pass = Pass { seed: self.seed, step: self.steps, first, frozen: false, fresh };
            network.forward(&pass, x, output, workspace);
            network.absorb(output.len(), workspace);
            each(&self.loss, output, targets);
            self.loss.add_all(output, targets, weights, output_gradient, &mut sums);
            // The constant stands here, where it removes the code whatever is inlined.
            if const { route::TARGET && <S::Network as Layer<<S::Network as Network>::Input>>::WRITES }
                && behind
                && updates(crate::losses::mean(sums, weights))
                && let Some(mut update) = self.optimizer.begin(state)
            {
                update.by(gradient);
                let (dy, dp) = (output_gradient, Some(&mut *gradient));
                network.backward_and_update(&pass, x, output, workspace, dy, None, dp, &mut update);
                update.rest(network, gradient);
                updated = true;
            } else {
                network.backward(&pass, x, output, workspace, output_gradient, None, Some(gradient));
            }
            fresh = false;
        });
        self.samples = self.samples.wrapping_add(targets.len());
        self.threads.end(step, targets.len());
        if updated {
            self.finish();
        }
        (crate::losses::mean(sums, weights), updated)
    }

    /// `backward` for at least one sample and as many targets, which also counts right answers, and may update if the loss is
    /// finite: then it says so.
    #[cfg(feature = "alloc")]
    pub(super) fn counted<D>(
        &mut self,
        x: Batch<'_, S::Network>,
        targets: &[D],
        correct: &mut Correct,
    ) -> (Number<S>, bool)
    where
        L: Loss<Output<S::Network>, D>,
    {
        let finite = |loss: Number<S>| loss.to_f64().is_finite();
        self.accumulate(x, targets, finite, |loss, output, targets| correct.count(loss, output, targets))
    }

    /// The next backward pass starts from a gradient of zero.
    #[cfg(feature = "alloc")]
    pub(super) fn forget(&mut self) {
        (self.stale, self.samples) = (true, 0);
    }

    /// One step of the optimiser with the gradient as it is, clipped where that is wanted.
    pub fn update(&mut self) {
        let _together = self.threads.again();
        let Parts { network, gradient, state, .. } = self.storage.fixed();
        if let Some(limit) = self.clip_value {
            clip_value(gradient, limit);
        }
        if let Some(max_norm) = self.clip_norm {
            clip_norm(gradient, max_norm);
        }
        self.optimizer.step(network, gradient, state);
        self.finish();
    }

    /// An update has been made.
    #[inline(always)]
    fn finish(&mut self) {
        self.steps = self.steps.wrapping_add(1);
        self.samples = 0;
        self.stale = true;
    }

    /// Forgets the gradient.
    pub fn zero_gradient(&mut self) {
        zero(self.gradient_mut().flat_mut());
        self.samples = 0;
        self.stale = false;
    }

    /// The network.
    pub fn network(&self) -> &S::Network {
        self.storage.network()
    }

    /// The network, to write to.
    pub fn network_mut(&mut self) -> &mut S::Network {
        self.storage.fixed().network
    }

    /// dL/dp as the last backward passes left it.
    pub fn gradient(&self) -> &Gradient<S> {
        self.storage.gradient()
    }

    /// dL/dp, to change before an update.
    pub fn gradient_mut(&mut self) -> &mut Gradient<S> {
        self.storage.fixed().gradient
    }

    /// The loss.
    pub fn loss(&self) -> &L {
        &self.loss
    }

    /// The optimiser.
    pub fn optimizer(&self) -> &S::Optimizer {
        &self.optimizer
    }

    /// The optimiser, to change its learning rate between steps; what it remembers stays.
    pub fn optimizer_mut(&mut self) -> &mut S::Optimizer {
        &mut self.optimizer
    }

    /// How many updates this trainer has made.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

/// Without the network and the gradient, which may have millions of numbers.
impl<S: Storage<Optimizer: fmt::Debug>, L: fmt::Debug> fmt::Debug for Trainer<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trainer { loss, optimizer, seed, steps, samples, clip_norm, clip_value, .. } = self;
        f.debug_struct("Trainer")
            .field("loss", loss)
            .field("optimizer", optimizer)
            .field("seed", seed)
            .field("steps", steps)
            .field("samples", samples)
            .field("clip_norm", clip_norm)
            .field("clip_value", clip_value)
            .finish_non_exhaustive()
    }
}

elementwise! {
    /// 0
    fn zero[T: Scalar](values: &mut [T]) {
        values.fill(T::ZERO);
    }
}

/// How many samples a step works on at a time at most, so that any capacity gives the same bits where bits are promised.
const fn at_a_time<N: Network>() -> usize {
    let (shares, whole_batch) = (<N as Layer<N::Input>>::SHARES, <N as Layer<N::Input>>::WHOLE_BATCH);
    if cfg!(feature = "deterministic") && shares && !whole_batch { 1 } else { usize::MAX }
}

/// Calls `each` with the parts of a batch of at least one sample, at most `limit` and the storage's capacity of them at a
/// time: the storage's parts, samples, targets, number of the first sample.
#[inline(always)]
pub(super) fn for_parts<S: Storage, D>(
    storage: &mut S,
    x: Batch<'_, S::Network>,
    targets: &[D],
    limit: usize,
    extent: Extent,
    mut each: impl FnMut(Parts<'_, S::Network, super::memory::State<S>>, Batch<'_, S::Network>, &[D], usize),
) {
    let capacity = storage.capacity(extent);
    let count = if capacity < limit { capacity } else { limit };
    let mut start = 0;
    loop {
        let samples = <<S::Network as Network>::Input as Sample>::part(x, start, count);
        let targets = <[D]>::get(targets, start..).unwrap_or(&[]);
        let targets = targets.get(..count).unwrap_or(targets);
        if targets.is_empty() {
            break;
        }
        each(storage.parts(targets.len(), extent), samples, targets, start);
        start = start.wrapping_add(targets.len());
    }
}

/// The number of samples and of targets. In one small function that is always inlined: where both are arrays, the compiler
/// sees that they are equal and removes the panic.
#[inline(always)]
#[track_caller]
pub(super) fn same_length<N: Network, D>(x: Batch<'_, N>, targets: &[D]) -> usize {
    let (samples, longest) = (<N::Input as Sample>::len(x), <N::Input as Sample>::longest(x));
    if samples != longest {
        different_inputs(samples, longest);
    }
    if samples != targets.len() {
        different_length(samples, targets.len());
    }
    samples
}

/// What a batch gives that does not fit where it has to: a panic or, in a release build without the feature `alloc`, where
/// none may be reachable, NaN. Parameters and gradient stay as they are.
#[cold]
#[inline(never)]
#[track_caller]
fn too_many<T: Scalar>(samples: usize, capacity: usize) -> T {
    if cfg!(any(feature = "alloc", debug_assertions)) {
        panic!(
            "a batch of {samples} samples, but room for {capacity}, and the network takes statistics over whole batches: \
             make the capacity {samples}"
        );
    }
    T::from_f64(f64::NAN)
}

/// The same for a batch of too few samples.
#[cold]
#[inline(never)]
#[track_caller]
fn too_few<T: Scalar>(samples: usize, least: usize) -> T {
    if cfg!(any(feature = "alloc", debug_assertions)) {
        panic!(
            "a batch of {samples} samples, but the network takes statistics over {least} or more: train on {least} at once"
        );
    }
    T::from_f64(f64::NAN)
}

#[cold]
#[inline(never)]
#[track_caller]
fn different_length(samples: usize, targets: usize) -> ! {
    panic!("{samples} samples, but {targets} targets")
}

#[cold]
#[inline(never)]
#[track_caller]
fn different_inputs(samples: usize, longest: usize) -> ! {
    panic!("{longest} samples of one input, but {samples} of another")
}
