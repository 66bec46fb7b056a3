//! The gradients of `cargo bench --bench functions` by dfdx, on one thread: `cargo run --release --features dfdx --bin dfdx`.
//!
//! A line for each: its name, the nanoseconds of the fastest block, and the value of the function, which has to be the same.
//! dfdx derives by the inputs of the perceptron, too.

use autodiff::{measure, number};
use dfdx::prelude::*;

type Vector<E> = Tensor<Rank1<100>, E, Cpu>;
type Net<E> = (
    (Tensor<Rank2<32, 16>, E, Cpu>, Tensor<Rank1<32>, E, Cpu>),
    (Tensor<Rank2<32, 32>, E, Cpu>, Tensor<Rank1<32>, E, Cpu>),
    (Tensor<Rank2<4, 32>, E, Cpu>, Tensor<Rank1<4>, E, Cpu>),
);
type Traced<S, E> = Tensor<S, E, Cpu, OwnedTape<E, Cpu>>;

macro_rules! functions {
    ($scalar:ident) => {
        mod $scalar {
            use super::*;

            fn tensor<S: ConstShape>(device: &Cpu, seed: u32, scale: f64) -> Tensor<S, $scalar, Cpu> {
                let numbers = (0..S::NUMEL).map(|i| (number(i, seed) * scale) as $scalar).collect();
                device.tensor_from_vec(numbers, S::default())
            }

            /// The sum of 100 (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2.
            fn rosenbrock(x: &Vector<$scalar>) -> Traced<Rank0, $scalar> {
                let x = x.leaky_trace();
                let first = x.with_empty_tape().slice((0..99,));
                let (other, second) = (first.with_empty_tape(), x.slice((1..100,)));
                let a = (second - first.square()).square() * 100.0;
                (a + (other.negate() + 1.0).square()).sum()
            }

            /// The mean of squares of a perceptron with tanh.
            fn perceptron<const B: usize>(
                x: &Tensor<Rank2<B, 16>, $scalar, Cpu>,
                target: &Tensor<Rank2<B, 4>, $scalar, Cpu>,
                (first, second, third): &Net<$scalar>,
            ) -> Traced<Rank0, $scalar> {
                macro_rules! layer {
                    ($x:expr, $layer:ident, $outputs:literal) => {{
                        let w = $layer.0.retaped::<OwnedTape<_, _>>().permute();
                        $x.matmul(w) + $layer.1.retaped::<OwnedTape<_, _>>().broadcast::<Rank2<B, $outputs>, _>()
                    }};
                }
                let h = layer!(x.leaky_trace(), first, 32).tanh();
                let h = layer!(h, second, 32).tanh();
                (layer!(h, third, 4) - target.clone()).square().mean()
            }

            fn measure_perceptron<const B: usize>(device: &Cpu, net: &Net<$scalar>) {
                let (x, target) = (tensor(device, 8, 2.0), tensor(device, 9, 2.0));
                let loss = || perceptron::<B>(&x, &target, net);
                let name = format!("perceptron_{B}_{}", stringify!($scalar));
                measure(&name, || f64::from(loss().array()), || loss().backward());
            }

            pub(super) fn run() {
                let device = Cpu::default();
                let x = tensor(&device, 1, 2.0);
                let name = format!("rosenbrock_100_{}", stringify!($scalar));
                measure(&name, || f64::from(rosenbrock(&x).array()), || rosenbrock(&x).backward());
                let net = (
                    (tensor(&device, 2, 0.5), tensor(&device, 3, 0.5)),
                    (tensor(&device, 4, 0.35), tensor(&device, 5, 0.35)),
                    (tensor(&device, 6, 0.35), tensor(&device, 7, 0.35)),
                );
                measure_perceptron::<1>(&device, &net);
                measure_perceptron::<64>(&device, &net);
            }
        }
    };
}
functions!(f32);
functions!(f64);

fn main() {
    f32::run();
    f64::run();
}
