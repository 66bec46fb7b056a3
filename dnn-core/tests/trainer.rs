//! The trainer on a network expanded by hand.

#[allow(unreachable_pub)]
#[path = "networks/mazur.rs"]
mod mazur;

use dnn_core::{Adam, Heap, Memory, Mse, Parameters, Rng, Sgd, Trainer};
use mazur::Mazur;

const X: [[f32; 2]; 1] = [[0.05, 0.10]];
const T: [[f32; 2]; 1] = [[0.01, 0.99]];

#[track_caller]
fn close<E: Copy + Into<f64> + std::fmt::Debug>(found: &[f32], expected: &[E], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (&a, &b) in found.iter().zip(expected) {
        let (a, b): (f64, f64) = (a.into(), b.into());
        assert!((a - b).abs() <= tolerance * b.abs().max(1e-3), "{found:?} {expected:?}");
    }
}

#[test]
fn the_first_step_is_that_of_the_article() {
    let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    let loss: f32 = trainer.step(&[[0.05, 0.10]], &[[0.01, 0.99]]);
    close(&[loss], &[0.298_371_1], 1e-5);
    let net = trainer.network();
    close(net.hidden.weight.as_flattened(), &[0.14978072, 0.19956143, 0.24975115, 0.29950231], 1e-5);
    close(net.output.weight.as_flattened(), &[0.35891649, 0.40866616, 0.51130128, 0.56137013], 1e-5);
    close(&net.hidden.bias, &[0.34561431, 0.34502286], 1e-5);
    close(&net.output.bias, &[0.53075075, 0.61904913], 1e-5);
    assert_eq!(trainer.steps(), 1);
}

#[test]
fn a_hundred_steps_give_the_losses_of_the_notebook() {
    let mut trainer = Trainer::new(Box::new(Mazur::START), Mse, Sgd::new(0.5));
    let losses: Vec<f32> = (0..100).map(|_| trainer.step(&X, &T)).collect();
    let tenth: Vec<f32> = losses.iter().copied().step_by(10).collect();
    let expected = [0.298371, 0.125527, 0.052938, 0.030057, 0.020274, 0.015037, 0.011821, 0.009662, 0.008122, 0.006972];
    let printed =
        tenth.iter().zip(expected).all(|(&loss, six_decimals)| (f64::from(loss) - six_decimals).abs() <= 5.001e-7);
    assert!(printed, "{tenth:?}");
    let net = trainer.into_network();
    close(net.hidden.weight.as_flattened(), &[0.15902376, 0.21804745, 0.25831497, 0.31663027], 1e-5);
    close(&net.hidden.bias, &[0.53047472, 0.51630098], 1e-5);
    close(net.output.weight.as_flattened(), &[-0.75498158, -0.70822924, 0.89897716, 0.94983494], 1e-5);
    close(&net.output.bias, &[-1.32465720, 1.25856555], 1e-5);
}

#[test]
fn a_cleared_memory_starts_anew() {
    let run = |memory: &mut Memory<Mazur, Adam, 1>| -> Vec<f32> {
        memory.load(&Mazur::START);
        let mut trainer = Trainer::within(memory, Mse, Adam::new(0.1));
        (0..5).map(|_| trainer.step(&X, &T)).collect()
    };
    let mut memory = Memory::new();
    let first = run(&mut memory);
    assert_ne!(run(&mut memory), first, "the optimiser remembers its steps");
    memory.clear();
    assert!(memory.network().flat().iter().all(|weight| *weight == 0.0));
    assert_eq!(run(&mut memory), first);
}

/// `count` samples of a smooth function.
fn samples(count: usize) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
    let mut rng = Rng::new(3);
    let x: Vec<[f32; 2]> = (0..count).map(|_| [uniform(&mut rng), uniform(&mut rng)]).collect();
    let targets = x.iter().map(|[a, b]| [0.5 + 0.4 * a * b, 0.5 - 0.3 * a]).collect();
    (x, targets)
}

fn uniform(rng: &mut Rng) -> f32 {
    use dnn_core::Scalar;
    f32::uniform(rng, 1.0)
}

#[test]
fn a_memory_gives_the_same_bits_as_the_heap() {
    static mut MEMORY: Memory<Mazur, Sgd, 3> = Memory::new();
    // SAFETY: this test alone names the static, once.
    let memory = unsafe { (&raw mut MEMORY).as_mut().unwrap() };
    memory.load(&Mazur::START);
    let (x, targets) = samples(8);
    let mut heap = Trainer::new(Mazur::START, Mse, Sgd::new(0.5)).capacity(3);
    let mut fixed = Trainer::within(memory, Mse, Sgd::new(0.5));
    for _ in 0..20 {
        assert_eq!(heap.step(&x, &targets), fixed.step(&x, &targets));
        assert_eq!(heap.gradient(), fixed.gradient());
    }
    assert_eq!(heap.network(), fixed.network());
    assert_eq!(heap.evaluate(&x, &targets), fixed.evaluate(&x, &targets));
    assert_eq!(heap.network(), memory.network());
}

