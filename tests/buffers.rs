//! A layer with state that has no gradient, and statistics over a whole batch.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::{FitError, Parameters, Role};

/// y = s (x - m), where m is the mean of the batch in training and a running one in inference.
#[derive(Parameters, Clone, Debug, PartialEq)]
#[repr(C)]
struct Centre<const N: usize> {
    #[buffer]
    running_mean: [f32; N],
    #[init(1.0)]
    scale: [f32; N],
}

impl<const N: usize> Layer<[f32; N]> for Centre<N> {
    type Output = [f32; N];
    const TRAIN: Extent = Extent::new(0, N); // the mean of the batch
    const WHOLE_BATCH: bool = true;
    const LEAST_BATCH: usize = 2;

    fn infer(&self, x: &[[f32; N]], y: &mut [[f32; N]], _: &mut [f32]) {
        for (x, y) in x.iter().zip(y) {
            *y = std::array::from_fn(|i| self.scale[i] * (x[i] - self.running_mean[i]));
        }
    }

    fn forward(&self, pass: &Pass, x: &[[f32; N]], y: &mut [[f32; N]], saved: &mut [f32]) {
        if pass.frozen {
            return self.infer(x, y, &mut []);
        }
        for i in 0..N {
            saved[i] = x.iter().map(|x| x[i]).sum::<f32>() / x.len() as f32;
        }
        for (x, y) in x.iter().zip(y) {
            *y = std::array::from_fn(|i| self.scale[i] * (x[i] - saved[i]));
        }
    }

    fn backward(
        &self,
        pass: &Pass,
        x: &[[f32; N]],
        _: &[[f32; N]],
        saved: &mut [f32],
        dy: &mut [[f32; N]],
        dx: Option<&mut [[f32; N]]>,
        dp: Option<&mut Self::Gradient>,
    ) {
        if let Some(dp) = dp {
            for (x, dy) in x.iter().zip(dy.iter()) {
                for i in 0..N {
                    dp.scale[i] += dy[i] * (x[i] - saved[i]);
                }
            }
        }
        for (dx, dy) in dx.into_iter().flatten().zip(dy.iter()) {
            assert!(pass.frozen, "the networks below have nothing trained before an unfrozen one");
            *dx = std::array::from_fn(|i| self.scale[i] * dy[i]);
        }
    }

    fn absorb(&mut self, _: usize, saved: &[f32]) {
        for (running, mean) in self.running_mean.iter_mut().zip(saved) {
            *running += 0.1 * (mean - *running);
        }
    }
}

network! {
    #[derive(Clone, Debug, PartialEq)]
    struct Net: [3] -> [2] {
        centre: Centre<3> -> [3],
        fc: Linear<3, 2>,
    }

    #[derive(Clone)]
    struct Frozen: [3] -> [2] {
        fc1: Linear<3, 3>,
        #[frozen]
        centre: Centre<3> -> [3],
        fc2: Linear<3, 2>,
    }

    struct Outer: [3] -> [2] {
        net: Net -> [2],
    }
}

const X: [[f32; 3]; 4] = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [5.0, 0.0, 0.0], [-1.0, 4.0, 0.0]];
const TARGETS: [[f32; 2]; 4] = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]];

#[test]
fn buffers_move_without_a_gradient_and_without_decay() {
    let net = Net::init(&mut Rng::new(1));
    let mut trainer = Trainer::new(net.clone(), Mse, Sgd::new(0.1).weight_decay(0.5));
    trainer.step(&X, &TARGETS);
    let names: Vec<String> = trainer.gradient().parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names, ["centre.scale", "fc.weight", "fc.bias"]);
    assert_eq!(trainer.network().centre.running_mean, [0.2, 0.2, 0.1]);
    assert_ne!(trainer.network().fc, net.fc);
    let roles: Vec<Role> = net.parameters().map(|tensor| tensor.role).collect();
    assert_eq!(roles[..2], [Role::Buffer, Role::Parameter]);
    assert_eq!((Net::PARAMETERS, Net::PARAMETER_BYTES), (3 + 8, 4 * (6 + 8)));
}

