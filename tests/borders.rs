//! No pass reads or writes beyond what it was given, reads what was not written, or leaves out a sample: every batch, network and
//! workspace lies between NaN and is full of NaN where nothing is in it yet, at every level of the machine.
//!
//! Parameters and samples are small whole numbers, so that single precision has exactly the results of double precision, one
//! sample at a time, in whatever order sums are taken. Recurrent units alone round.

#![cfg(feature = "std")]

use dnn::Output;
use dnn::prelude::*;
use dnn::tensor::{batch, batch_mut};
use std::process::Command;

/// Samples of a batch: alone, too few for a block at some levels, a block that is not full, and full ones with what is left over.
const BATCHES: [usize; 4] = [1, 3, 7, 22];
/// Samples before and behind a batch, and scalars before and behind a workspace.
const AROUND: usize = 2;
const SCALARS: usize = 200;

/// Declares networks, and checks each of them, exactly where nothing is said behind its name.
macro_rules! networks {
    ($($name:ident $(within $tolerance:literal)?: $from:tt -> $to:tt { $($layers:tt)* })*) => {
        network! {
            $(
                struct $name<T>: $from -> $to { $($layers)* }
            )*
        }
        fn every() {
            $(check::<_, _, _, $name<f32>, $name<f64>>(0.0 $(+ $tolerance)?);)*
        }
    };
}

networks! {
    // Shorter and longer rows than a vector, and as many samples as fill no tile.
    Small: [7] -> [10] { fc1: Linear<7, 9>, Relu, fc2: Linear<9, 10> }
    Edges: [33] -> [15] { fc1: Linear<33, 17>, Relu, fc2: Linear<17, 64, bias = shared>, Relu, fc3: Linear<64, 15> }
    Long: [300] -> [3] { fc1: Linear<300, 65>, Relu, fc2: Linear<65, 257, bias = false>, Relu, fc3: Linear<257, 3> }
    Wide: [16] -> [31] { fc1: Linear<16, 530>, Relu, fc2: Linear<530, 31> }
    Rows: [5, 19] -> [5, 7] { fc1: Linear<19, 34>, Relu, fc2: Linear<34, 7> }

    // Convolutions that pool: one, two that lie in blocks, odd planes, padding, groups, many channels of long rows.
    Digits: [1, 8, 28] -> [5] {
        conv1: Conv2d<1, 8, 5, padding = 2>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<8, 9, 3>,
        Relu,
        MaxPool2d<2>,
        Flatten,
        fc: Linear<54, 5>,
    }
    Odd: [3, 11, 15] -> [7, 5, 7] { conv: Conv2d<3, 7, 3, padding = 1>, Relu, MaxPool2d<2> }
    Narrow: [2, 4, 70] -> [17, 1, 34] { conv: Conv2d<2, 17, 3>, Relu, MaxPool2d<2> }
    Groups: [6, 9, 12] -> [18, 4, 6] { conv: Conv2d<6, 18, 3, padding = 1, groups = 3, bias = false>, Relu, MaxPool2d<2> }
    Steps: [4, 18, 17] -> [5, 4, 3] { conv: Conv2d<4, 5, [2, 4], stride = 2, dilation = [1, 2]>, Relu, MaxPool2d<2> }
    Behind: [2, 7, 9] -> [5, 4, 5] {
        ZeroPad2d<[0, 1, 0, 1]>,
        conv1: Conv2d<2, 5, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
        ZeroPad2d<[0, 2, 0, 2]>,
        conv2: Conv2d<5, 5, [3, 3]>,
    }
    Bare: [2, 7, 9] -> [5, 3, 4] { ZeroPad2d<[0, 1, 0, 1]>, conv: Conv2d<2, 5, 3>, Relu, MaxPool2d<2> }
    Same: [3, 8, 10] -> [4, 2, 2] {
        conv1: Conv2d<3, 6, 4, padding = same>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<6, 4, 4, padding = same>,
        Relu,
        MaxPool2d<2>,
    }
    Far: [3, 10, 10] -> [6, 6, 6] { conv: Conv2d<3, 6, 5, padding = 3>, Relu, MaxPool2d<2> }

    // Convolutions that do not: single pixels, each channel by itself, strides, other windows, one dimension, the other way.
    Pixels: [20, 7, 5] -> [33, 7, 5] { conv: Conv2d<20, 33, 1>, Relu }
    Depth: [24, 9, 11] -> [24, 5, 6] {
        depth: Conv2d<24, 24, 3, padding = 1, groups = 24>,
        Relu,
        narrow: Conv2d<24, 24, 3, stride = 2, padding = 1, groups = 24>,
    }
    Strided: [3, 13, 14] -> [16, 4, 4] { conv: Conv2d<3, 16, 3, stride = 3>, Relu, wide: Conv2d<16, 16, 3, padding = 1> }
    Largest: [4, 15, 17] -> [9, 4, 4] {
        conv: Conv2d<4, 9, 3, padding = 1>,
        Relu,
        MaxPool2d<3, stride = 2, padding = 1>,
        MaxPool2d<3, stride = 2, ceil_mode = true>,
    }
    Means: [4, 12, 8] -> [8, 1, 1] {
        conv: Conv2d<4, 8, [3, 1], padding = [1, 0]>,
        AvgPool2d<2>,
        Relu,
        pixels: Conv2d<8, 8, 1>,
        AvgPool2d<[2, 4], stride = [2, 4]>,
        last: Conv2d<8, 8, [3, 1]>,
    }
    Line: [2, 90] -> [8, 20] {
        conv1: Conv1d<2, 8, 7, stride = 2, padding = 3>,
        Relu,
        MaxPool1d<2>,
        conv2: Conv1d<8, 8, 3, dilation = 1>,
        GlobalMaxPool,
        Flatten,
        fc: Linear<8, 160>,
        Reshape<8, 20>,
    }
    Back: [6, 5, 7] -> [4, 12, 15] {
        up: ConvTranspose2d<6, 10, 2, stride = 2>,
        Relu,
        wide: ConvTranspose2d<10, 4, [3, 2]>,
    }
    Beside: [3, 10, 12] -> [6, 5, 6] {
        conv1: Conv2d<3, 6, 3, padding = 1>,
        conv2: Conv2d<6, 6, 3, padding = 1>,

        fn forward(x) {
            let a = Relu(conv1(x));
            MaxPool2d<2>(Relu(conv2(a) + a))
        }
    }

    // Sequences, whose gates round.
    Gates within 1e-3: [6, 5] -> [9] { gru: Gru<5, 9, output = last> }
    Memory within 1e-3: [4, 17] -> [4, 66] { lstm: Lstm<17, 33, layers = 2, bidirectional = true> }
    States within 1e-3: [7, 3] -> [2] { rnn: Rnn<3, 20, output = last>, fc: Linear<20, 2> }
}

