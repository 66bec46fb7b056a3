//! Anomalies in a sensor's signal, found by an autoencoder that keeps learning on the device, one window per call.
//!
//! The network squeezes a window of readings through six numbers and back. It is trained on what it sees, so what it has
//! often seen comes back nearly unchanged, and what it has not does not: the mean squared error is the measure.
//!
//! # What happens to a window
//! - **Unreadable**: a reading is not a number, or beyond the sensor's range. The window is reported and not looked at:
//!   weights, optimiser and limit stay as they are, bit for bit.
//! - **Anomaly**: the error is above the limit. The window is reported and not learned from, so that a fault which lasts does
//!   not become normal.
//! - **Normal**: the network learns from it, and the limit follows the errors. The first windows are all taken for normal.

mod signal;

pub use signal::{Fault, Signal};

use crate::line;
use crate::print::{Hex, Output, fixed};
use crate::weights::hash;
use core::slice::from_ref;
use dnn::prelude::*;

/// A reading is a share of what the sensor can measure, -1 to 1.
pub const RANGE: f32 = 1.0;
/// Windows that are all taken for normal, until the network and its limit have settled.
pub const WARM_UP: usize = 1500;

network! {
    /// Readings in a window.
    pub const READINGS: usize = 16;

    /// A window, squeezed through six numbers and back.
    #[derive(Clone)]
    pub struct Autoencoder: [READINGS] -> [READINGS] {
        encoder: Linear<READINGS, 6>,
        Tanh,
        decoder: Linear<6, READINGS>,
    }
}

/// All RAM that the detector needs beside a few numbers on the stack.
pub type Ram = Memory<Autoencoder, Adam, 1>;

/// What a window is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It was learned from.
    Normal,
    /// Its error is above the limit.
    Anomaly {
        /// The mean squared error of the readings.
        error: f32,
        /// What it would have to be below.
        limit: f32,
    },
    /// Some of its readings are no numbers or out of range.
    Unreadable {
        /// How many.
        readings: usize,
    },
}

/// Watches a sensor.
pub struct Detector<'m> {
    trainer: Trainer<&'m mut Ram, Mse>,
    /// The errors of normal windows: their mean, and their mean distance from it, both over about 64 windows.
    mean: f32,
    spread: f32,
    windows: usize,
    learning: bool,
}

impl<'m> Detector<'m> {
    /// A detector that knows nothing, with an initialisation from `seed`.
    pub fn new(memory: &'m mut Ram, seed: u64) -> Self {
        memory.clear();
        memory.network_mut().init_in(&mut Rng::new(seed));
        let trainer = Trainer::within(memory, Mse, Adam::new(0.003));
        Detector { trainer, mean: 0.0, spread: 0.0, windows: 0, learning: true }
    }

    /// Whether normal windows still change the network; the limit follows their errors in any case.
    pub fn learning(&mut self, learning: bool) {
        self.learning = learning;
    }

    /// The network.
    pub fn network(&self) -> &Autoencoder {
        self.trainer.network()
    }

    /// One window.
    pub fn window(&mut self, readings: &[f32; READINGS]) -> Verdict {
        // NaN lies in no range.
        let unreadable = readings.iter().filter(|reading| !(-RANGE..=RANGE).contains(*reading)).count();
        if unreadable > 0 {
            return Verdict::Unreadable { readings: unreadable };
        }
        let error = self.trainer.backward(from_ref(readings), from_ref(readings));
        let limit = self.mean + 8.0 * self.spread;
        // Neither holds for NaN.
        let normal = if self.windows < WARM_UP { error.is_finite() } else { error <= limit };
        if !normal {
            self.trainer.zero_gradient();
            return Verdict::Anomaly { error, limit };
        }
        match self.learning {
            true => self.trainer.update(),
            false => self.trainer.zero_gradient(),
        }
        self.mean += (error - self.mean) / 64.0;
        self.spread += ((error - self.mean).abs() - self.spread) / 64.0;
        self.windows = self.windows.saturating_add(1);
        Verdict::Normal
    }
}

/// How often the detector was right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Windows with a fault of numbers.
    pub planted: usize,
    /// Those of them that were reported as anomalies.
    pub found: usize,
    /// Windows without a fault that were reported.
    pub false_alarms: usize,
    /// Windows with something that is not a number.
    pub dropouts: usize,
    /// Those of them that were reported as unreadable.
    pub unreadable: usize,
}

impl Score {
    /// The share of reports that are right: found / (found + false alarms).
    pub fn precision(&self) -> f32 {
        self.found as f32 / (self.found + self.false_alarms) as f32
    }

    /// The share of faults that are reported: found / planted.
    pub fn recall(&self) -> f32 {
        self.found as f32 / self.planted as f32
    }

    fn count(&mut self, fault: Option<Fault>, verdict: Verdict) {
        let alarm = matches!(verdict, Verdict::Anomaly { .. });
        let unreadable = matches!(verdict, Verdict::Unreadable { .. });
        match fault {
            None => self.false_alarms += usize::from(alarm || unreadable),
            Some(Fault::Dropout) => {
                (self.dropouts, self.unreadable) = (self.dropouts + 1, self.unreadable + usize::from(unreadable))
            }
            Some(_) => (self.planted, self.found) = (self.planted + 1, self.found + usize::from(alarm)),
        }
    }
}

