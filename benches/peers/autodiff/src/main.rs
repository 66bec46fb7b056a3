//! The gradients of `cargo bench --bench functions` by candle, on one thread: `RAYON_NUM_THREADS=1 cargo run --release`.
//!
//! A line for each: its name, the nanoseconds of the fastest block, and the value of the function, which has to be the same.

use candle_core::{DType, Device, Result, Tensor, Var};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Number `i` of stream `seed`, from -0.5 to 0.5.
fn number(i: usize, seed: u32) -> f64 {
    let mut h = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(2_246_822_519));
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    f64::from((h ^ h >> 15) >> 8) / 16_777_216.0 - 0.5
}

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

/// The fastest of blocks of about two milliseconds, for two seconds.
fn measure(name: &str, loss: impl Fn() -> Result<Tensor>) -> Result<()> {
    let run = || -> Result<()> { loss()?.backward().map(|gradients| drop(black_box(gradients))) };
    let start = Instant::now();
    for _ in 0..50 {
        run()?;
    }
    let repeats = (0.1 / start.elapsed().as_secs_f64()).max(1.0) as u32;
    let (mut best, end) = (Duration::MAX, Instant::now() + Duration::from_secs(2));
    while Instant::now() < end {
        let start = Instant::now();
        for _ in 0..repeats {
            run()?;
        }
        best = best.min(start.elapsed() / repeats);
    }
    let value = loss()?.to_dtype(DType::F64)?.to_scalar::<f64>()?;
    println!("{name:<24} {:>12.1}  {value:.6}", best.as_nanos() as f64);
    Ok(())
}

fn main() -> Result<()> {
    for (scalar, short) in [(DType::F32, "f32"), (DType::F64, "f64")] {
        let x = variable(&[100], 1, 2.0, scalar)?;
        measure(&format!("rosenbrock_100_{short}"), || rosenbrock(&x))?;
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
            measure(&format!("perceptron_{samples}_{short}"), || perceptron(&x, &target, &net))?;
        }
    }
    Ok(())
}
