//! Wired networks against PyTorch: outputs, dL/dx of every input and every parameter's gradient of the goldens in
//! `parity/wiring.json`, whose `wiring.py` says how they were made.
//!
//! The tolerances are those of PyTorch's `assert_close`: 1.3e-6 of the value and 1e-5 for f32, 1e-7 of the value for f64,
//! there with 1e-14 for values that should be 0.

#![cfg(feature = "alloc")]

use dnn::Sample;
use dnn::prelude::*;
use dnn::tensor::{batch, batch_mut, flat};
use serde_json::Value;

network! {
    /// Two convolutions and a way around them.
    pub struct Block<T>: [4, 6, 6] -> [4, 6, 6] {
        conv1: Conv2d<4, 4, 3, padding = 1>,
        conv2: Conv2d<4, 4, 3, padding = 1>,

        fn forward(x) {
            let h = Relu(conv1(x));
            Relu(conv2(h) + x)
        }
    }

    /// `residual`
    pub struct Residual<T>: [2, 6, 6] -> [3] {
        stem: Conv2d<2, 4, 3, padding = 1>,
        Relu,
        #[recompute]
        blocks: [Block<T>; 2],
        Reshape<4, 36>,
        Mean,
        fc: Linear<4, 3>,
    }

    /// `critic`
    pub struct Critic<T>: ([17], [6]) -> [1] {
        fc1: Linear<17, 8>,
        fc2: Linear<14, 8>,
        out: Linear<8, 1>,

        fn forward(state, action) {
            let h = Elu(fc1(state));
            let h = Tanh(fc2(Concat(h, action)));
            out(h)
        }
    }

    /// `variational`
    pub struct Variational<T>: ([8], [3]) -> ([8], [3], [3]) {
        encoder: Linear<8, 10>,
        mean: Linear<10, 3>,
        spread: Linear<10, 3>,
        decoder1: Linear<3, 10>,
        decoder2: Linear<10, 8>,

        fn forward(x, noise) {
            let h = Tanh(encoder(x));
            let mu = mean(h);
            let sigma = Softplus(spread(h));
            let code = mu + sigma * noise;
            (decoder2(Tanh(decoder1(code))), mu, sigma)
        }
    }

    /// `operations`
    pub struct Operations<T>: [2, 4] -> [2] {
        fc: Linear<4, 4>,
        scale: Parameter<[2, 1]>,
        shift: Parameter<[4]>,
        out: Linear<6, 2>,

        fn forward(x) {
            let h = Tanh(fc(Tanh(fc(x)))) * scale - shift;
            let (a, b) = Split<axis = 0>(h);
            let c = Concat(Squeeze<axis = 0>(a), Squeeze<axis = 0>(b));
            let average = Mean(Flatten(Permute<1, 0>(x)));
            let d = (1.0 - c) * detach(c) * 0.5 + average;
            let (head, _) = Split<4, 4>(d);
            out(Concat(head, Mean<axis = 0>(Reshape<4, 2>(c))))
        }
    }

    /// `axes`
    pub struct Axes<T>: [2, 3, 4] -> [3, 4] {
        fc: Linear<4, 4>,
        act: PRelu<2>,
        gain: Parameter<[3, 1]>,
        shift: Parameter<[2, 1, 1]>,

        fn forward(x) {
            let h = act(fc(x)) * gain + shift;
            let (a, b) = Split<1, 3, axis = -1>(h);
            let c = Concat<axis = 2>(b, a);
            let d = Glu<dim = 1>(Concat<axis = 1>(c, 2.0 * x - 1.0));
            let e = Mean<axis = 1>(Permute<2, 0, 1>(d));
            let f = Mish(x) - Unsqueeze<axis = 0>(Permute<1, 0>(e));
            let (g, k) = Split(f);
            Squeeze<axis = 0>(g) * Hardswish(Squeeze<axis = 0>(k)) + Mean<axis = 0>(a)
        }
    }

    /// `masked`
    pub struct Masked<T>: ([4, 6], [4]) -> [4, 6] {
        attention: MultiHeadAttention<6, 3>,
        encoder: TransformerEncoderLayer<6, 2, 8>(dropout = 0.0),

        fn forward(x, mask) {
            let pairs = Unsqueeze<axis = 0>(mask) * Unsqueeze<axis = 1>(mask);
            encoder(attention(x, mask) + x, pairs)
        }
    }
}

/// A sample whose batches are flat slices, one for each tensor.
trait Inputs: Sample {
    type Scalar: Scalar;
    fn read(x: &[Vec<Self::Scalar>]) -> Self::Batch<'_>;
    fn write(x: &mut [Vec<Self::Scalar>]) -> Self::BatchMut<'_>;
}

impl<X, const N: usize> Inputs for [X; N]
where
    [X; N]: Tensor<Scalar: Scalar>,
{
    type Scalar = <[X; N] as Tensor>::Scalar;
    fn read(x: &[Vec<Self::Scalar>]) -> &[Self] {
        batch(&x[0])
    }
    fn write(x: &mut [Vec<Self::Scalar>]) -> &mut [Self] {
        batch_mut(&mut x[0])
    }
}

