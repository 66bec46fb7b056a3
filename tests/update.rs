//! A step gives the bits of a backward pass and an update behind it, whether large weights are updated behind the products that
//! give their gradients or all of them by themselves.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::{Heap, Network};

network! {
    /// Weights that are updated behind their products, a shared bias, none, repeated layers, and some that are too small.
    pub struct Mixed: [100] -> [3] {
        first: Linear<100, 77>,
        Relu,
        slope: PRelu,
        wide: Linear<77, 66, bias = shared>,
        norm: LayerNorm<66>,
        blocks: [Linear<66, 66, bias = false>; 2],
        last: Linear<66, 3>,
    }

    /// A weight that is used twice, one that is frozen, running statistics, and a tensor.
    pub struct Shared: [100] -> [100] {
        twice: Linear<100, 100>,
        norm: BatchNorm1d<100>,
        #[frozen]
        fixed: Linear<100, 100>,
        once: Linear<100, 100>,
        scale: Parameter<[100]>(1.0),
        fn forward(x) { twice(once(fixed(norm(Tanh(twice(x)))))) * scale }
    }

    /// A network within, and more large weights than are updated behind their products.
    pub struct Nested: [100] -> [3] {
        inner: Mixed,
        widen: Linear<3, 64>,
        blocks: [Linear<64, 64>; 20],
        last: Linear<64, 3>,
    }
}

/// A network whose weights are those of a generator, and the samples of it.
fn start<N: Network<Scalar = f32>>() -> Box<N> {
    let mut network = dnn::boxed_zeros::<N>();
    network.init_in(&mut Rng::new(3));
    network
}

fn samples(count: usize) -> Vec<[f32; 100]> {
    (0..count).map(|b| std::array::from_fn(|i| ((b * 31 + i * 7) % 17) as f32 / 8.0 - 1.0)).collect()
}

type Prepare<N, O> = fn(Trainer<Heap<N, O>, Mse>) -> Trainer<Heap<N, O>, Mse>;

/// Three steps of one trainer, and three backward passes and updates of another, behind what `prepare` makes of both.
fn same<N, O, const C: usize>(optimizer: O, prepare: Prepare<N, O>, what: &str)
where
    N: Network<Scalar = f32, Input = [f32; 100]> + Layer<[f32; 100], Output = [f32; C]>,
    O: Optimizer<N> + Clone,
{
    let trainer = || prepare(Trainer::new(start::<N>(), Mse, optimizer.clone()));
    let (mut one, mut two) = (trainer(), trainer());
    for count in [20, 33, 4] {
        let (x, targets) = (samples(count), vec![[0.5; C]; count]);
        let loss = two.backward(&x, &targets);
        two.update();
        assert_eq!(one.step(&x, &targets), loss, "{what}");
        assert_eq!(one.gradient().flat(), two.gradient().flat(), "{what}");
        assert_eq!(one.network().flat(), two.network().flat(), "{what}");
        assert!(one.network().flat().iter().all(|w| w.is_finite()), "{what}");
        assert_eq!(one.steps(), two.steps());
    }
}

/// All of that for the networks, behind a few preparations.
macro_rules! same {
    ($optimizer:expr) => {{
        same::<Mixed, _, 3>($optimizer, |trainer| trainer, stringify!($optimizer));
        same::<Shared, _, 100>($optimizer, |trainer| trainer, concat!(stringify!($optimizer), ", shared"));
        same::<Nested, _, 3>($optimizer, |trainer| trainer, concat!(stringify!($optimizer), ", nested"));
    }};
}

#[test]
fn a_step_is_a_backward_pass_and_an_update() {
    same!(Sgd::new(0.05));
    same!(Sgd::new(0.05).momentum(0.9));
    same!(Sgd::new(0.05).weight_decay(0.01).momentum(0.9).dampening(0.5));
}

#[test]
fn what_is_not_updated_behind_a_product_is_updated_by_itself() {
    same::<Mixed, _, 3>(Sgd::new(0.05).weight_decay(0.01), |trainer| trainer, "decay");
    same::<Mixed, _, 3>(Sgd::new(0.05).momentum(0.9).nesterov(), |trainer| trainer, "Nesterov");
    same::<Mixed, _, 3>(Adam::new(1e-3), |trainer| trainer, "Adam");
}

#[test]
fn capacities_limits_and_accumulation_change_nothing_of_that() {
    let sgd = || Sgd::new(0.05).momentum(0.9);
    same::<Mixed, _, 3>(sgd(), |trainer| trainer.capacity(7), "in parts");
    same::<Mixed, _, 3>(sgd(), |trainer| trainer.clip_norm(0.1), "a norm");
    same::<Mixed, _, 3>(sgd(), |trainer| trainer.clip_value(1e-3), "values");
    let accumulated = |mut trainer: Trainer<Heap<Mixed, Sgd<Momentum>>, Mse>| {
        trainer.backward(&samples(20), &[[0.5; 3]; 20]);
        trainer
    };
    same::<Mixed, _, 3>(sgd(), accumulated, "accumulated");
}

#[test]
fn a_loss_that_is_not_finite_ends_a_fit_before_its_update() {
    let mut trainer = Trainer::new(start::<Mixed>(), Mse, Sgd::new(0.05).momentum(0.9));
    let data = Dataset::new(samples(20), vec![[f32::INFINITY; 3]; 20]).unwrap();
    let before = trainer.network().flat().to_vec();
    let fault = trainer.fit(&data, None, Fit::epochs(1).batch_size(20).quiet()).unwrap_err();
    assert!(matches!(fault, FitError::NotFinite { .. }), "{fault}");
    assert_eq!(trainer.network().flat(), before);
}
