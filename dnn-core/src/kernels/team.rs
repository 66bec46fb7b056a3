//! Threads that share a kernel: each takes a part of its rows, and no sum is made of what two of them have summed.
//!
//! Workers are there for as long as their team, and watch for work while a step runs, since to wake one takes longer than
//! many a kernel. A part belongs to whoever takes it first: if a worker has no processor at the moment, then whoever shares
//! the kernel takes its part too.

use core::cell::RefCell;
use core::hint::spin_loop;
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
use core::mem::take;
use core::mem::transmute;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::vec::Vec;

/// Threads in a team at most.
pub(crate) const MOST: usize = 16;

/// Multiply-adds from which on a kernel is shared: about three microseconds of one thread.
const WORTH: usize = 1 << 18;

/// How often a worker looks for work before it gives way.
const LOOKS: u32 = 4000;

/// How long a processor is left to a worker that has a part and no processor: the scheduler moves it to one that is idle.
const GIVE_WAY: Duration = Duration::from_micros(20);

std::thread_local! {
    /// The team of the step that runs on this thread.
    static TEAM: RefCell<Option<Arc<dyn Crew>>> = const { RefCell::new(None) };
}

/// What kernels ask of a team. Whoever has none, because `Team::new` is never called, has nothing of this file but the question:
/// a linker leaves out what only a team could do.
trait Crew {
    fn threads(&self) -> usize;
    /// Has so many parts done.
    fn share(&self, parts: *mut (), count: usize, run: Run);
    /// The step has ended.
    fn rest(&self);
}

/// The threads that can share a kernel of so many multiply-adds; one, if it is not worth it.
#[inline(always)]
pub(super) fn threads(work: usize) -> usize {
    if work < WORTH { 1 } else { TEAM.with(|team| team.borrow().as_ref().map_or(1, |team| team.threads())) }
}

/// The number of parts for so many elements, of which each takes as long as some multiply-adds, if they are worth sharing.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
pub(crate) fn parts(elements: usize) -> Option<usize> {
    let threads = threads(elements.saturating_mul(16));
    (threads > 1).then_some(threads)
}

/// What can be given out in parts.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
pub(crate) trait Split {
    /// The first `count` elements, or all if there are fewer; the others stay.
    fn take_first(&mut self, count: usize) -> Self;
}

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
impl<T> Split for &[T] {
    fn take_first(&mut self, count: usize) -> Self {
        let (first, rest) = self.split_at(count.min(self.len()));
        *self = rest;
        first
    }
}

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
impl<T> Split for &mut [T] {
    fn take_first(&mut self, count: usize) -> Self {
        let all = take(self);
        let (first, rest) = all.split_at_mut(count.min(all.len()));
        *self = rest;
        first
    }
}

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
impl<T> Split for Option<&mut [T]> {
    fn take_first(&mut self, count: usize) -> Self {
        self.as_mut().map(|slice| slice.take_first(count))
    }
}

/// Does the work of each part, on this thread and on those of the team; parts that are not there come last.
pub(crate) fn share<K: Send>(mut parts: [Option<K>; MOST], work: fn(&mut K)) {
    let count = parts.iter().flatten().count();
    let mut parts = Parts { first: parts.as_mut_ptr(), work };
    give((&raw mut parts).cast(), count, run::<K>);
}

/// The parts of a kernel, and what does one.
struct Parts<K> {
    first: *mut Option<K>,
    work: fn(&mut K),
}

/// Does the work of part number `index`.
///
/// # Safety
/// `parts` are `Parts<K>`, the part exists, and nobody else uses it.
unsafe fn run<K: Send>(parts: *mut (), index: usize) {
    // SAFETY: as of this function; the parts themselves are read alone.
    let (part, work) = unsafe {
        let parts = parts.cast::<Parts<K>>().cast_const();
        (&mut *(*parts).first.add(index), (*parts).work)
    };
    if let Some(kernel) = part {
        work(kernel);
    }
}

/// Has so many parts done, on this thread and on those of the team: one function for all kernels.
#[inline(never)]
fn give(parts: *mut (), count: usize, run: Run) {
    match TEAM.with(|team| team.borrow().clone()) {
        Some(team) => team.share(parts, count, run),
        // SAFETY: the parts exist, and nobody else has them.
        None => (0..count).for_each(|index| unsafe { run(parts, index) }),
    }
}

type Run = unsafe fn(*mut (), usize);

/// What the threads of a team know of each other.
struct Shared {
    threads: usize,
    /// A bit for each part that nobody has taken.
    left: AtomicUsize,
    /// Parts that are done.
    done: AtomicUsize,
    parts: AtomicPtr<()>,
    run: AtomicPtr<()>,
    /// Whether a step runs.
    busy: AtomicBool,
    asleep: AtomicUsize,
    stop: AtomicBool,
}

impl Crew for Shared {
    fn threads(&self) -> usize {
        self.threads
    }

    fn share(&self, parts: *mut (), count: usize, run: Run) {
        self.parts.store(parts, Relaxed);
        self.run.store(run as *mut (), Relaxed);
        self.done.store(0, Relaxed);
        self.left.store((1 << count) - 1, Release); // whoever takes a part sees all of the above
        let _end = End { team: self, count };
        while let Some(index) = self.take(0) {
            // SAFETY: the part exists, and whoever takes it has it alone.
            unsafe { run(parts, index) };
            self.done.fetch_add(1, Release);
        }
    }

