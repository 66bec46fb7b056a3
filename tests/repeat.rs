//! Many steps on one batch by one call have the bits of as many calls of a step.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::{Loss, Memory};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

network! {
    struct Line: [1] -> [1] {
        slope: Linear<1, 1, bias = false>,
    }
}

network! {
    struct Notebook: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
}

network! {
    struct Random: [3] -> [2] {
        hidden: Linear<3, 2>,
        Dropout(0.5),
        Tanh,
        output: Linear<2, 2>,
    }
}

network! {
    struct Large: [20] -> [3] {
        hidden: Linear<20, 40>,
        Dropout(0.25),
        Relu,
        output: Linear<40, 3>,
    }
}

network! {
    struct Statistics: [4] -> [2] {
        hidden: Linear<4, 6>,
        norm: BatchNorm1d<6>,
        Relu,
        output: Linear<6, 2>,
    }
}

network! {
    struct Wired: ([2], [1]) -> [1] {
        of_pair: Linear<2, 1>,
        of_one: Linear<1, 1, bias = false>,

        fn forward(a, b) {
            of_pair(a) + Tanh(of_one(b))
        }
    }
}

fn inputs<const I: usize>(samples: usize) -> Vec<[f32; I]> {
    (0..samples).map(|b| std::array::from_fn(|i| ((b * 7 + i * 5) % 11) as f32 / 4.0 - 1.25)).collect()
}