/// NaN that no operation makes.
trait Border: Scalar {
    fn border() -> Self;
    fn is_border(self) -> bool;
}

impl Border for f32 {
    fn border() -> f32 {
        f32::from_bits(0x7FC5_A5A5)
    }
    fn is_border(self) -> bool {
        self.to_bits() == 0x7FC5_A5A5
    }
}

impl Border for f64 {
    fn border() -> f64 {
        f64::from_bits(0x7FF8_A5A5_A5A5_A5A5)
    }
    fn is_border(self) -> bool {
        self.to_bits() == 0x7FF8_A5A5_A5A5_A5A5
    }
}

/// Scalars between borders, which are part of the buffer, and borders inside until something is written.
struct Between<T> {
    scalars: Vec<T>,
    around: usize,
}

impl<T: Border> Between<T> {
    fn new(len: usize, around: usize) -> Self {
        Between { scalars: vec![T::border(); len + 2 * around], around }
    }

    fn filled(values: &[f64], around: usize) -> Self {
        let mut between = Between::new(values.len(), around);
        for (to, from) in between.inside().iter_mut().zip(values) {
            *to = T::from_f64(*from);
        }
        between
    }

    fn inside(&mut self) -> &mut [T] {
        let end = self.scalars.len() - self.around;
        &mut self.scalars[self.around..end]
    }

    /// What is inside; around it nothing has changed.
    #[track_caller]
    fn values(mut self, what: &str) -> Vec<f64> {
        let values = self.inside().iter().map(|value| value.to_f64()).collect();
        self.inside().fill(T::border());
        assert!(self.scalars.iter().all(|value| value.is_border()), "{what} is written to beyond its borders");
        values
    }
}