    fn rest(&self) {
        self.busy.store(false, SeqCst);
    }
}

impl Shared {
    /// A part of the kernel, which is then the caller's: its own one, whose rows lie in the cache of its processor, or another.
    fn take(&self, own: usize) -> Option<usize> {
        let mut left = self.left.load(Acquire);
        while left != 0 {
            let index = if left >> own & 1 == 1 { own } else { left.trailing_zeros() as usize };
            match self.left.compare_exchange_weak(left, left & !(1 << index), AcqRel, Acquire) {
                Ok(_) => return Some(index),
                Err(now) => left = now,
            }
        }
        None
    }

    /// Worker number `own`: does what it can take, until the team is over.
    fn work(&self, own: usize) {
        let mut looks = 0;
        while !self.stop.load(Acquire) {
            if let Some(index) = self.take(own) {
                let (parts, run) = (self.parts.load(Relaxed), self.run.load(Relaxed));
                // SAFETY: it was made of a function of this type.
                let run = unsafe { transmute::<*mut (), Run>(run) };
                // SAFETY: the part exists until it is done, and whoever takes it has it alone.
                unsafe { run(parts, index) };
                self.done.fetch_add(1, Release);
                looks = 0;
            } else if looks < LOOKS {
                spin_loop();
                looks += 1;
            } else if self.busy.load(Relaxed) {
                thread::yield_now();
            } else {
                self.asleep.fetch_add(1, SeqCst);
                if !self.busy.load(SeqCst) && !self.stop.load(SeqCst) {
                    thread::park();
                }
                self.asleep.fetch_sub(1, SeqCst);
                looks = 0;
            }
        }
    }
}

/// The end of a shared kernel, however it comes: nobody takes a part any more, and all that were taken are done.
struct End<'a> {
    team: &'a Shared,
    count: usize,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let left = self.team.left.swap(0, AcqRel);
        let taken = self.count - left.count_ones() as usize;
        let mut looks = 0;
        while self.team.done.load(Acquire) < taken {
            if looks < LOOKS {
                spin_loop();
                looks += 1;
            } else {
                thread::sleep(GIVE_WAY); // a worker that has lost its processor gets this one
            }
        }
    }
}

/// Threads that share the kernels of steps.
pub(crate) struct Team {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Team {
    /// A team of so many threads, the caller's among them: two at least, and `MOST` at most.
    pub(crate) fn new(threads: usize) -> Team {
        let threads = threads.clamp(2, MOST);
        let shared = Arc::new(Shared {
            threads,
            left: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            parts: AtomicPtr::new(null_mut()),
            run: AtomicPtr::new(null_mut()),
            busy: AtomicBool::new(false),
            asleep: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let worker = |own| {
            let shared = shared.clone();
            thread::spawn(move || shared.work(own))
        };
        let workers = (1..threads).map(worker).collect();
        Team { shared, workers }
    }

    /// Kernels on this thread are shared from now on, until the guard is dropped.
    pub(crate) fn begin(&self) -> Together {
        self.shared.busy.store(true, SeqCst);
        if self.shared.asleep.load(SeqCst) > 0 {
            self.workers.iter().for_each(|worker| worker.thread().unpark());
        }
        Together(TEAM.replace(Some(self.shared.clone())))
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.stop.store(true, SeqCst);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            // A worker ends when it sees the mark; one that has panicked has said so.
            let _ = worker.join();
        }
    }
}

/// A step that a team shares, with the team of the step around it.
pub(crate) struct Together(Option<Arc<dyn Crew>>);

impl Drop for Together {
    fn drop(&mut self) {
        if let Some(team) = TEAM.replace(self.0.take()) {
            team.rest();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    /// Every element plus its number, by parts of three.
    fn add(numbers: &mut [usize]) {
        let mut parts: [Option<(usize, &mut [usize])>; MOST] = [const { None }; MOST];
        for (part, chunk) in parts.iter_mut().zip(numbers.chunks_mut(3).enumerate()) {
            *part = Some(chunk);
        }
        share(parts, |(chunk, numbers)| {
            for (i, number) in numbers.iter_mut().enumerate() {
                *number += *chunk * 3 + i;
            }
        });
    }

    #[test]
    fn each_part_is_done_once_by_one_thread() {
        for threads in [2, 3, 8] {
            let team = Team::new(threads);
            let mut numbers = vec![0; 40];
            for step in 1..if cfg!(miri) { 4 } else { 200 } {
                let together = team.begin();
                add(&mut numbers);
                drop(together);
                assert!(numbers.iter().enumerate().all(|(i, number)| *number == i * step), "{numbers:?}");
            }
        }
    }

    #[test]
    fn without_a_team_one_thread_does_it_all() {
        let mut numbers = vec![0; 7];
        add(&mut numbers);
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(threads(usize::MAX), 1);
        let team = Team::new(3);
        let together = team.begin();
        assert_eq!((threads(usize::MAX), threads(1)), (3, 1));
        drop(together);
        assert_eq!(threads(usize::MAX), 1);
    }
}
