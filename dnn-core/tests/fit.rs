//! Runs over data sets.

#[allow(unreachable_pub)]
#[path = "networks/single.rs"]
mod single;

use dnn_core::{
    Class, CrossEntropy, Csv, DataError, Dataset, Fit, FitError, History, Memory, Mse, Rng, Sgd, Trainer, boxed_zeros,
};
use dnn_core::{IntoBox, Parameters};
use single::Single;
use std::ops::ControlFlow;

type Line = Single<1, 1>;

fn line() -> Box<Line> {
    boxed_zeros()
}

/// y = 2 x + 1 at `count` places.
fn points(count: usize) -> Dataset<[f32; 1], [f32; 1]> {
    let x: Vec<[f32; 1]> = (0..count).map(|i| [i as f32 / count as f32]).collect();
    let y = x.iter().map(|[x]| [2.0 * x + 1.0]).collect();
    Dataset::new(x, y).unwrap()
}

fn run(options: Fit) -> (History, Box<Line>) {
    let mut trainer = Trainer::new(line(), Mse, Sgd::new(0.3));
    let history = trainer.fit(&points(23), &points(7), options.quiet()).unwrap();
    (history, trainer.into_network())
}

fn losses(history: &History) -> Vec<(f64, Option<f64>)> {
    history.epochs.iter().map(|epoch| (epoch.loss, epoch.test_loss)).collect()
}

#[test]
fn a_line_is_found() {
    let (history, network) = run(Fit::epochs(60).batch_size(5));
    assert!((network.fc.weight[0][0] - 2.0).abs() < 1e-2, "{history}\n{network:?}");
    assert!((network.fc.bias[0] - 1.0).abs() < 1e-2);
    assert_eq!(history.epochs.len(), 60);
    let last = history.last().unwrap();
    assert_eq!((last.number, last.accuracy, last.test_accuracy), (60, None, None));
    assert!(last.loss < 1e-3 && last.test_loss.unwrap() < 1e-3 && last.seconds > 0.0);
}

#[test]
fn a_seed_gives_the_same_run_again_and_another_seed_another_one() {
    let options = Fit::epochs(5).batch_size(4);
    let (first, network) = run(options.seed(1));
    let (again, same) = run(options.seed(1));
    assert_eq!((losses(&first), network), (losses(&again), same));
    assert_ne!(losses(&first), losses(&run(options.seed(2)).0));
    assert_ne!(losses(&first), losses(&run(options.seed(1).shuffle(false)).0));
}

#[test]
fn the_last_batch_holds_what_is_left() {
    let data = points(5);
    let mut trainer = Trainer::new(line(), Mse, Sgd::new(0.3));
    trainer.fit(&data, None, Fit::epochs(2).batch_size(2).shuffle(false).quiet()).unwrap();
    assert_eq!(trainer.steps(), 6);

    let mut by_hand = Trainer::new(line(), Mse, Sgd::new(0.3));
    for _ in 0..2 {
        for (x, targets) in data.inputs().chunks(2).zip(data.targets().chunks(2)) {
            by_hand.step(x, targets);
        }
    }
    assert_eq!(trainer.network(), by_hand.network());
}

#[test]
fn a_memory_fits_as_the_heap_does() {
    let mut memory: Memory<Line, Sgd, 3> = Memory::new();
    let mut fixed = Trainer::within(&mut memory, Mse, Sgd::new(0.3));
    let mut heap = Trainer::new(line(), Mse, Sgd::new(0.3)).capacity(3);
    let options = Fit::epochs(3).batch_size(8).quiet();
    let histories = (fixed.fit(&points(20), None, options), heap.fit(&points(20), None, options));
    assert_eq!(losses(&histories.0.unwrap()), losses(&histories.1.unwrap()));
    assert_eq!(fixed.network(), heap.network());
}

#[test]
fn empty_sets_are_refused() {
    let (none, some) = (points(0), points(1));
    let mut trainer = Trainer::new(line(), Mse, Sgd::new(0.3));
    let error = trainer.fit(&none, None, Fit::epochs(1)).unwrap_err();
    assert_eq!(error.to_string(), "the training set is empty: give it one sample at least");
    assert_eq!(trainer.fit(&some, &none, Fit::epochs(1)), Err(FitError::Empty { set: "test" }));
}

#[test]
fn a_loss_that_is_not_finite_ends_the_run_before_its_update() {
    let mut inputs = points(6).inputs().to_vec();
    inputs[4] = [f32::NAN];
    let data = Dataset::new(inputs, points(6).targets().to_vec()).unwrap();
    let options = Fit::epochs(3).batch_size(2).shuffle(false).quiet();
    let mut trainer = Trainer::new(line(), Mse, Sgd::new(0.3));
    let error = trainer.fit(&data, None, options).unwrap_err();
    assert!(matches!(error, FitError::NotFinite { epoch: 1, batch: 3, loss, tensor: None } if loss.is_nan()));
    assert_eq!(
        error.to_string(),
        "the loss of epoch 1, batch 3 is NaN: all parameters are finite, look for inputs or targets that are not"
    );
    assert_eq!(trainer.steps(), 2);
    assert!(trainer.gradient().flat().iter().any(|g| g.is_nan()), "it can be looked at");
    trainer.step(points(6).inputs(), points(6).targets());
    assert!(trainer.network().flat().iter().all(|p| p.is_finite()), "but is not added to");

    trainer.network_mut().fc.bias[0] = f32::INFINITY;
    let error = trainer.fit(&points(6), None, options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the loss of epoch 1, batch 1 is inf: `fc.bias` is not finite, try a smaller learning rate"
    );
}

#[test]
fn the_learning_rate_and_the_end_are_up_to_the_caller() {
    let mut trainer = Trainer::new(line(), Mse, Sgd::new(0.3));
    let mut after_two = None;
    let history = trainer
        .fit_with(&points(9), None, Fit::epochs(50).quiet(), |trainer, epoch| {
            if epoch.number == 2 {
                *trainer.optimizer_mut() = Sgd::new(0.0);
                after_two = Some(trainer.network().clone());
            }
            if epoch.number == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(history.epochs.len(), 4);
    assert_eq!(Some(trainer.network()), after_two.as_ref());
}

#[test]
fn digits_are_learned_from_their_file() -> Result<(), Box<dyn std::error::Error>> {
    type Digits = Dataset<[f32; 64], Class<10>>;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/digits.csv");
    let digits: Digits = Csv::open(path)?.read(|row| Ok((row.tensor_with(|p: f32| p / 16.0)?, row.class()?)))?;
    assert_eq!(digits.len(), 1797);
    let (train, test) = digits.shuffled(0).split(1437);

    let mut network = boxed_zeros::<Single<64, 10>>();
    network.init_in(&mut Rng::new(1));
    let mut trainer = Trainer::new(network, CrossEntropy, Sgd::new(0.5));
    let history = trainer.fit(&train, &test, Fit::epochs(5).batch_size(64).seed(1).quiet())?;
    let last = history.last().unwrap();
    assert!(last.accuracy.unwrap() > 0.93 && last.test_accuracy.unwrap() > 0.9, "{history}");
    assert_eq!(trainer.evaluate(test.inputs(), test.targets()).accuracy, last.test_accuracy);
    Ok(())
}

#[test]
fn errors_are_errors() {
    fn error<E: std::error::Error + Send + Sync + 'static>() {}
    error::<DataError>();
    error::<FitError>();
    let _: Box<Line> = line().boxed();
}
