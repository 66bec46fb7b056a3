//! A gradient is written where nothing is there yet, and added to otherwise: with the same bits, and whatever was there.

#![cfg(feature = "alloc")]

use dnn::Network;
use dnn::prelude::*;

network! {
    /// Layers that write their gradient, at the least length and above, and some that do not.
    pub struct Mixed: [64] -> [3] {
        first: Linear<64, 64>,
        Relu,
        small: Linear<64, 63>,
        slope: PRelu,
        wide: Linear<63, 66, bias = shared>,
        norm: LayerNorm<66>,
        blocks: [Linear<66, 66, bias = false>; 2],
        last: Linear<66, 3>,
    }

    /// A weight that is used twice, one that is frozen, and a tensor.
    pub struct Shared: [64] -> [64] {
        twice: Linear<64, 64>,
        #[frozen]
        fixed: Linear<64, 64>,
        once: Linear<64, 64>,
        scale: Parameter<[64]>(1.0),
        fn forward(x) { twice(once(fixed(Tanh(twice(x))))) * scale }
    }

    pub struct Nested: [64] -> [3] {
        inner: Shared,
        head: Mixed,
    }
}

/// The gradient of a step of `capacity` samples at a time, of a trainer that found NaN there, and of one that found zeros.
fn same<N, const O: usize>(capacity: usize)
where
    N: Network<Scalar = f32, Input = [f32; 64]> + dnn::Layer<[f32; 64], Output = [f32; O]>,
{
    let trainer = || {
        let mut network = dnn::boxed_zeros::<N>();
        network.init_in(&mut Rng::new(3));
        Trainer::new(network, Mse, Sgd::new(0.1)).capacity(capacity)
    };
    let x: Vec<[f32; 64]> = (0..5).map(|b| std::array::from_fn(|i| (b * 64 + i) as f32 % 7.0 - 3.0)).collect();
    let targets = vec![[0.5; O]; 5];
    let (mut fresh, mut zeroed) = (trainer(), trainer());
    fresh.gradient_mut().flat_mut().fill(f32::NAN);
    zeroed.zero_gradient();
    let losses = [fresh.backward(&x, &targets), zeroed.backward(&x, &targets)];
    assert_eq!(losses[0], losses[1]);
    assert!(fresh.gradient().flat().iter().all(|g| g.is_finite()));
    assert_eq!(fresh.gradient().flat(), zeroed.gradient().flat());
    let once = fresh.gradient().flat().to_vec();
    fresh.backward(&x, &targets);
    zeroed.backward(&x, &targets);
    assert_eq!(fresh.gradient().flat(), zeroed.gradient().flat());
    assert!(
        fresh.gradient().flat().iter().zip(once).all(|(two, one)| (two - 2.0 * one).abs() <= 1e-4 * one.abs() + 1e-5)
    );
}

#[test]
fn what_lies_in_a_gradient_that_was_used_does_not_count() {
    for capacity in [100, 2] {
        same::<Mixed, 3>(capacity);
        same::<Shared, 64>(capacity);
        same::<Nested, 3>(capacity);
    }
}
