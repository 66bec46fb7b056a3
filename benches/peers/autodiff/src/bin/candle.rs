//! The gradients of `cargo bench --bench functions` by candle, on one thread: `RAYON_NUM_THREADS=1 cargo run --release --features candle --bin candle`.
//!
//! A line for each: its name, the nanoseconds of the fastest block, and the value of the function, which has to be the same.

use autodiff::{measure, number};
use candle_core::{DType, Device, Result, Tensor, Var};

fn tensor(shape: &[usize], seed: u32, scale: f64, scalar: DType) -> Result<Tensor> {
    let numbers: Vec<f64> = (0..shape.iter().product()).map(|i| number(i, seed) * scale).collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu)?.to_dtype(scalar)
}

fn variable(shape: &[usize], seed: u32, scale: f64, scalar: DType) -> Result<Var> {
    Var::from_tensor(&tensor(shape, seed, scale, scalar)?)
}

/// The sum of 100 (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2.
fn rosenbrock(x: &Tensor) -> Result<Tensor> {
    let (first, second) = (x.narrow(0, 0, 99)?, x.narrow(0, 1, 99)?);
    let a = (second - first.sqr()?)?;
    let b = (1.0 - first)?;
    ((a.sqr()? * 100.0)? + b.sqr()?)?.sum_all()
}

/// The mean of squares of a perceptron with tanh.
fn perceptron(x: &Tensor, target: &Tensor, net: &[Var]) -> Result<Tensor> {
    let layer = |x: &Tensor, at: usize| x.matmul(&net[at].t()?)?.broadcast_add(&net[at + 1]);
    let h = layer(x, 0)?.tanh()?;
    let h = layer(&h, 2)?.tanh()?;
    (layer(&h, 4)? - target)?.sqr()?.mean_all()
}

fn scalar_of(value: &Tensor) -> f64 {
    let value = value.to_dtype(DType::F64).and_then(|value| value.to_scalar::<f64>());
    value.expect("a scalar")
}

fn main() -> Result<()> {
    for (scalar, short) in [(DType::F32, "f32"), (DType::F64, "f64")] {
        let x = variable(&[100], 1, 2.0, scalar)?;
        let loss = || rosenbrock(&x).expect("shapes that fit");
        measure(&format!("rosenbrock_100_{short}"), || scalar_of(&loss()), || loss().backward());
        let net = [
            variable(&[32, 16], 2, 0.5, scalar)?,
            variable(&[32], 3, 0.5, scalar)?,
            variable(&[32, 32], 4, 0.35, scalar)?,
            variable(&[32], 5, 0.35, scalar)?,
            variable(&[4, 32], 6, 0.35, scalar)?,
            variable(&[4], 7, 0.35, scalar)?,
        ];
        for samples in [1, 64] {
            let (x, target) = (tensor(&[samples, 16], 8, 2.0, scalar)?, tensor(&[samples, 4], 9, 2.0, scalar)?);
            let loss = || perceptron(&x, &target, &net).expect("shapes that fit");
            measure(&format!("perceptron_{samples}_{short}"), || scalar_of(&loss()), || loss().backward());
        }
    }
    Ok(())
}
