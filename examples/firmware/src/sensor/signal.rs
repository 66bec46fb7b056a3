//! The signal of a sensor with planted faults: the same windows on every machine for a seed.

use super::{READINGS, WARM_UP};
use dnn::prelude::*;

/// What can be wrong with a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One reading is off by 0.25.
    Spike,
    /// From one reading of the first half on, all are the same.
    Stuck,
    /// Eight readings in a row are off by 0.1 to one side and the other.
    Rattle,
    /// One reading is not a number.
    Dropout,
}

/// The vibration of a machine, with planted faults: the same windows on every machine for a seed.
///
/// A turn takes 13.7 readings. Its wave of size 0.25, made of parabolas, has an overtone that grows from 0.05 to 0.2 while
/// the machine wears, and a zero point that drifts from 0 to 0.15, both over [`Signal::WINDOWS`] windows; noise is uniform
/// in ±0.015. Behind the warm-up one window of 32 has a fault, each kind in turn.
#[derive(Clone)]
pub struct Signal {
    rng: Rng,
    phase: u32, // of 2^32 a turn
    windows: usize,
    faults: usize,
}

impl Signal {
    /// Windows of a run.
    pub const WINDOWS: usize = 5000;

    /// The signal of a seed.
    pub const fn new(seed: u64) -> Signal {
        Signal { rng: Rng::new(seed), phase: 0, windows: 0, faults: 0 }
    }

    /// The next window and what is wrong with it.
    pub fn window(&mut self) -> ([f32; READINGS], Option<Fault>) {
        let wear = self.windows as f32 / Self::WINDOWS as f32;
        let (overtone, zero) = (0.05 + 0.15 * wear, 0.15 * wear);
        let mut readings = [0.0; READINGS];
        for reading in &mut readings {
            let noise = 0.03 * self.rng.unit_f32() - 0.015;
            *reading = zero + 0.25 * wave(self.phase) + overtone * wave(self.phase.wrapping_mul(2)) + noise;
            self.phase = self.phase.wrapping_add(313_501_263); // 2^32 / 13.7
        }
        self.windows += 1;
        let fault = (self.windows > WARM_UP && self.rng.below(32) == 0).then(|| self.plant(&mut readings));
        (readings, fault)
    }

    /// Spoils a window.
    fn plant(&mut self, readings: &mut [f32; READINGS]) -> Fault {
        let fault = match self.faults % 4 {
            0 => Fault::Spike,
            1 => Fault::Stuck,
            2 => Fault::Rattle,
            _ => Fault::Dropout,
        };
        self.faults += 1;
        let place = self.rng.below(8) as usize;
        let (mut held, mut sign) = (0.0, if self.rng.below(2) == 0 { 0.25 } else { -0.25 });
        for (reading, number) in readings.iter_mut().zip(0..) {
            match fault {
                Fault::Spike if number == 2 * place => *reading += sign,
                Fault::Stuck if number == place => held = *reading,
                Fault::Stuck if number > place => *reading = held,
                Fault::Rattle if number >= place && number < place + 8 => {
                    *reading += 0.4 * sign;
                    sign = -sign;
                }
                Fault::Dropout if number == place => *reading = f32::NAN,
                _ => {}
            }
        }
        fault
    }
}

/// A period of two parabolas between -1 and 1, close to a sine: x (1 - |x|) needs no elementary function, so it has the same
/// bits everywhere.
fn wave(phase: u32) -> f32 {
    let x = phase as i32 as f32 * (1.0 / 2147483648.0);
    4.0 * x * (1.0 - x.abs())
}
