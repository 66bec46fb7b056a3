//! Gradients of whole networks against central differences, and single precision against double.

#![allow(dead_code, reason = "not every caller compares scalars")]

use dnn::Sample;
use dnn::prelude::*;
use dnn::tensor::{batch, batch_mut};

const BATCH: usize = 3;
const H: f64 = 1e-4;
const PASS: Pass = Pass { seed: 1, step: 2, first: 3, frozen: false, fresh: false };

/// A sample as scalars: the tensors of a tuple lie one batch after the other.
pub(crate) trait Flat: Sample {
    /// Scalars in a sample.
    const LEN: usize;
    /// What the sample is made of.
    type Scalar: Scalar;
    fn read(scalars: &[Self::Scalar]) -> Self::Batch<'_>;
    fn write(scalars: &mut [Self::Scalar]) -> Self::BatchMut<'_>;
}

impl<A, const N: usize> Flat for [A; N]
where
    [A; N]: Tensor<Scalar: Scalar>,
{
    const LEN: usize = <Self as Tensor>::LEN;
    type Scalar = <Self as Tensor>::Scalar;
    fn read(scalars: &[Self::Scalar]) -> Self::Batch<'_> {
        batch(scalars)
    }
    fn write(scalars: &mut [Self::Scalar]) -> Self::BatchMut<'_> {
        batch_mut(scalars)
    }
}

impl<A: Tensor<Scalar: Scalar>, B: Tensor<Scalar = A::Scalar>> Flat for (A, B) {
    const LEN: usize = A::LEN + B::LEN;
    type Scalar = A::Scalar;
    fn read(scalars: &[A::Scalar]) -> Self::Batch<'_> {
        let (a, b) = scalars.split_at(scalars.len() / Self::LEN * A::LEN);
        (batch(a), batch(b))
    }
    fn write(scalars: &mut [A::Scalar]) -> Self::BatchMut<'_> {
        let (a, b) = scalars.split_at_mut(scalars.len() / Self::LEN * A::LEN);
        (batch_mut(a), batch_mut(b))
    }
}

/// A network at a random point, and a random dL/dy.
struct Case<N> {
    network: Box<N>,
    x: Vec<f64>,
    dy: Vec<f64>,
}

fn uniform(rng: &mut Rng, count: usize, size: f32) -> Vec<f64> {
    (0..count).map(|_| f64::from(size * (2.0 * rng.unit_f32() - 1.0))).collect()
}

/// A network with these parameters, however large.
fn with<N: Parameters>(values: &[f64]) -> Box<N> {
    let mut network = dnn::boxed_zeros::<N>();
    for (to, from) in network.flat_mut().iter_mut().zip(values) {
        *to = N::Scalar::from_f64(*from);
    }
    network
}

/// What a pass over a batch gives, all in double precision.
struct Gradients {
    y: Vec<f64>,
    dx: Vec<f64>,
    dp: Vec<f64>,
}

/// Forward and backward. The workspace is full of NaN before, so that nothing is read that was not written, and the
/// gradient of the parameters begins as 1, since `backward` adds to it.
fn gradients<T, X, N>(network: &N, x: &[f64], dy: &[f64]) -> Gradients
where
    T: Scalar,
    X: Flat<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let scalars = |values: &[f64]| values.iter().map(|v| T::from_f64(*v)).collect::<Vec<T>>();
    let doubles = |values: &[T]| values.iter().map(|v| v.to_f64()).collect::<Vec<f64>>();
    let (x, mut y) = (scalars(x), vec![T::ZERO; dy.len()]);
    let mut workspace = vec![T::from_f64(f64::NAN); <N as Layer<X>>::TRAIN.len(BATCH)];
    network.forward(&PASS, X::read(&x), batch_mut(&mut y), &mut workspace);
    let mut dx = vec![T::from_f64(f64::NAN); x.len()];
    let ones = vec![1.0; dnn::count(N::Gradient::TABLE, None)];
    let mut dp = with::<N::Gradient>(&ones);
    let kept = workspace.clone();
    let back = |workspace: &mut [T], dx: Option<X::BatchMut<'_>>, dp: &mut N::Gradient| {
        network.backward(&PASS, X::read(&x), batch(&y), workspace, batch_mut(&mut scalars(dy)), dx, Some(dp));
    };
    back(&mut workspace, Some(X::write(&mut dx)), &mut dp);
    let mut alone = with::<N::Gradient>(&ones);
    back(&mut kept.clone(), None, &mut alone);
    assert_eq!(doubles(alone.flat()), doubles(dp.flat()), "{}: without dx", N::NAME);
    if !N::LAYERS.iter().any(|layer| layer.kind.starts_with("Dropout")) {
        let mut inferred = vec![T::ZERO; y.len()];
        let mut workspace = vec![T::from_f64(f64::NAN); <N as Layer<X>>::INFER.len(BATCH)];
        network.infer(X::read(&x), batch_mut(&mut inferred), &mut workspace);
        assert_eq!(doubles(&inferred), doubles(&y), "{}: inference is training's forward", N::NAME);
    }
    let dp = doubles(dp.flat()).iter().map(|d| d - 1.0).collect();
    Gradients { y: doubles(&y), dx: doubles(&dx), dp }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn case<X: Flat, N: Network<Input = X>>(rng: &mut Rng) -> Case<N> {
    let parameters = uniform(rng, dnn::count(N::TABLE, None), 1.0);
    let outputs = BATCH * <N as Layer<X>>::Output::LEN;
    Case { network: with(&parameters), x: uniform(rng, BATCH * X::LEN, 2.0), dy: uniform(rng, outputs, 1.0) }
}