fn labels(samples: usize, classes: usize) -> Vec<u8> {
    (0..samples).map(|i| (i % classes) as u8).collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Repeats steps in blocks of several lengths, with another learning rate for each, and compares each block with single steps.
macro_rules! check {
    ($network:ident, $loss:expr, |$lr:ident| $optimizer:expr, $x:expr, $targets:expr $(, $option:ident($value:expr))*) => {{
        let (x, targets) = ($x, $targets);
        let optimizer = |$lr: f64| $optimizer;
        let new = || {
            Trainer::new($network::init(&mut Rng::new(3)), $loss, optimizer(0.1)).seed(5)$(.$option($value))*
        };
        let (mut repeated, mut single) = (new(), new());
        for (block, steps) in [3, 1, 0, 2, 7].into_iter().enumerate() {
            let lr = 0.1 / (block + 1) as f64;
            *repeated.optimizer_mut() = optimizer(lr);
            *single.optimizer_mut() = optimizer(lr);
            let mut loss: f32 = 0.0;
            for _ in 0..steps {
                loss = single.step(&x, &targets);
            }
            let what = format!("{}, {} samples, block {block}", stringify!($network), targets.len());
            assert_eq!(repeated.repeat(&x, &targets, steps).to_bits(), loss.to_bits(), "loss of {what}");
            assert_eq!(bits(repeated.network().flat()), bits(single.network().flat()), "parameters of {what}");
            assert_eq!(bits(repeated.gradient().flat()), bits(single.gradient().flat()), "gradient of {what}");
            assert_eq!(repeated.steps(), single.steps(), "{what}");
        }
        assert!(single.network().flat().iter().all(|value| value.is_finite()));
    }};
}

#[test]
fn repeated_steps_of_small_networks_have_the_bits_of_single_ones() {
    for samples in 1..=10 {
        check!(Line, Mse, |lr| Sgd::new(lr), inputs::<1>(samples), inputs::<1>(samples));
        check!(Line, L1, |lr| Sgd::new(lr).weight_decay(0.1), inputs::<1>(samples), inputs::<1>(samples));
        check!(Notebook, Mse, |lr| Adam::new(lr), inputs::<2>(samples), inputs::<2>(samples));
        check!(Notebook, CrossEntropy, |lr| AdamW::new(lr).amsgrad(), inputs::<2>(samples), labels(samples, 2));
        check!(Notebook, Sum(Mse), |lr| RmsProp::new(lr).momentum(0.9), inputs::<2>(samples), inputs::<2>(samples));
        check!(Random, Mse, |lr| Sgd::new(lr).momentum(0.9), inputs::<3>(samples), inputs::<2>(samples));
        check!(Random, Huber.delta(0.3), |lr| Adagrad::new(lr), inputs::<3>(samples), inputs::<2>(samples));
    }
}

#[test]
fn repeated_steps_are_clipped_as_single_ones() {
    for samples in [1, 4] {
        let x = inputs::<2>(samples);
        check!(Notebook, Mse, |lr| Sgd::new(lr).momentum(0.9), x.clone(), x.clone(), clip_norm(0.1));
        check!(Notebook, Mse, |lr| Adam::new(lr), x.clone(), x.clone(), clip_value(0.01));
    }
}

#[test]
fn repeated_steps_of_other_networks_have_the_bits_of_single_ones() {
    check!(Large, CrossEntropy, |lr| Adam::new(lr / 10.0), inputs::<20>(17), labels(17, 3));
    check!(Large, CrossEntropy, |lr| Sgd::new(lr), inputs::<20>(17), labels(17, 3), capacity(4));
    check!(Large, CrossEntropy, |lr| Sgd::new(lr).momentum(0.9), inputs::<20>(17), labels(17, 3), clip_norm(0.5));
    check!(Statistics, Mse, |lr| Adam::new(lr), inputs::<4>(6), inputs::<2>(6));
}

#[test]
fn several_inputs_are_repeated_together() {
    let (a, b, targets) = (inputs::<2>(5), inputs::<1>(5), inputs::<1>(5));
    let new = || Trainer::new(Wired::init(&mut Rng::new(3)), Mse, Adam::new(0.1));
    let (mut repeated, mut single) = (new(), new());
    let losses: Vec<f32> = (0..9).map(|_| single.step((&a, &b), &targets)).collect();
    assert_eq!(repeated.repeat((&a, &b), &targets, 9).to_bits(), losses[8].to_bits());
    assert_eq!(bits(repeated.network().flat()), bits(single.network().flat()));
}

#[test]
fn a_gradient_that_is_there_already_counts_in_the_first_step() {
    let (x, targets) = (inputs::<2>(3), inputs::<2>(3));
    let new = || {
        let mut trainer = Trainer::new(Notebook::init(&mut Rng::new(3)), Mse, Sgd::new(0.5));
        trainer.backward(&x, &targets);
        trainer
    };
    let (mut repeated, mut single) = (new(), new());
    for _ in 0..4 {
        single.step(&x, &targets);
    }
    repeated.repeat(&x, &targets, 4);
    assert_eq!(bits(repeated.network().flat()), bits(single.network().flat()));
    assert_eq!(bits(repeated.gradient().flat()), bits(single.gradient().flat()));
}

#[test]
fn steps_without_samples_and_no_steps_change_nothing() {
    let (x, targets) = (inputs::<2>(2), inputs::<2>(2));
    let mut trainer = Trainer::new(Notebook::init(&mut Rng::new(3)), Mse, Adam::new(0.5));
    trainer.step(&x, &targets);
    let (network, gradient) = (bits(trainer.network().flat()), bits(trainer.gradient().flat()));
    assert_eq!(trainer.repeat(&x, &targets, 0), 0.0);
    assert_eq!(trainer.repeat(&x[..0], &targets[..0], usize::MAX), 0.0);
    assert_eq!((bits(trainer.network().flat()), bits(trainer.gradient().flat())), (network, gradient));
    assert_eq!(trainer.steps(), 1);
}

#[test]
fn static_memory_repeats_steps_as_the_heap_does() {
    let (x, targets) = (inputs::<20>(7), labels(7, 3));
    let start = Large::init(&mut Rng::new(3));
    let mut memory: Box<Memory<Large, Adam, 3>> = Box::new(Memory::new());
    memory.load(&start);
    let mut within = Trainer::within(&mut memory, CrossEntropy, Adam::new(0.01));
    let mut heap = Trainer::new(start, CrossEntropy, Adam::new(0.01));
    assert_eq!(within.repeat(&x, &targets, 5).to_bits(), heap.repeat(&x, &targets, 5).to_bits());
    assert_eq!(bits(within.network().flat()), bits(heap.network().flat()));

    let (x, targets) = (inputs::<2>(4), inputs::<2>(4));
    let start = Notebook::init(&mut Rng::new(3));
    let mut memory: Memory<Notebook, Adam, 1> = Memory::new();
    memory.load(&start);
    let mut single = Trainer::new(start, Mse, Adam::new(0.1));
    for block in 0..3 {
        let mut loss: f32 = 0.0;
        for _ in 0..4 {
            loss = single.step(&x, &targets);
        }
        // What the optimiser remembers stays in the memory from one trainer to the next.
        let repeated = Trainer::within(&mut memory, Mse, Adam::new(0.1)).repeat(&x, &targets, 4);
        assert_eq!(repeated.to_bits(), loss.to_bits(), "{block}");
        assert_eq!(bits(memory.network().flat()), bits(single.network().flat()), "{block}");
    }
}

#[test]
#[should_panic(expected = "3 samples, but 2 targets")]
fn a_missing_target_is_refused() {
    let mut trainer = Trainer::new(Notebook::init(&mut Rng::new(3)), Mse, Sgd::new(0.5));
    trainer.repeat(&inputs::<2>(3), &inputs::<2>(2), 4);
}

#[test]
#[should_panic(expected = "sample 1 has the label 2, but the network gives 2 classes")]
fn a_label_that_does_not_exist_is_refused() {
    let mut trainer = Trainer::new(Notebook::init(&mut Rng::new(3)), CrossEntropy, Sgd::new(0.5));
    trainer.repeat(&inputs::<2>(2), &[1u8, 2], 4);
}

/// A squared error that panics when it has been asked for so many times.
struct Fuse(Cell<u32>);

impl Loss<[f32; 2], [f32; 2]> for Fuse {
    fn sample(&self, y: &[f32; 2], target: &[f32; 2], dy: &mut [f32; 2]) -> f32 {
        self.0.set(self.0.get().wrapping_sub(1));
        assert!(self.0.get() != 0, "blown");
        Mse.sample(y, target, dy)
    }
}

#[test]
fn a_panic_leaves_what_the_steps_before_it_have_made() {
    for samples in [1, 4] {
        let (x, targets) = (inputs::<2>(samples), inputs::<2>(samples));
        let new = || {
            let fuse = Fuse(Cell::new(3 * samples as u32)); // in the third step
            Trainer::new(Notebook::init(&mut Rng::new(3)), fuse, Adam::new(0.1))
        };
        let (mut repeated, mut single) = (new(), new());
        assert!(catch_unwind(AssertUnwindSafe(|| repeated.repeat(&x, &targets, 5))).is_err());
        for _ in 0..2 {
            single.step(&x, &targets);
        }
        assert!(catch_unwind(AssertUnwindSafe(|| single.step(&x, &targets))).is_err());
        assert_eq!((repeated.steps(), single.steps()), (2, 2));
        assert_eq!(bits(repeated.network().flat()), bits(single.network().flat()));
        // What the optimiser remembers is that of two steps as well.
        assert_eq!(repeated.step(&x, &targets).to_bits(), single.step(&x, &targets).to_bits());
        assert_eq!(bits(repeated.network().flat()), bits(single.network().flat()));
    }
}
