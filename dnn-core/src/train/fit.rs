//! Runs over a data set: shuffled batches, a test after each epoch, a history.

use super::evaluation::Correct;
use super::history::{Epoch, FitError, History};
use super::memory::Storage;
use super::progress::Progress;
use super::trainer::Trainer;
use crate::data::{Dataset, Gather};
use crate::layer::Layer;
use crate::losses::Loss;
use crate::network::{Network, Output};
use crate::parameters::Parameters;
use crate::random::{Generator, Rng};
use crate::scalar::Scalar;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// How [`Trainer::fit`] runs over a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Fit {
    epochs: usize,
    batch_size: usize,
    seed: u64,
    shuffle: bool,
    quiet: bool,
}

impl Fit {
    /// That many passes over the training set, in batches of 32 samples, shuffled by the seed 0.
    pub const fn epochs(epochs: usize) -> Fit {
        Fit { epochs, batch_size: 32, seed: 0, shuffle: true, quiet: false }
    }

    /// Samples in a batch; the last one of an epoch holds what is left. 0 counts as 1.
    pub const fn batch_size(mut self, samples: usize) -> Fit {
        self.batch_size = if samples == 0 { 1 } else { samples };
        self
    }

    /// The seed of the order of samples: the same seed gives the same run.
    pub const fn seed(mut self, seed: u64) -> Fit {
        self.seed = seed;
        self
    }

    /// Whether each epoch has a new random order.
    pub const fn shuffle(mut self, shuffle: bool) -> Fit {
        self.shuffle = shuffle;
        self
    }

    /// Shows no progress. Otherwise it goes to the standard error: a bar where that is a terminal, a line for each epoch
    /// where not.
    pub const fn quiet(mut self) -> Fit {
        self.quiet = true;
        self
    }
}

/// One sample of the network in a storage.
type Input<S> = <<S as Storage>::Network as Network>::Input;

/// Epochs that the history has room for at first; a longer one grows.
const EPOCHS: usize = 4096;

