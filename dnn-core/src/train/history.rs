//! What a run over a data set leaves behind.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What one pass over the training set found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Its number, from 1.
    pub number: usize,
    /// The mean of the losses of its batches, each before its update, counted by their samples.
    pub loss: f64,
    /// The share of right answers, 0 to 1, each before the update: for losses over classes.
    pub accuracy: Option<f64>,
    /// The loss over the test set after the epoch.
    pub test_loss: Option<f64>,
    /// The share of right answers over the test set after the epoch, 0 to 1.
    pub test_accuracy: Option<f64>,
    /// How long it took, the test included, in seconds; 0 without the feature `std`, which has the clock.
    pub seconds: f64,
}

/// The epochs of a run; it prints as a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The epochs in order.
    pub epochs: Vec<Epoch>,
}

impl History {
    /// The last epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }
}

/// A cell of the table; nothing is a dash.
struct Cell(Option<f64>, &'static str);

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = f.width().unwrap_or(0);
        match *self {
            Cell(None, _) => write!(f, "{:>width$}", "-"),
            Cell(Some(share), "%") => write!(f, "{:>1$.2} %", 100.0 * share, width.saturating_sub(2)),
            Cell(Some(value), _) => write!(f, "{value:>width$.6}"),
        }
    }
}

/// `loss 0.298371, accuracy 91.25 %, test loss 0.301200, test accuracy 90.00 %`
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}", Cell(Some(self.loss), ""))?;
        let rest = [
            ("accuracy", self.accuracy, "%"),
            ("test loss", self.test_loss, ""),
            ("test accuracy", self.test_accuracy, "%"),
        ];
        for (name, value, unit) in rest {
            if value.is_some() {
                write!(f, ", {name} {}", Cell(value, unit))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch        loss  accuracy   test loss  test accuracy   seconds")?;
        for epoch in &self.epochs {
            let (loss, accuracy) = (Cell(Some(epoch.loss), ""), Cell(epoch.accuracy, "%"));
            let (test_loss, test_accuracy) = (Cell(epoch.test_loss, ""), Cell(epoch.test_accuracy, "%"));
            write!(f, "\n{:>5}  {loss:>10}  {accuracy:>8}  {test_loss:>10}  {test_accuracy:>13}", epoch.number)?;
            write!(f, "  {:>8.3}", epoch.seconds)?;
        }
        Ok(())
    }
}

/// Why a run over a data set ended early.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FitError {
    /// A data set has no samples.
    Empty {
        /// `training` or `test`.
        set: &'static str,
    },
    /// The network takes statistics over a batch, and the memory has no room for a whole one.
    Capacity {
        /// The samples of a batch.
        batch: usize,
        /// The samples that there is room for.
        capacity: usize,
    },
    /// The network takes statistics over a batch, and the last batch of an epoch, or every one, has too few samples.
    TooFew {
        /// The samples of the batch.
        batch: usize,
        /// The samples that it must have at least.
        least: usize,
    },
    /// The loss of a batch is not finite. The update by this batch was not made.
    NotFinite {
        /// The epoch, from 1.
        epoch: usize,
        /// The batch in the epoch, from 1.
        batch: usize,
        /// The loss: infinite or NaN.
        loss: f64,
        /// The first tensor of the network that holds a number that is not finite.
        tensor: Option<String>,
    },
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FitError::Empty { set } => write!(f, "the {set} set is empty: give it one sample at least"),
            FitError::Capacity { batch, capacity } => write!(
                f,
                "a batch of {batch} samples, but room for {capacity}, and the network takes statistics over whole batches: \
                 make the batches smaller or the capacity {batch}"
            ),
            FitError::TooFew { batch, least } => write!(
                f,
                "a batch of {batch} samples, but the network takes statistics over {least} or more: choose a batch size \
                 whose last batch has {least}"
            ),
            FitError::NotFinite { epoch, batch, loss, tensor } => {
                write!(f, "the loss of epoch {epoch}, batch {batch} is {loss}: ")?;
                match tensor {
                    Some(name) => write!(f, "`{name}` is not finite, try a smaller learning rate"),
                    None => f.write_str("all parameters are finite, look for inputs or targets that are not"),
                }
            }
        }
    }
}

impl core::error::Error for FitError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    #[test]
    fn a_history_prints_as_a_table() {
        let first = Epoch {
            number: 1,
            loss: 0.5,
            accuracy: Some(0.9125),
            test_loss: Some(12.25),
            test_accuracy: Some(1.0),
            seconds: 0.25,
        };
        let second = Epoch { number: 10, accuracy: None, test_loss: None, test_accuracy: None, ..first };
        let text = History { epochs: vec![first, second] }.to_string();
        let expected = "\
epoch        loss  accuracy   test loss  test accuracy   seconds
    1    0.500000   91.25 %   12.250000       100.00 %     0.250
   10    0.500000         -           -              -     0.250";
        assert_eq!(text, expected);
        assert_eq!(first.to_string(), "loss 0.500000, accuracy 91.25 %, test loss 12.250000, test accuracy 100.00 %");
        assert_eq!(second.to_string(), "loss 0.500000");
    }
}