/// Backward agrees with central differences of fourth order along random directions, in which input and parameters move
/// together: relative L2 error at most 1e-7. Directions that cross a kink are drawn anew: there, differences of two step
/// sizes disagree with each other.
pub(crate) fn check<X: Flat<Scalar = f64>, N: Network<Input = X, Scalar = f64>>() {
    let mut rng = Rng::new(7);
    let (mut wrong, mut size, mut found) = (0.0, 0.0, 0);
    for _ in 0..200 {
        let Case { network, x, dy } = case::<X, N>(&mut rng);
        let (dx, dp) = (uniform(&mut rng, x.len(), 1.0), uniform(&mut rng, network.flat().len(), 1.0));
        let norm = (dot(&dx, &dx) + dot(&dp, &dp)).sqrt();
        let value = |step: f64| {
            let moved = |at: &[f64], by: &[f64]| -> Vec<f64> {
                at.iter().zip(by).map(|(at, by)| at + step * by / norm).collect()
            };
            let network = with::<N>(&moved(network.flat(), &dp));
            let (x, mut y) = (moved(&x, &dx), vec![0.0; dy.len()]);
            let mut workspace = vec![f64::NAN; <N as Layer<X>>::TRAIN.len(BATCH)];
            network.forward(&PASS, X::read(&x), batch_mut(&mut y), &mut workspace);
            dot(&y, &dy)
        };
        let difference = |h: f64| (value(-2.0 * h) - 8.0 * value(-h) + 8.0 * value(h) - value(2.0 * h)) / (12.0 * h);
        let (slope, finer) = (difference(H), difference(H / 2.0));
        if (slope - finer).abs() > 1e-9 * (1.0 + slope.abs()) {
            continue;
        }
        let own = gradients::<f64, X, N>(&network, &x, &dy);
        let along = (dot(&own.dx, &dx) + dot(&own.dp, &dp)) / norm;
        wrong += (along - slope) * (along - slope);
        size += slope * slope;
        found += 1;
        if found == 8 {
            let bound = 1e-7 * size.sqrt() + 1e-10;
            assert!(wrong.sqrt() <= bound, "{}: {:e} is more than {bound:e}", N::NAME, wrong.sqrt());
            return;
        }
    }
    panic!("{}: only {found} smooth directions in 200", N::NAME);
}

/// Single precision gives what double precision gives: relative L2 error at most 2e-6 for each square root of a layer.
pub(crate) fn compare<X, Y, N, M>()
where
    X: Flat<Scalar = f32>,
    Y: Flat<Scalar = f64>,
    N: Network<Input = X, Scalar = f32>,
    M: Network<Input = Y, Scalar = f64>,
{
    let mut rng = Rng::new(8);
    let Case { network, x, dy } = case::<Y, M>(&mut rng);
    let double = gradients::<f64, Y, M>(&network, &x, &dy);
    let single = gradients::<f32, X, N>(&with::<N>(network.flat()), &x, &dy);
    let bound = 2e-6 * (N::LAYERS.len() as f64).sqrt();
    for (name, a, b) in [("y", &single.y, &double.y), ("dx", &single.dx, &double.dx), ("dp", &single.dp, &double.dp)] {
        let error: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let (error, size) = (dot(&error, &error).sqrt(), dot(b, b).sqrt());
        assert!(error <= bound * size + 1e-6, "{} {name}: {error:e} of {size:e}", N::NAME);
    }
}

/// A network with these parameters gives these outputs: relative error at most 1e-12.
pub(crate) fn computes<X: Flat<Scalar = f64>, N: Network<Input = X, Scalar = f64>>(
    parameters: &[f64],
    x: &[f64],
    expected: &[f64],
) {
    let network = with::<N>(parameters);
    assert_eq!(network.flat().len(), parameters.len(), "{}", N::NAME);
    let samples = x.len() / X::LEN;
    let mut y = vec![f64::NAN; expected.len()];
    let mut workspace = vec![f64::NAN; <N as Layer<X>>::INFER.len(samples)];
    network.infer(X::read(x), batch_mut(&mut y), &mut workspace);
    for (y, expected) in y.iter().zip(expected) {
        assert!((y - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{}: {y} is not {expected}", N::NAME);
    }
}