#[test]
fn a_frozen_layer_uses_its_running_statistics_and_leaves_them() {
    let mut net = Frozen::init(&mut Rng::new(1));
    net.centre.running_mean = [1.0, 2.0, 3.0];
    let centre = net.centre.clone();
    let y = net.predict_batch(&X);
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.1));
    let loss = trainer.step(&X, &TARGETS);
    let mean = y.iter().zip(&TARGETS).flat_map(|(y, t)| [y[0] - t[0], y[1] - t[1]]).map(|d| d * d).sum::<f32>() / 8.0;
    assert!((loss - mean).abs() < 1e-6 * mean, "{loss} {mean}");
    assert_eq!(trainer.network().centre, centre);
}

#[test]
fn a_nested_network_takes_statistics_over_the_whole_batch_too() {
    const { assert!(<Outer as Layer<[f32; 3]>>::WHOLE_BATCH && <Net as Layer<[f32; 3]>>::WHOLE_BATCH) };
    const { assert!(!<Frozen as Layer<[f32; 3]>>::WHOLE_BATCH) };
    let mut outer = Trainer::new(Outer::init(&mut Rng::new(1)), Mse, Sgd::new(0.1));
    outer.step(&X, &TARGETS);
    assert_eq!(outer.network().net.centre.running_mean, [0.2, 0.2, 0.1]);
}

#[test]
#[should_panic(
    expected = "a batch of 4 samples, but room for 3, and the network takes statistics over whole batches: \
                           make the capacity 4"
)]
fn a_batch_that_is_too_large_for_its_statistics_is_refused() {
    let mut memory: Memory<Net, Sgd, 3> = Memory::new();
    Trainer::within(&mut memory, Mse, Sgd::new(0.1)).step(&X, &TARGETS);
}

#[test]
fn fit_refuses_batches_that_are_too_large_for_their_statistics() {
    let data = dnn::Dataset::new(X.to_vec(), TARGETS.to_vec()).unwrap();
    let mut trainer = Trainer::new(Net::init(&mut Rng::new(1)), Mse, Sgd::new(0.1)).capacity(3);
    let error = trainer.fit(&data, None, Fit::epochs(1).batch_size(8).quiet()).unwrap_err();
    assert_eq!(error, FitError::Capacity { batch: 4, capacity: 3 });
    assert_eq!(
        error.to_string(),
        "a batch of 4 samples, but room for 3, and the network takes statistics over whole batches: \
         make the batches smaller or the capacity 4"
    );
    assert!(trainer.fit(&data, None, Fit::epochs(1).batch_size(2).quiet()).is_ok());
}

#[test]
fn a_full_batch_is_a_matter_of_types() {
    let mut memory: Memory<Net, Sgd, 4> = Memory::new();
    memory.network_mut().init_in(&mut Rng::new(1));
    let loss = Trainer::within(&mut memory, Mse, Sgd::new(0.1)).step_full(&X, &TARGETS);
    assert_eq!(loss, Trainer::new(Net::init(&mut Rng::new(1)), Mse, Sgd::new(0.1)).step(&X, &TARGETS));
}

#[test]
#[should_panic(expected = "a batch of 1 samples, but the network takes statistics over 2 or more: train on 2 at once")]
fn a_batch_that_is_too_small_for_its_statistics_is_refused() {
    Trainer::new(Net::init(&mut Rng::new(1)), Mse, Sgd::new(0.1)).step(&X[..1], &TARGETS[..1]);
}

#[test]
fn fit_refuses_a_last_batch_that_is_too_small_for_its_statistics() {
    let data = dnn::Dataset::new(X[..3].to_vec(), TARGETS[..3].to_vec()).unwrap();
    let mut trainer = Trainer::new(Net::init(&mut Rng::new(1)), Mse, Sgd::new(0.1));
    for size in [1, 2] {
        let error = trainer.fit(&data, None, Fit::epochs(1).batch_size(size).quiet()).unwrap_err();
        assert_eq!(error, FitError::TooFew { batch: 1, least: 2 });
        assert!(error.to_string().starts_with("a batch of 1 samples, but the network takes statistics over 2 or more"));
    }
    assert!(trainer.fit(&data, None, Fit::epochs(1).batch_size(3).quiet()).is_ok());
}
