//! Progress on the standard error: one line that is written over on a terminal, a line for each epoch elsewhere.

use super::history::Epoch;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// From one picture of the bar to the next.
const INTERVAL: Duration = Duration::from_millis(100);
/// Characters in the bar.
const WIDTH: usize = 20;
/// Bytes in a line: it is put together here, written at once, and cut off where it is longer.
const LINE: usize = 160;

/// Shows how far a run is, and has its clock.
pub(super) struct Progress {
    epochs: usize,
    terminal: bool,
    quiet: bool,
    last: Option<Epoch>,
    started: Instant,
    shown: Option<Instant>,
}

impl Progress {
    pub(super) fn new(epochs: usize, quiet: bool) -> Progress {
        let terminal = io::stderr().is_terminal();
        Progress { epochs, terminal, quiet, last: None, started: Instant::now(), shown: None }
    }

    /// An epoch begins.
    pub(super) fn start(&mut self) {
        self.started = Instant::now();
    }

    /// Seconds since the epoch began.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// `done` of the `total` samples of this epoch have been trained on.
    pub(super) fn samples(&mut self, epoch: usize, done: usize, total: usize) {
        if self.quiet || !self.terminal || self.shown.is_some_and(|shown| shown.elapsed() < INTERVAL) {
            return;
        }
        self.shown = Some(Instant::now());
        print(|line| bar(line, epoch, self.epochs, done, total, self.last.as_ref()));
    }

    /// An epoch has ended.
    pub(super) fn epoch(&mut self, epoch: &Epoch) {
        self.last = Some(*epoch);
        if !self.quiet && !self.terminal {
            print(|line| writeln!(line, "epoch {}/{}: {epoch}, {:.3} s", epoch.number, self.epochs, epoch.seconds));
        }
    }
}

/// The line on a terminal ends, with the last epoch, when the run does.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.quiet || !self.terminal {
            return;
        }
        if let Some(last) = &self.last {
            print(|line| bar(line, last.number, self.epochs, 1, 1, Some(last)));
        }
        if self.shown.is_some() {
            print(|line| line.write_all(b"\n"));
        }
    }
}

/// Writes a line at once. Nothing is allocated, and a closed standard error is no reason to stop training.
fn print(write: impl FnOnce(&mut &mut [u8]) -> io::Result<()>) {
    let mut line = [0; LINE];
    let mut rest = &mut line[..];
    let _ = write(&mut rest);
    let written = LINE - rest.len();
    let _ = io::stderr().write_all(line.get(..written).unwrap_or(&[]));
}

/// `epoch 3/20 [#########-----------] loss 0.298371`: back to the start of the line, the line, and the rest of it cleared.
fn bar(
    line: &mut impl Write,
    epoch: usize,
    epochs: usize,
    done: usize,
    total: usize,
    last: Option<&Epoch>,
) -> io::Result<()> {
    let filled = done.saturating_mul(WIDTH) / total.max(1);
    write!(line, "\r\x1b[Kepoch {epoch}/{epochs} [")?;
    for i in 0..WIDTH {
        line.write_all(if i < filled { b"#" } else { b"-" })?;
    }
    match last {
        Some(last) => write!(line, "] {last}"),
        None => line.write_all(b"]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_bar_fills_with_the_epoch() {
        let mut line = Vec::new();
        bar(&mut line, 3, 20, 45, 100, None).unwrap();
        assert_eq!(line, b"\r\x1b[Kepoch 3/20 [#########-----------]");
        line.clear();
        let last = Epoch { number: 2, loss: 0.5, accuracy: None, test_loss: None, test_accuracy: None, seconds: 0.0 };
        bar(&mut line, 3, 20, 0, 0, Some(&last)).unwrap();
        assert_eq!(line, b"\r\x1b[Kepoch 3/20 [--------------------] loss 0.500000");
    }
}