/// A pass over a batch: y of inference and of training, dx, and dp.
fn pass<T, A, const L: usize, N>(parameters: &[f64], x: &[f64], dy: &[f64], what: &str) -> [Vec<f64>; 4]
where
    T: Border,
    [A; L]: Tensor<Scalar = T>,
    N: Network<Input = [A; L], Scalar = T>,
{
    let of_x = <[A; L]>::LEN;
    let of_y = Output::<N>::LEN;
    let samples = x.len() / of_x;
    let mut networks: Vec<N> = (0..3).map(|_| *dnn::boxed_zeros::<N>()).collect();
    for (number, network) in networks.iter_mut().enumerate() {
        for (at, to) in network.flat_mut().iter_mut().enumerate() {
            *to = if number == 1 { T::from_f64(parameters[at]) } else { T::border() };
        }
    }
    let network = &networks[1];
    let (mut x, mut dy) = (Between::<T>::filled(x, AROUND * of_x), Between::<T>::filled(dy, AROUND * of_y));
    let (mut inferred, mut y) =
        (Between::<T>::new(samples * of_y, AROUND * of_y), Between::new(samples * of_y, AROUND * of_y));
    let mut dx = Between::<T>::new(samples * of_x, AROUND * of_x);
    let mut scratch = Between::<T>::new(<N as Layer<[A; L]>>::INFER.len(samples), SCALARS);
    network.infer(batch(x.inside()), batch_mut(inferred.inside()), scratch.inside());
    scratch.values(&format!("the workspace of inference of {what}"));
    let mut saved = Between::<T>::new(<N as Layer<[A; L]>>::TRAIN.len(samples), SCALARS);
    // A gradient that is written may be anything before.
    let way = Pass { fresh: N::WRITES, ..Pass::default() };
    let mut gradients: Vec<N::Gradient> = (0..3).map(|_| *dnn::boxed_zeros()).collect();
    for (number, gradient) in gradients.iter_mut().enumerate() {
        gradient.flat_mut().fill(if number == 1 && !N::WRITES { T::ZERO } else { T::border() });
    }
    network.forward(&way, batch(x.inside()), batch_mut(y.inside()), saved.inside());
    network.backward(
        &way,
        batch(x.inside()),
        batch(y.inside()),
        saved.inside(),
        batch_mut(dy.inside()),
        Some(batch_mut(dx.inside())),
        Some(&mut gradients[1]),
    );
    saved.values(&format!("the workspace of training of {what}"));
    for around in [&gradients[0], &gradients[2]] {
        assert!(around.flat().iter().all(|value| value.is_border()), "the gradient of {what} has no end");
    }
    x.values(&format!("x of {what}"));
    dy.values(&format!("dy of {what}"));
    [
        inferred.values(&format!("y of {what} in inference")),
        y.values(&format!("y of {what}")),
        dx.values(&format!("dx of {what}")),
        gradients[1].flat().iter().map(|value| value.to_f64()).collect(),
    ]
}

/// Single precision in batches against double precision one sample at a time.
fn check<A, B, const L: usize, N, D>(tolerance: f64)
where
    [A; L]: Tensor<Scalar = f32>,
    [B; L]: Tensor<Scalar = f64>,
    N: Network<Input = [A; L], Scalar = f32>,
    D: Network<Input = [B; L], Scalar = f64>,
{
    let rng = &mut Rng::new(11);
    let scale = if tolerance > 0.0 { 0.25 } else { 1.0 };
    let mut whole = |count: usize, most: u32| -> Vec<f64> {
        (0..count).map(|_| scale * (f64::from(rng.below(2 * most + 1)) - f64::from(most))).collect()
    };
    let parameters = whole(dnn::count(N::TABLE, None), 1);
    let (of_x, of_y) = (<[A; L]>::LEN, Output::<N>::LEN);
    let most = *BATCHES.last().unwrap();
    let (x, dy) = (whole(most * of_x, 2), whole(most * of_y, 1));
    let alone: Vec<[Vec<f64>; 4]> = (0..most)
        .map(|b| pass::<_, _, L, D>(&parameters, &x[b * of_x..][..of_x], &dy[b * of_y..][..of_y], N::NAME))
        .collect();
    for samples in BATCHES {
        let what = format!("{} of {samples} samples", N::NAME);
        let found = pass::<_, _, L, N>(&parameters, &x[..samples * of_x], &dy[..samples * of_y], &what);
        for (number, (found, name)) in found.iter().zip(["y in inference", "y", "dx", "dp"]).enumerate() {
            let each = alone[..samples].iter().map(|of_one| &of_one[number]);
            let wanted: Vec<f64> = match name {
                "dp" => each.fold(vec![0.0; found.len()], |sum, one| sum.iter().zip(one).map(|(a, b)| a + b).collect()),
                _ => each.flatten().copied().collect(),
            };
            assert_eq!(found.len(), wanted.len(), "{name} of {what}");
            for (at, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                let close = (found - wanted).abs() <= tolerance * (1.0 + wanted.abs());
                assert!(close, "{name} of {what} [{at}]: {found} and not {wanted}");
            }
        }
    }
}

/// The level is chosen once in a process, so each has one.
#[test]
fn nothing_is_read_or_written_beyond_its_borders() {
    if std::env::var_os("DNN_LEVEL").is_some() {
        return every();
    }
    every();
    for level in ["avx2", "portable"] {
        let program = std::env::current_exe().expect("a program has a path");
        let output = Command::new(program).env("DNN_LEVEL", level).output().expect("a program can be run again");
        assert!(output.status.success(), "{level}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
