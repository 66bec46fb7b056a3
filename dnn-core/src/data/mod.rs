//! Data sets: samples and their targets, checked once, where they enter.

mod csv;
mod error;
mod gather;
mod row;

pub use csv::Csv;
pub use error::{DataError, Fault};
pub use gather::Gather;
pub use row::{Number, Row};

use crate::random::{Generator, Rng};
use alloc::vec::Vec;

/// Samples `X` with a target `D` each: as many of one as of the other.
///
/// A sample is a tensor, or a tuple of tensors for a network of several inputs.
///
/// ```
/// use dnn_core::Dataset;
/// let data = Dataset::new(vec![[0.0f32, 1.0], [1.0, 1.0], [1.0, 0.0]], vec![1u8, 0, 1])?;
/// let (train, test) = data.shuffled(1).split(2);
/// assert_eq!((train.len(), test.len()), (2, 1));
/// # Ok::<(), dnn_core::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Dataset<X, D> {
    inputs: Vec<X>,
    targets: Vec<D>,
}

impl<X, D> Dataset<X, D> {
    /// A data set of samples and their targets.
    ///
    /// # Errors
    /// [`DataError::Lengths`] where there are more of one than of the other.
    pub fn new(inputs: Vec<X>, targets: Vec<D>) -> Result<Dataset<X, D>, DataError> {
        match inputs.len() == targets.len() {
            true => Ok(Dataset { inputs, targets }),
            false => Err(DataError::Lengths { inputs: inputs.len(), targets: targets.len() }),
        }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The samples: for a tensor, a batch of all of them.
    pub fn inputs(&self) -> &[X] {
        &self.inputs
    }

    /// The target of each sample.
    pub fn targets(&self) -> &[D] {
        &self.targets
    }

    /// Every sample with its target.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&X, &D)> {
        self.inputs.iter().zip(&self.targets)
    }

    /// The same samples in a random order, the same one for the same seed and length on every machine: that of
    /// [`Rng::new(seed)`](Rng::new) and [`Generator::shuffle`].
    pub fn shuffled(mut self, seed: u64) -> Self {
        Rng::new(seed).shuffle(&mut self.inputs);
        Rng::new(seed).shuffle(&mut self.targets);
        self
    }

    /// The first `at` samples, and the others; nothing is left for these where `at` is not below the length.
    pub fn split(mut self, at: usize) -> (Self, Self) {
        let at = at.min(self.len());
        let rest = Dataset { inputs: self.inputs.split_off(at), targets: self.targets.split_off(at) };
        (self, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn samples_and_targets_have_one_length() {
        let error = Dataset::new(vec![[1.0f32]; 3], vec![0u8; 2]).unwrap_err();
        assert_eq!(error, DataError::Lengths { inputs: 3, targets: 2 });
        assert!(Dataset::<[f32; 1], u8>::new(vec![], vec![]).unwrap().is_empty());
    }

    #[test]
    fn shuffling_keeps_pairs_and_gives_the_published_order() {
        let rows: Vec<u32> = (0..1797).collect();
        let data = Dataset::new(rows.clone(), rows).unwrap().shuffled(0);
        // The first rows of the digits in the order of seed 0, as examples/data/README.md lists them.
        assert_eq!(data.inputs()[..10], [1433, 1547, 691, 1503, 1215, 45, 1500, 1645, 292, 1640]);
        assert!(data.iter().all(|(x, d)| x == d));
    }

    #[test]
    fn a_split_beyond_the_end_leaves_nothing() {
        let data = Dataset::new(vec![[1.0f32], [2.0], [3.0]], vec![1u8, 2, 3]).unwrap();
        let (first, rest) = data.clone().split(1);
        assert_eq!((first.inputs(), rest.targets()), (&[[1.0]][..], &[2, 3][..]));
        let (first, rest) = data.split(9);
        assert_eq!((first.len(), rest.len()), (3, 0));
    }
}