/// Watches a whole signal; `each` is told every verdict.
pub fn watch(
    detector: &mut Detector<'_>,
    mut signal: Signal,
    learns_on: bool,
    mut each: impl FnMut(usize, Option<Fault>, Verdict),
) -> Score {
    let mut score = Score::default();
    for number in 0..Signal::WINDOWS {
        let (readings, fault) = signal.window();
        detector.learning(learns_on || number < WARM_UP);
        let verdict = detector.window(&readings);
        score.count(fault, verdict);
        each(number, fault, verdict);
    }
    score
}

/// Watches the signal of the seed 1, once with learning all the time and once without it behind the warm-up.
pub fn run(memory: &mut Ram, out: &mut dyn Output) {
    let mut detector = Detector::new(memory, 1);
    let score = watch(&mut detector, Signal::new(1), true, |number, fault, verdict| {
        let planted = match fault {
            None => "nothing",
            Some(Fault::Spike) => "a spike",
            Some(Fault::Stuck) => "a stuck sensor",
            Some(Fault::Rattle) => "a rattle",
            Some(Fault::Dropout) => "a dropout",
        };
        match verdict {
            Verdict::Normal if fault.is_none() => {}
            Verdict::Normal => line!(out, "window ", number, ": missed ", planted),
            Verdict::Anomaly { error, limit } => {
                let (error, limit) = (fixed(&error, 4), fixed(&limit, 4));
                line!(out, "window ", number, ": anomaly, error ", error, " above ", limit, "; planted: ", planted);
            }
            Verdict::Unreadable { readings } => {
                line!(out, "window ", number, ": ", readings, " unreadable, skipped; planted: ", planted);
            }
        }
    });
    report("learning all the time", &score, out);
    line!(out, "weights: ", Hex(hash(detector.network())));
    let mut detector = Detector::new(memory, 1);
    let score = watch(&mut detector, Signal::new(1), false, |_, _, _| {});
    report("learning in the warm-up alone", &score, out);
}

fn report(how: &str, score: &Score, out: &mut dyn Output) {
    let Score { planted, found, false_alarms, dropouts, unreadable } = *score;
    line!(out, how, ": ", planted, " faults planted, ", found, " found, ", false_alarms, " false alarms");
    line!(out, "  precision ", fixed(&score.precision(), 3), ", recall ", fixed(&score.recall(), 3));
    line!(out, "  ", dropouts, " windows with a dropout, ", unreadable, " skipped");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// What a run over the first windows of a signal leaves behind; `spoil` may put windows in between.
    fn trace(windows: usize, mut spoil: impl FnMut(usize, &mut Detector<'_>)) -> (Vec<Verdict>, u64, [u32; 2]) {
        let mut memory = Ram::new();
        let mut detector = Detector::new(&mut memory, 7);
        let mut signal = Signal::new(7);
        let verdicts = (0..windows)
            .map(|number| {
                spoil(number, &mut detector);
                detector.window(&signal.window().0)
            })
            .filter(|verdict| !matches!(verdict, Verdict::Unreadable { .. }))
            .collect();
        let limits = [detector.mean.to_bits(), detector.spread.to_bits()];
        (verdicts, hash(detector.network()), limits)
    }

    #[test]
    fn what_is_no_reading_changes_nothing_and_is_reported() {
        let clean = trace(WARM_UP + 200, |_, _| {});
        let strange = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1.001];
        let mut told = 0;
        let spoilt = trace(WARM_UP + 200, |number, detector| {
            let before = hash(detector.network());
            let mut readings = [0.1; READINGS];
            for place in 0..=number % READINGS {
                readings[place] = strange[(number + place) % strange.len()];
            }
            let count = number % READINGS + 1;
            assert_eq!(detector.window(&readings), Verdict::Unreadable { readings: count });
            assert_eq!(hash(detector.network()), before);
            told += 1;
        });
        assert_eq!(told, WARM_UP + 200);
        assert_eq!(spoilt, clean);
    }

    #[test]
    fn an_anomaly_is_not_learned_from() {
        let mut memory = Ram::new();
        let mut detector = Detector::new(&mut memory, 7);
        watch(&mut detector, Signal::new(7), true, |_, _, _| {});
        let before = hash(detector.network());
        for _ in 0..100 {
            assert!(matches!(detector.window(&[0.9; READINGS]), Verdict::Anomaly { .. }));
        }
        assert_eq!(hash(detector.network()), before);
    }

    /// Measured over these seeds: precision 0.979 and recall 0.949 at least; without learning, a recall of 0.885 at most.
    #[test]
    fn planted_faults_are_found_and_learning_on_finds_more() {
        let mut memory = Ram::new();
        for seed in 0..20 {
            let score = watch(&mut Detector::new(&mut memory, seed), Signal::new(seed), true, |_, _, _| {});
            assert!(score.planted > 60 && score.dropouts > 20, "seed {seed}: {score:?}");
            assert!(score.precision() > 0.97 && score.recall() > 0.94, "seed {seed}: {score:?}");
            assert_eq!(score.unreadable, score.dropouts, "seed {seed}");
            let frozen = watch(&mut Detector::new(&mut memory, seed), Signal::new(seed), false, |_, _, _| {});
            assert!(frozen.recall() < score.recall(), "seed {seed}: {score:?} {frozen:?}");
        }
    }
}
