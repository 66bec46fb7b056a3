//! Networks larger than the stack: nothing of them passes over it, in a debug build too.

#![cfg(feature = "alloc")]

use dnn::prelude::*;

network! {
    const WIDTH: usize = 3000;

    /// 27,009,000 parameters: 108 MB.
    pub struct Large: [WIDTH] -> [WIDTH] {
        fc1: Linear<WIDTH, WIDTH>,
        Relu,
        fc2: Linear<WIDTH, WIDTH>,
        Tanh,
        fc3: Linear<WIDTH, WIDTH>,
    }

    /// 4,004,000 parameters: 16 MB.
    pub struct Middle: [2000] -> [2000] {
        fc: Linear<2000, 2000, bias = false>,
        Sigmoid,
        gain: Linear<2000, 2, bias = false>,
        spread: Linear<2, 2000, bias = false>,
    }
}

const STACK: usize = 2 << 20;

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_network_of_100_mb_is_made_trained_and_dropped() {
    assert_eq!(size_of::<Large>(), 4 * Large::PARAMETERS);
    const { assert!(size_of::<Large>() > 100_000_000) };
    on_a_small_stack(|| {
        let network = Large::boxed(&mut Rng::new(0));
        let mut trainer = Trainer::new(network, Mse, Sgd::new(0.1));
        let (x, targets) = (vec![[0.5; 3000]; 1], vec![[0.25; 3000]; 1]);
        let before = trainer.step(&x, &targets);
        let after = trainer.evaluate(&x, &targets).loss;
        assert!(after < f64::from(before), "{before} before, {after} after");
        assert_eq!(trainer.network().predict(&x[0]).len(), 3000);
        drop(trainer.into_network());
    });
}

#[test]
fn a_large_network_trains_in_a_static() {
    static mut MEMORY: Memory<Middle, Sgd<Momentum>, 2> = Memory::new();
    // Network, gradient, velocity with its count, outputs and their gradients, workspace: and nothing else.
    let scalars = 3 * Middle::PARAMETERS + 2 * (2 * 2000) + Middle::training_workspace(2);
    assert_eq!(size_of::<Memory<Middle, Sgd<Momentum>, 2>>(), 4 * scalars + size_of::<u64>());
    on_a_small_stack(|| {
        // SAFETY: this test alone names the static, once.
        let memory = unsafe { (&raw mut MEMORY).as_mut().unwrap() };
        memory.network_mut().init_in(&mut Rng::new(0));
        let mut trainer = Trainer::within(memory, Mse, Sgd::new(1e-4).momentum(0.9));
        let (x, targets) = (vec![[0.5; 2000]; 3], vec![[0.25; 2000]; 3]);
        let before = trainer.step(&x, &targets);
        let after = trainer.evaluate(&x, &targets).loss;
        assert!(after < f64::from(before), "{before} before, {after} after");
    });
}

/// A `static` of zeros lies in `.bss`: 64 MB of memories are in no file.
#[test]
fn a_static_memory_takes_no_room_in_the_file() {
    static mut MEMORY: Memory<Middle, Adam, 1> = Memory::new();
    const { assert!(size_of::<Memory<Middle, Adam, 1>>() > 60_000_000) };
    // SAFETY: this test alone names the static, once.
    let memory = unsafe { (&raw mut MEMORY).as_ref().unwrap() };
    assert!(std::hint::black_box(memory).network().flat().iter().all(|value| *value == 0.0));
    let file = std::fs::metadata(std::env::current_exe().unwrap()).unwrap().len();
    assert!(file < 60_000_000, "the test's file has {file} bytes");
}
