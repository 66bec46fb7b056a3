//! The gradients of `cargo bench --bench functions` in `f32` by burn, on one thread:
//! `RAYON_NUM_THREADS=1 cargo run --release --features burn --bin burn`.
//!
//! A line for each: its name, the nanoseconds of the fastest block, and the value of the function, which has to be the same.

use autodiff::{measure, number};
use burn::tensor::{Device, Tensor, TensorData};

fn tensor<const D: usize>(shape: [usize; D], seed: u32, scale: f64, device: &Device) -> Tensor<D> {
    let numbers: Vec<f32> = (0..shape.iter().product()).map(|i| (number(i, seed) * scale) as f32).collect();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

fn variable<const D: usize>(shape: [usize; D], seed: u32, scale: f64, device: &Device) -> Tensor<D> {
    tensor(shape, seed, scale, device).require_grad()
}

/// The sum of 100 (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2.
fn rosenbrock(x: &Tensor<1>) -> Tensor<1> {
    let (first, second) = (x.clone().slice([0..99]), x.clone().slice([1..100]));
    let a = second - first.clone() * first.clone();
    let b = first * -1.0 + 1.0;
    (a.clone() * a * 100.0 + b.clone() * b).sum()
}

/// The mean of squares of a perceptron with tanh.
fn perceptron(x: &Tensor<2>, target: &Tensor<2>, weights: &[Tensor<2>; 3], biases: &[Tensor<1>; 3]) -> Tensor<1> {
    let layer =
        |x: Tensor<2>, at: usize| x.matmul(weights[at].clone().transpose()) + biases[at].clone().unsqueeze::<2>();
    let h = layer(x.clone(), 0).tanh();
    let h = layer(h, 1).tanh();
    let d = layer(h, 2) - target.clone();
    (d.clone() * d).mean()
}

fn value(loss: Tensor<1>) -> f64 {
    f64::from(loss.into_scalar::<f32>())
}

fn main() {
    let device = Device::flex().autodiff();
    let x = variable([100], 1, 2.0, &device);
    measure("rosenbrock_100_f32", || value(rosenbrock(&x)), || rosenbrock(&x).backward());
    let weights = [([32, 16], 2, 0.5), ([32, 32], 4, 0.35), ([4, 32], 6, 0.35)];
    let biases = [([32], 3, 0.5), ([32], 5, 0.35), ([4], 7, 0.35)];
    let weights = weights.map(|(shape, seed, scale)| variable(shape, seed, scale, &device));
    let biases = biases.map(|(shape, seed, scale)| variable(shape, seed, scale, &device));
    for samples in [1, 64] {
        let (x, target) = (tensor([samples, 16], 8, 2.0, &device), tensor([samples, 4], 9, 2.0, &device));
        let loss = || perceptron(&x, &target, &weights, &biases);
        measure(&format!("perceptron_{samples}_f32"), || value(loss()), || loss().backward());
    }
}
