//! A step of a small network, whose samples go one by one, has the bits of a backward pass over the batch and an update.

#![cfg(feature = "alloc")]

use dnn::prelude::*;

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
    struct Wide: [4] -> [3] {
        hidden: Linear<4, 8>,
        Relu,
        output: Linear<8, 3>,
    }
}

fn inputs<const I: usize>(samples: usize) -> Vec<[f32; I]> {
    (0..samples).map(|b| std::array::from_fn(|i| ((b * 7 + i * 5) % 11) as f32 / 4.0 - 1.25)).collect()
}

/// Compares three steps of a network with the same passes one by one, for batches of 1 to 10 samples.
macro_rules! check {
    ($network:ident, $loss:expr, $optimizer:expr, |$samples:ident| $targets:expr $(, $option:ident($value:expr))*) => {{
        for $samples in 1..=10 {
            let (x, targets) = (inputs($samples), $targets);
            let new = || {
                Trainer::new($network::init(&mut Rng::new(3)), $loss, $optimizer).seed(5)$(.$option($value))*
            };
            let (mut whole, mut apart) = (new(), new());
            for step in 0..3 {
                let loss = whole.step(&x, &targets);
                let what = format!("{} of {} samples, step {step}", stringify!($network), $samples);
                assert_eq!(loss.to_bits(), apart.backward(&x, &targets).to_bits(), "loss of {what}");
                apart.update();
                same(whole.gradient().flat(), apart.gradient().flat(), &format!("gradient of {what}"));
                same(whole.network().flat(), apart.network().flat(), &format!("parameters of {what}"));
            }
            assert_eq!((whole.steps(), apart.steps()), (3, 3));
        }
    }};
}

/// The same numbers; zeros may differ in their signs.
fn same(a: &[f32], b: &[f32], what: &str) {
    assert_eq!(a, b, "{what}");
    assert!(a.iter().all(|a| a.is_finite()), "{what}");
}

#[test]
fn steps_have_the_bits_of_their_passes() {
    check!(Line, Mse, Sgd::new(0.01), |samples| inputs::<1>(samples));
    check!(Line, L1, Sgd::new(0.01).weight_decay(0.1), |samples| inputs::<1>(samples));
    check!(Notebook, Mse, Sgd::new(0.5), |samples| inputs::<2>(samples));
    check!(Notebook, Huber.delta(0.3), Sgd::new(0.5).momentum(0.9).nesterov(), |samples| inputs::<2>(samples));
    check!(Notebook, CrossEntropy, Adam::new(0.1), |samples| (0..samples).map(|i| (i % 2) as u8).collect::<Vec<_>>());
    check!(Notebook, Mse, AdamW::new(0.1).amsgrad(), |samples| inputs::<2>(samples), clip_norm(0.1));
    check!(Notebook, Sum(Mse), RmsProp::new(0.1), |samples| inputs::<2>(samples), clip_value(0.01));
    check!(Random, Mse, Adagrad::new(0.1), |samples| inputs::<2>(samples));
    check!(Wide, CrossEntropy, Sgd::new(0.1), |samples| (0..samples).map(|i| (i % 3) as u8).collect::<Vec<_>>());
}

#[test]
fn a_gradient_that_is_there_already_is_added_to() {
    let (x, targets) = (inputs::<2>(1), inputs::<2>(1));
    let new = || Trainer::new(Notebook::init(&mut Rng::new(3)), Mse, Sgd::new(0.5));
    let (mut twice, mut once) = (new(), new());
    twice.backward(&x, &targets);
    twice.step(&x, &targets);
    once.backward(&x, &targets);
    let doubled: Vec<f32> = once.gradient().flat().iter().map(|g| 2.0 * g).collect();
    same(twice.gradient().flat(), &doubled, "two passes");
    once.zero_gradient();
    once.step(&x, &targets); // from zeros, which have been asked for
    let mut anew = new();
    anew.step(&x, &targets);
    same(once.network().flat(), anew.network().flat(), "zeros");
}

#[test]
fn a_step_in_static_memory_has_the_bits_of_one_on_the_heap() {
    let mut memory: dnn::Memory<Notebook, Adam, 2> = dnn::Memory::new();
    let start = Notebook::init(&mut Rng::new(3));
    memory.load(&start);
    let mut within = Trainer::within(&mut memory, Mse, Adam::new(0.1));
    let mut heap = Trainer::new(start, Mse, Adam::new(0.1));
    for samples in [1, 2, 5, 8, 9, 1] {
        let (x, targets) = (inputs::<2>(samples), inputs::<2>(samples));
        assert_eq!(within.step(&x, &targets).to_bits(), heap.step(&x, &targets).to_bits(), "{samples}");
        same(within.network().flat(), heap.network().flat(), "static memory");
    }
}