#[test]
fn parts_of_a_batch_add_up_to_the_batch() {
    let (x, targets) = samples(7);
    let train = |capacity| {
        let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5)).capacity(capacity);
        let losses: Vec<f32> = (0..10).map(|_| trainer.step(&x, &targets)).collect();
        (losses, trainer.into_network())
    };
    let (losses, network) = train(100);
    for capacity in [0, 1, 2, 3, 7] {
        let (parts, part) = train(capacity);
        close(&parts, &losses, 1e-6);
        close(part.flat(), network.flat(), 1e-6);
    }
}

#[test]
fn backward_passes_accumulate_until_the_update() {
    let (x, targets) = samples(4);
    let mut whole = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    whole.step(&x, &targets);
    let mut halves = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    for (x, targets) in x.chunks(2).zip(targets.chunks(2)) {
        halves.backward(x, targets);
    }
    for value in halves.gradient_mut().flat_mut() {
        *value *= 0.5; // the mean of two means
    }
    close(halves.gradient().flat(), whole.gradient().flat(), 1e-5);
    halves.update();
    close(halves.network().flat(), whole.network().flat(), 1e-6);
    assert_ne!(halves.gradient().flat(), [0.0; 12], "an update leaves the gradient to be read");

    let alone = {
        let mut trainer = Trainer::new(halves.network().clone(), Mse, Sgd::new(0.5));
        trainer.backward(&x, &targets);
        trainer.gradient().clone()
    };
    halves.backward(&x, &targets);
    assert_eq!(*halves.gradient(), alone, "the pass after an update starts from zero");
    halves.zero_gradient();
    assert_eq!(halves.gradient().flat(), [0.0; 12]);
}

#[test]
fn an_evaluation_changes_nothing() {
    let (x, targets) = samples(600);
    let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    let loss = trainer.backward(&x, &targets);
    let gradient = trainer.gradient().clone();
    let evaluation = trainer.evaluate(&x, &targets);
    assert!((evaluation.loss - f64::from(loss)).abs() < 1e-6);
    assert_eq!(evaluation.accuracy, None);
    assert_eq!((trainer.network(), trainer.gradient()), (&Mazur::START, &gradient));
}

#[test]
fn an_empty_batch_changes_nothing() {
    let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    assert_eq!(trainer.step(&[], &[]), 0.0);
    assert_eq!(trainer.backward(&[], &[]), 0.0);
    assert!(trainer.evaluate(&[], &[]).loss.is_nan());
    assert_eq!((trainer.network(), trainer.steps()), (&Mazur::START, 0));
}

#[test]
fn a_loss_that_is_not_a_number_is_returned() {
    let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    assert!(trainer.step(&[[f32::NAN, 0.0]], &T).is_nan());
    assert!(trainer.network().output.bias[0].is_nan());
}

#[test]
#[should_panic(expected = "3 samples, but 2 targets")]
fn samples_without_targets_panic() {
    let (x, targets) = samples(3);
    Trainer::new(Mazur::START, Mse, Sgd::new(0.5)).step(&x, &targets[..2]);
}

#[test]
fn learning_rates_change_between_steps() {
    let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
    *trainer.optimizer_mut() = Sgd::new(0.0);
    trainer.step(&X, &T);
    assert_eq!(trainer.network(), &Mazur::START);
}

#[test]
fn gradients_are_clipped_by_the_update() {
    type Small = Trainer<Heap<Mazur, Sgd>, Mse>;
    let train = |change: fn(Small) -> Small| {
        let mut trainer = change(Trainer::new(Mazur::START, Mse, Sgd::new(1.0)));
        trainer.step(&X, &T);
        trainer.gradient().flat().to_vec()
    };
    let norm = |gradient: &[f32]| gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
    let free = train(|trainer| trainer);
    let clipped = train(|trainer| trainer.clip_norm(0.01));
    close(&[norm(&clipped)], &[0.01], 1e-5);
    let scale = f64::from(norm(&clipped) / norm(&free));
    let scaled: Vec<f64> = free.iter().map(|&g| f64::from(g) * scale).collect();
    close(&clipped, &scaled, 1e-6);
    let limited = train(|trainer| trainer.clip_value(0.05));
    let expected: Vec<f32> = free.iter().map(|g| g.clamp(-0.05, 0.05)).collect();
    close(&limited, &expected, 0.0);
    assert_ne!(limited, free);
}
