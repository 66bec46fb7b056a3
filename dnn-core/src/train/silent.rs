//! Progress where there is neither a clock nor a terminal.

use super::history::Epoch;

/// Shows nothing; its clock stands still.
pub(super) struct Progress;

impl Progress {
    pub(super) fn new(_epochs: usize, _quiet: bool) -> Progress {
        Progress
    }
    pub(super) fn start(&mut self) {}
    pub(super) fn seconds(&self) -> f64 {
        0.0
    }
    pub(super) fn samples(&mut self, _epoch: usize, _done: usize, _total: usize) {}
    pub(super) fn epoch(&mut self, _epoch: &Epoch) {}
}
