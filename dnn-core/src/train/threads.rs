//! Steps on several threads, as long as they are faster than on one.
//!
//! Where another process holds the second processor, a step on two threads takes longer than on one. So the first steps run
//! on one thread and are timed. What later ones take more than that is a debt, and a team in debt rests until it is a twentieth
//! of what the steps of its rest took.

use crate::kernels::team::{Team, Together};
use std::boxed::Box;
use std::time::Instant;

/// The threads of a trainer: one by default, and then no code of teams is linked.
#[derive(Default)]
pub(super) struct Threads(Option<Box<dyn Steps>>);

/// What surrounds the steps of several threads.
trait Steps: Send + Sync {
    fn begin(&mut self) -> Running;
    fn again(&self) -> Option<Together>;
    fn end(&mut self, step: Running, samples: usize);
}

/// A step that runs.
pub(super) struct Running {
    together: Option<Together>,
    start: Instant,
}

impl Threads {
    pub(super) fn new(threads: usize) -> Threads {
        if threads < 2 {
            return Threads(None);
        }
        Threads(Some(Box::new((Team::new(threads), Pace::default()))))
    }

    /// A step begins.
    #[inline(always)]
    pub(super) fn begin(&mut self) -> Option<Running> {
        self.0.as_mut().map(|steps| steps.begin())
    }

    /// What the last step did is done once more: sharing, or not.
    #[inline(always)]
    pub(super) fn again(&self) -> Option<Together> {
        self.0.as_ref()?.again()
    }

    /// A step of so many samples ends.
    #[inline(always)]
    pub(super) fn end(&mut self, step: Option<Running>, samples: usize) {
        if let (Some(steps), Some(step)) = (&mut self.0, step) {
            steps.end(step, samples);
        }
    }
}

impl Steps for (Team, Pace) {
    fn begin(&mut self) -> Running {
        let (team, pace) = self;
        Running { together: pace.together().then(|| team.begin()), start: Instant::now() }
    }

    fn again(&self) -> Option<Together> {
        let (team, pace) = self;
        pace.shared.then(|| team.begin())
    }

    fn end(&mut self, Running { together, start }: Running, samples: usize) {
        let (_, pace) = self;
        let shared = together.is_some();
        drop(together);
        pace.shared = shared;
        pace.note(shared, start.elapsed().as_secs_f64() / samples as f64);
    }
}

/// Decides which steps are shared.
#[derive(Default)]
struct Pace {
    /// What a sample takes on one thread: the least that was seen.
    alone: Option<f64>,
    /// What samples have taken longer on all threads, in samples on one.
    debt: f64,
    /// Steps on one thread that are still to come.
    rest: u32,
    steps: u32,
    /// Whether the last step was shared.
    shared: bool,
}

impl Pace {
    /// Steps on one thread at the start, of which the first makes room for the workspace.
    const FIRST: u32 = 3;

    /// Whether the next step is shared.
    fn together(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        if self.steps <= Self::FIRST {
            return false;
        }
        if self.rest > 0 {
            self.rest -= 1;
            return false;
        }
        true
    }

    /// A step took so long for each sample.
    fn note(&mut self, shared: bool, time: f64) {
        match self.alone {
            Some(alone) if shared => {
                // In steps on one thread; what a shared step gained pays back what another one lost.
                self.debt += time / alone - 1.0;
                if self.debt < 0.0 {
                    self.debt = 0.0;
                }
                if self.debt > 2.0 {
                    self.rest = (self.debt * 20.0) as u32;
                    self.debt = 0.0;
                }
            }
            // A little more each time, so that a machine that has become slower is believed.
            Some(alone) => self.alone = Some(if time < alone { time } else { alone * 1.01 }),
            None => self.alone = Some(time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time of steps of which one takes 1 on one thread, and `shared` on two.
    fn total(steps: u32, shared: impl Fn(u32) -> f64) -> f64 {
        let (mut pace, mut sum) = (Pace::default(), 0.0);
        for step in 0..steps {
            let together = pace.together();
            let time = if together { shared(step) } else { 1.0 };
            pace.note(together, time);
            sum += time;
        }
        sum
    }

    #[test]
    fn threads_are_used_while_they_are_faster() {
        assert!(total(100, |_| 0.5) < 52.0);
        // One step in ten waits for a processor.
        assert!(total(1000, |step| if step % 10 == 0 { 1.5 } else { 0.6 }) < 700.0);
    }

    #[test]
    fn threads_that_are_slower_are_left_alone() {
        assert!(total(1000, |_| 1.5) < 1100.0);
        assert!(total(1000, |_| 20.0) < 1100.0);
        assert!(total(100, |_| 4.0) < 110.0);
    }
}