impl<A: Tensor<Scalar: Scalar>, B: Tensor<Scalar = A::Scalar>> Inputs for (A, B) {
    type Scalar = A::Scalar;
    fn read(x: &[Vec<A::Scalar>]) -> (&[A], &[B]) {
        (batch(&x[0]), batch(&x[1]))
    }
    fn write(x: &mut [Vec<A::Scalar>]) -> (&mut [A], &mut [B]) {
        let (a, b) = x.split_at_mut(1);
        (batch_mut(&mut a[0]), batch_mut(&mut b[0]))
    }
}

fn numbers<T: Scalar>(value: &Value) -> Vec<T> {
    value.as_array().unwrap().iter().map(|value| T::from_f64(value.as_f64().unwrap())).collect()
}

#[track_caller]
fn close<T: Scalar>(what: &str, found: &[T], expected: &Value) {
    let expected = numbers::<T>(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    let (relative, absolute) = if size_of::<T>() == 4 { (1.3e-6, 1e-5) } else { (1e-7, 1e-14) };
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let (found, expected) = (found.to_f64(), expected.to_f64());
        let close = (found - expected).abs() <= absolute + relative * expected.abs();
        assert!(close, "{what}[{i}]: {found}, not {expected}");
    }
}

fn replay<N: Network<Input: Inputs<Scalar = T>, Scalar = T>, T: Scalar>(case: &Value) {
    let name = case["name"].as_str().unwrap();
    let parameters = case["parameters"].as_object().unwrap();
    let mut net: Box<N> = dnn::boxed_zeros();
    assert_eq!(parameters.len(), net.parameters().count(), "{name}");
    for (own, tensor) in parameters {
        let dims: Vec<u64> = tensor["dims"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let found = net.parameters().find(|named| named.name == **own).unwrap_or_else(|| panic!("{name}: no {own}"));
        assert_eq!(found.dims.iter().map(|n| *n as u64).collect::<Vec<u64>>(), dims, "{name} {own}");
        net.parameter_mut(own).unwrap().copy_from_slice(&numbers(&tensor["values"]));
    }
    let samples = case["batch"].as_u64().unwrap() as usize;
    let x: Vec<Vec<T>> = case["x"].as_array().unwrap().iter().map(numbers).collect();
    let mut workspace = vec![T::from_f64(f64::NAN); <N as Layer<N::Input>>::INFER.len(samples)];
    let mut y: Vec<dnn::Output<N>> = vec![dnn::tensor::zero(); samples];
    net.infer(N::Input::read(&x), &mut y, &mut workspace);
    close(&format!("{name} y"), flat(&y), &case["y"]);

    let pass = Pass::default();
    let mut workspace = vec![T::from_f64(f64::NAN); <N as Layer<N::Input>>::TRAIN.len(samples)];
    net.forward(&pass, N::Input::read(&x), &mut y, &mut workspace);
    close(&format!("{name} y in training"), flat(&y), &case["y"]);
    let mut dy = y.clone();
    dnn::tensor::flat_mut(&mut dy).copy_from_slice(&numbers(&case["dy"]));
    let mut dx: Vec<Vec<T>> = x.iter().map(|x| vec![T::from_f64(f64::NAN); x.len()]).collect();
    let mut dp: Box<N::Gradient> = dnn::boxed_zeros();
    let (read, write) = (N::Input::read(&x), N::Input::write(&mut dx));
    net.backward(&pass, read, &y, &mut workspace, &mut dy, Some(write), Some(&mut dp));
    for (i, dx) in dx.iter().enumerate() {
        close(&format!("{name} dx{i}"), dx, &case["dx"][i]);
    }
    for (own, gradient) in case["gradients"].as_object().unwrap() {
        close(&format!("{name} d{own}"), dp.parameter(own).unwrap(), gradient);
    }
}

#[test]
fn every_wired_network_agrees_with_pytorch() {
    let text = include_str!("parity/wiring.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let cases = file["cases"].as_array().unwrap();
    for case in cases {
        match (case["name"].as_str().unwrap(), case["scalar"].as_str().unwrap()) {
            ("residual", "f32") => replay::<Residual<f32>, f32>(case),
            ("residual", "f64") => replay::<Residual<f64>, f64>(case),
            ("critic", "f32") => replay::<Critic<f32>, f32>(case),
            ("critic", "f64") => replay::<Critic<f64>, f64>(case),
            ("variational", "f32") => replay::<Variational<f32>, f32>(case),
            ("variational", "f64") => replay::<Variational<f64>, f64>(case),
            ("operations", "f32") => replay::<Operations<f32>, f32>(case),
            ("operations", "f64") => replay::<Operations<f64>, f64>(case),
            ("axes", "f32") => replay::<Axes<f32>, f32>(case),
            ("axes", "f64") => replay::<Axes<f64>, f64>(case),
            ("masked", "f32") => replay::<Masked<f32>, f32>(case),
            ("masked", "f64") => replay::<Masked<f64>, f64>(case),
            other => panic!("an unknown case {other:?}"),
        }
    }
    assert_eq!(cases.len(), 12);
}