impl<S: Storage, L> Trainer<S, L>
where
    Input<S>: Gather,
{
    /// Trains on a data set, and after each epoch evaluates on another one, or on none:
    /// `trainer.fit(&train, None, Fit::epochs(20))`.
    ///
    /// ```
    /// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
    /// # use mazur::Mazur;
    /// use dnn_core::{Dataset, Fit, Mse, Sgd, Trainer};
    ///
    /// let data = Dataset::new(vec![[0.05, 0.10]], vec![[0.01, 0.99]])?;
    /// let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    /// let history = trainer.fit(&data, &data, Fit::epochs(100).quiet())?;
    /// println!("{history}");
    /// assert!(history.epochs[99].loss < 0.01);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A data set is empty; a batch has more samples than the storage's capacity, or fewer than it needs, and the network takes
    /// statistics over whole batches; or the loss of a batch is not finite: then the update by this batch is not made, and its gradient
    /// is left to look at.
    ///
    /// # Panics
    /// A target is a label that does not exist; `Class` labels always do.
    #[track_caller]
    pub fn fit<'t, D: Copy + 'static>(
        &mut self,
        train: &Dataset<Input<S>, D>,
        test: impl Into<Option<&'t Dataset<Input<S>, D>>>,
        options: Fit,
    ) -> Result<History, FitError>
    where
        L: Loss<Output<S::Network>, D>,
        Input<S>: 't,
    {
        self.fit_with(train, test, options, |_, _| ControlFlow::Continue(()))
    }

    /// As [`fit`](Trainer::fit), with a function that is called after each epoch: it may change the learning rate, save the
    /// network, or end the run.
    ///
    /// ```
    /// # mod mazur { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/mazur.rs")); }
    /// # use mazur::Mazur;
    /// # use dnn_core::{Dataset, Fit, Mse, Sgd, Trainer};
    /// use std::ops::ControlFlow;
    /// # let data = Dataset::new(vec![[0.05, 0.10]], vec![[0.01, 0.99]])?;
    /// # let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    /// let history = trainer.fit_with(&data, None, Fit::epochs(100).quiet(), |trainer, epoch| {
    ///     *trainer.optimizer_mut() = Sgd::new(0.5 / epoch.number as f64);
    ///     if epoch.loss < 0.2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// })?;
    /// assert!(history.epochs.len() < 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As `fit`.
    ///
    /// # Panics
    /// As `fit`.
    #[track_caller]
    pub fn fit_with<'t, D: Copy + 'static>(
        &mut self,
        train: &Dataset<Input<S>, D>,
        test: impl Into<Option<&'t Dataset<Input<S>, D>>>,
        options: Fit,
        mut each: impl FnMut(&mut Self, &Epoch) -> ControlFlow<()>,
    ) -> Result<History, FitError>
    where
        L: Loss<Output<S::Network>, D>,
        Input<S>: 't,
    {
        let test: Option<&Dataset<_, D>> = test.into();
        for (set, data) in [("training", Some(train)), ("test", test)] {
            match data {
                Some(data) if data.is_empty() => return Err(FitError::Empty { set }),
                Some(data) => self.loss().check(data.targets()), // here a message counts in the data set, not in a batch
                None => {}
            }
        }
        let (batch, room) = (options.batch_size.min(train.len()), self.room());
        if let Some(capacity) = room.filter(|capacity| *capacity < batch) {
            return Err(FitError::Capacity { batch, capacity });
        }
        let (last, least) = (train.len() % batch, <S::Network as Layer<Input<S>>>::LEAST_BATCH);
        if let Some(batch) = [batch, last].into_iter().find(|samples| (1..least).contains(samples)) {
            return Err(FitError::TooFew { batch, least });
        }
        let mut buffer = Default::default();
        let test = test.map(|test| (Input::<S>::whole(test.inputs(), &mut buffer), test.targets()));

        let mut batches = Batches::new(train, &options);
        let mut progress = Progress::new(options.epochs, options.quiet);
        let mut history = History { epochs: Vec::with_capacity(options.epochs.min(EPOCHS)) };
        self.forget();
        for number in 1..=options.epochs {
            progress.start();
            let (loss, accuracy) = self.epoch(number, &mut batches, &mut progress)?;
            let test = test.map(|(x, targets)| self.evaluate(x, targets));
            let epoch = Epoch {
                number,
                loss,
                accuracy,
                test_loss: test.map(|test| test.loss),
                test_accuracy: test.and_then(|test| test.accuracy),
                seconds: progress.seconds(),
            };
            history.epochs.push(epoch);
            progress.epoch(&epoch);
            if each(self, &epoch).is_break() {
                break;
            }
        }
        Ok(history)
    }

    /// One pass over the training set: the mean loss and the share of right answers.
    fn epoch<D: Copy>(
        &mut self,
        number: usize,
        batches: &mut Batches<'_, Input<S>, D>,
        progress: &mut Progress,
    ) -> Result<(f64, Option<f64>), FitError>
    where
        L: Loss<Output<S::Network>, D>,
    {
        let (mut sum, mut done, mut correct) = (0.0, 0, Correct::default());
        batches.start();
        for batch in 1.. {
            let Some((x, targets)) = batches.next(done) else { break };
            let (loss, updated) = self.counted(x, targets, &mut correct);
            let loss = loss.to_f64();
            if !loss.is_finite() {
                let tensor = first_not_finite(self.network());
                self.forget(); // a later step must not add to this gradient
                return Err(FitError::NotFinite { epoch: number, batch, loss, tensor });
            }
            if !updated {
                self.update();
            }
            sum += loss * targets.len() as f64;
            done += targets.len();
            progress.samples(number, done, batches.len());
        }
        Ok((sum / done as f64, correct.share()))
    }
}

/// The name of the first tensor that holds a number that is not finite.
fn first_not_finite<N: Parameters>(network: &N) -> Option<String> {
    let mut tensors = network.parameters();
    let tensor = tensors.find(|tensor| tensor.values.iter().any(|value| !value.is_finite()))?;
    Some(tensor.name.to_string())
}

/// Deals out a training set in batches; its buffers are made once.
struct Batches<'a, X: Gather, D> {
    data: &'a Dataset<X, D>,
    size: usize,
    order: Vec<usize>,
    rng: Option<Rng>,
    inputs: X::Buffer,
    targets: Vec<D>,
}

impl<'a, X: Gather, D: Copy> Batches<'a, X, D> {
    fn new(data: &'a Dataset<X, D>, options: &Fit) -> Self {
        let size = options.batch_size.min(data.len());
        let mut inputs = X::Buffer::default();
        X::reserve(&mut inputs, size);
        let rng = options.shuffle.then(|| Rng::new(options.seed));
        Batches { data, size, order: (0..data.len()).collect(), rng, inputs, targets: Vec::with_capacity(size) }
    }

    fn len(&self) -> usize {
        self.order.len()
    }

    /// An epoch begins, with a new order.
    fn start(&mut self) {
        if let Some(rng) = &mut self.rng {
            rng.shuffle(&mut self.order);
        }
    }

    /// The batch behind the first `done` samples of the epoch.
    fn next(&mut self, done: usize) -> Option<(X::Batch<'_>, &[D])> {
        X::clear(&mut self.inputs);
        self.targets.clear();
        for &index in self.order.iter().skip(done).take(self.size) {
            if let (Some(x), Some(target)) = (self.data.inputs().get(index), self.data.targets().get(index)) {
                x.push(&mut self.inputs);
                self.targets.push(*target);
            }
        }
        (!self.targets.is_empty()).then(|| (X::batch(&self.inputs), self.targets.as_slice()))
    }
}
