//! Training allocates at its start and then nothing.

#[allow(unreachable_pub)]
#[path = "networks/mazur.rs"]
mod mazur;

mod counting;

use counting::{allocations, count};
use dnn_core::{Dataset, Fit, Memory, Mse, Sgd, Trainer};
use mazur::Mazur;
use std::ops::ControlFlow;

fn data(count: usize) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
    (0..count).map(|i| ([i as f32 / count as f32, 0.5], [0.5, i as f32 / count as f32])).unzip()
}

#[test]
fn the_count_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1u8]))), 1);
}

#[test]
fn a_trainer_allocates_with_its_first_batch_only() {
    let (x, targets) = data(300);
    let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5).momentum(0.9));
    let first = allocations(|| {
        trainer.step(&x, &targets);
    });
    assert!(first > 0);
    trainer.evaluate(&x, &targets);
    let steady = allocations(|| {
        for count in [300, 1, 7, 299] {
            trainer.step(&x[..count], &targets[..count]);
            trainer.backward(&x[..count], &targets[..count]);
            trainer.update();
            trainer.evaluate(&x[..count], &targets[..count]);
        }
    });
    assert_eq!(steady, 0);
}

#[test]
fn a_trainer_within_a_memory_never_allocates() {
    let (x, targets) = data(9);
    let mut memory: Memory<Mazur, Sgd, 4> = Memory::new();
    let never = allocations(|| {
        memory.load(&Mazur::START);
        let mut trainer = Trainer::within(&mut memory, Mse, Sgd::new(0.5));
        trainer.step(&x, &targets);
        trainer.evaluate(&x, &targets);
    });
    assert_eq!(never, 0);
}

#[test]
fn a_run_allocates_before_its_first_epoch_only() {
    let (x, targets) = data(70);
    let (train, test) = Dataset::new(x, targets).unwrap().split(50);
    for options in [Fit::epochs(6).batch_size(16).quiet(), Fit::epochs(6).batch_size(16)] {
        let mut trainer = Trainer::new(Mazur::START, Mse, Sgd::new(0.5));
        let mut counts = [0; 7];
        trainer
            .fit_with(&train, &test, options, |_, epoch| {
                counts[epoch.number] = count();
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(counts[2..].iter().all(|count| *count == counts[1]), "{counts:?}");
    }
}
