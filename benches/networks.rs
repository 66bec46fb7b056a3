//! Whole networks beside the same work written by hand, in one run: `cargo bench --bench networks`. With
//! `--features deterministic`, what the same bits on every machine cost.
//!
//! Before anything is timed, both are shown to give the same results.

mod by_hand;
#[allow(dead_code, reason = "its workloads are those of another program")]
mod workload;

use divan::{Bencher, black_box};
use dnn::prelude::*;
use workload::model::LeNet;
use workload::{MAZUR, Mlp, Wide};

network! {
    struct Line: [1] -> [1] {
        slope: Linear<1, 1, bias = false>,
    }
}

network! {
    /// `Mlp` with nothing but its last layer to train.
    struct Head: [784] -> [10] {
        #[frozen]
        fc1: Linear<784, 128>,
        Relu,
        fc2: Linear<128, 10>,
    }
}

network! {
    /// That of the example `digits`.
    struct Digits: [8, 8] -> [10] {
        Flatten,
        fc1: Linear<64, 32>,
        Relu,
        fc2: Linear<32, 10>,
    }
}

network! {
    struct Convolutions: [1, 28, 28] -> [10] {
        conv1: Conv2d<1, 8, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
        conv2: Conv2d<8, 16, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
        Flatten,
        fc: Linear<784, 10>,
    }
}

network! {
    struct Recurrent: [28, 28] -> [10] {
        gru: Gru<28, 64, output = last>,
        fc: Linear<64, 10>,
    }
}

const X: [f32; 2] = [0.05, 0.10];
const T: [f32; 2] = [0.01, 0.99];

/// Four points of y = 2 x.
const POINTS: [[[f32; 1]; 4]; 2] = [[[1.0], [2.0], [3.0], [4.0]], [[2.0], [4.0], [6.0], [8.0]]];

fn line() -> Trainer<dnn::Heap<Line, Sgd>, Mse> {
    Trainer::new(Line::zeros(), Mse, Sgd::new(0.01))
}

fn mazur_by_hand() -> by_hand::Mazur {
    by_hand::Mazur {
        hidden: (MAZUR.hidden.weight, MAZUR.hidden.bias),
        output: (MAZUR.output.weight, MAZUR.output.bias),
    }
}

fn mlp() -> Box<Mlp> {
    Mlp::boxed(&mut Rng::new(1))
}

fn mlp_by_hand() -> by_hand::Mlp {
    let net = mlp();
    let fc1 = by_hand::Layer::boxed(&net.fc1.weight, &net.fc1.bias);
    let fc2 = by_hand::Layer::boxed(&net.fc2.weight, &net.fc2.bias);
    by_hand::Mlp::new(fc1, fc2)
}

fn wide() -> Box<Wide> {
    Wide::boxed(&mut Rng::new(1))
}

fn wide_by_hand() -> by_hand::wide::Wide {
    let net = wide();
    let parameters = [
        (net.fc1.weight.as_flattened(), &net.fc1.bias[..]),
        (net.fc2.weight.as_flattened(), &net.fc2.bias[..]),
        (net.fc3.weight.as_flattened(), &net.fc3.bias[..]),
    ];
    by_hand::wide::Wide::new(parameters, 256)
}

fn batch<const I: usize>(samples: usize) -> (Vec<[f32; I]>, Vec<u8>) {
    let mut rng = Rng::new(2);
    let inputs = (0..samples).map(|_| core::array::from_fn(|_| rng.unit_f32())).collect();
    (inputs, (0..samples).map(|i| ((i * 7 + 3) % 10) as u8).collect())
}

type Image = [[[f32; 28]; 28]; 1];

fn lenet() -> Box<LeNet<f32>> {
    LeNet::boxed(&mut Rng::new(1))
}

fn lenet_by_hand() -> by_hand::lenet::LeNet {
    use by_hand::lenet::{Conv, Layers};
    let net = lenet();
    by_hand::lenet::LeNet::new(Layers {
        conv1: Conv { weight: net.conv1.weight, bias: net.conv1.bias },
        conv2: Conv { weight: net.conv2.weight, bias: net.conv2.bias },
        fc1: by_hand::Layer::boxed(&net.fc1.weight, &net.fc1.bias),
        fc2: by_hand::Layer::boxed(&net.fc2.weight, &net.fc2.bias),
        fc3: by_hand::Layer::boxed(&net.fc3.weight, &net.fc3.bias),
    })
}

fn images() -> (Vec<Image>, Vec<u8>) {
    let (rows, labels) = batch::<784>(32);
    (dnn::tensor::batch(rows.as_flattened()).to_vec(), labels)
}

fn gru_by_hand() -> by_hand::gru::Gru<8, 32> {
    by_hand::gru::Gru::new(workload::recurrent().flat())
}

fn main() {
    same_results();
    divan::main();
}

fn same_results() {
    let close = |a: f32, b: f32, what: &str| assert!((a - b).abs() <= 1e-4 * (1.0 + a.abs()), "{what}: {a} and {b}");
    let (mut trainer, mut hand) = (Trainer::new(MAZUR, Mse, Sgd::new(0.5)), mazur_by_hand());
    for _ in 0..100 {
        close(trainer.step(&[X], &[T]), hand.step(&X, &T, 0.5), "the loss of the notebook's network");
    }
    let ([x, y], mut trainer, mut hand) = (POINTS, line(), by_hand::Line { w: 0.0 });
    for _ in 0..10 {
        close(trainer.step(&x, &y), hand.step(&x, &y, 0.01), "the loss of the line");
    }
    close(trainer.network().slope.weight[0][0], hand.w, "the slope of the line");
    let (x, labels) = batch(64);
    let (mut trainer, mut hand) = (Trainer::new(mlp(), CrossEntropy, Sgd::new(0.05).momentum(0.9)), mlp_by_hand());
    for _ in 0..5 {
        close(trainer.step(&x, &labels), hand.step(&x, &labels, 0.05, 0.9), "the loss of 784-128-10");
    }
    for (a, b) in trainer.network().predict(&x[0]).into_iter().zip(hand.predict(&x[0])) {
        close(a, b, "a logit of 784-128-10");
    }
    let (x, labels) = batch(256);
    let (mut trainer, mut hand) = (Trainer::new(wide(), CrossEntropy, Sgd::new(0.01)), wide_by_hand());
    for _ in 0..3 {
        close(trainer.step(&x, &labels), hand.step(&x, &labels, 0.01), "the loss of 1024-1024-1024-10");
    }
    let (x, labels) = images();
    let (mut trainer, mut hand) = (Trainer::new(lenet(), CrossEntropy, Sgd::new(0.01)), lenet_by_hand());
    for _ in 0..5 {
        close(trainer.step(&x, &labels), hand.step(&x, &labels, 0.01), "the loss of LeNet-5");
    }
    for (a, b) in trainer.network().predict(&x[0]).into_iter().zip(hand.predict(&x[0])) {
        close(a, b, "a logit of LeNet-5");
    }
    let x = workload::sequence();
    for (a, b) in workload::recurrent().predict(&x).into_iter().zip(gru_by_hand().predict(&x)) {
        close(a, b, "a state of the GRU");
    }
}

mod notebook_step {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let mut trainer = Trainer::new(MAZUR, Mse, Sgd::new(0.5));
        trainer.step(&[X], &[T]); // it allocates, and divan chooses the length of a sample by the first call
        bencher.bench_local(|| trainer.step(black_box(&[X]), black_box(&[T])));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let mut net = mazur_by_hand();
        bencher.bench_local(|| net.step(black_box(&X), black_box(&T), 0.5));
    }
}

mod one_parameter_four_points {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let ([x, y], mut trainer) = (POINTS, line());
        trainer.step(&x, &y);
        bencher.bench_local(|| trainer.step(black_box(&x), black_box(&y)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let ([x, y], mut line) = (POINTS, by_hand::Line { w: 0.0 });
        bencher.bench_local(|| line.step(black_box(&x), black_box(&y), 0.01));
    }
}

mod train_784_128_10_batch_64 {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let (x, labels) = batch(64);
        let mut trainer = Trainer::new(mlp(), CrossEntropy, Sgd::new(0.05).momentum(0.9));
        bencher.bench_local(|| trainer.step(black_box(&x), black_box(&labels)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let (x, labels) = batch(64);
        let mut net = mlp_by_hand();
        bencher.bench_local(|| net.step(black_box(&x), black_box(&labels), 0.05, 0.9));
    }
}

mod train_1024_1024_1024_10_batch_256 {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let (x, labels) = batch(256);
        let mut trainer = Trainer::new(wide(), CrossEntropy, Sgd::new(0.01));
        trainer.step(&x, &labels);
        bencher.bench_local(|| trainer.step(black_box(&x), black_box(&labels)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let ((x, labels), mut net) = (batch(256), wide_by_hand());
        bencher.bench_local(|| net.step(black_box(&x), black_box(&labels), 0.01));
    }
}

/// Steps of 64 samples; `digits` of 32, as in the example.
mod train {
    use super::*;
    use core::array::from_fn;
    use dnn::Network;

    macro_rules! steps {
        ($($name:ident: $network:ident by $optimizer:expr, $samples:literal of |$rng:ident| $sample:expr;)*) => {$(
            #[divan::bench]
            fn $name(bencher: Bencher<'_, '_>) {
                let $rng = &mut Rng::new(2);
                let x: Vec<<$network as Network>::Input> = (0..$samples).map(|_| $sample).collect();
                let labels: Vec<u8> = (0..$samples).map(|i| ((i * 7 + 3) % 10) as u8).collect();
                let mut trainer = Trainer::new($network::boxed(&mut Rng::new(1)), CrossEntropy, $optimizer);
                bencher.bench_local(|| trainer.step(black_box(&x), black_box(&labels)));
            }
        )*};
    }

    steps! {
        mlp_784_128_10_adam: Mlp by Adam::new(0.001), 64 of |rng| from_fn(|_| rng.unit_f32());
        digits_adam: Digits by Adam::new(0.003), 32 of |rng| from_fn(|_| from_fn(|_| rng.unit_f32()));
        convolutions_sgd: Convolutions by Sgd::new(0.01), 64 of |rng| [from_fn(|_| from_fn(|_| rng.unit_f32()))];
        gru_sgd: Recurrent by Sgd::new(0.01), 64 of |rng| from_fn(|_| from_fn(|_| rng.unit_f32()));
    }
}

mod train_the_last_layer_of_784_128_10_batch_64 {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let (x, labels) = batch(64);
        let mut trainer = Trainer::new(Head::boxed(&mut Rng::new(1)), CrossEntropy, Sgd::new(0.05).momentum(0.9));
        bencher.bench_local(|| trainer.step(black_box(&x), black_box(&labels)));
    }
}

mod predict_784_128_10 {
    use super::*;

    #[divan::bench(args = [1, 64])]
    fn dnn(bencher: Bencher<'_, '_>, samples: usize) {
        let (x, _) = batch(samples);
        let net = mlp();
        let mut y = vec![[0.0; 10]; samples];
        let mut workspace = vec![0.0; Mlp::inference_workspace(samples)];
        bencher.bench_local(|| net.infer(black_box(&x), black_box(&mut y), &mut workspace));
    }

    #[divan::bench(args = [1, 64])]
    fn by_hand(bencher: Bencher<'_, '_>, samples: usize) {
        let (x, _) = batch(samples);
        let net = mlp_by_hand();
        let mut y = vec![[0.0; 10]; samples];
        bencher.bench_local(|| {
            for (x, y) in black_box(&x).iter().zip(&mut y) {
                *y = net.predict(x);
            }
            black_box(&mut y);
        });
    }
}

mod train_lenet_batch_32 {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let (x, labels) = images();
        let mut trainer = Trainer::new(lenet(), CrossEntropy, Sgd::new(0.01));
        trainer.step(&x, &labels);
        bencher.bench_local(|| trainer.step(black_box(&x), black_box(&labels)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let (x, labels) = images();
        let mut net = lenet_by_hand();
        bencher.bench_local(|| net.step(black_box(&x), black_box(&labels), 0.01));
    }
}

mod predict_lenet {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let ((x, _), net) = (images(), lenet());
        bencher.bench_local(|| net.predict(black_box(&x[0])));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let ((x, _), net) = (images(), lenet_by_hand());
        bencher.bench_local(|| net.predict(black_box(&x[0])));
    }
}

mod predict_gru_8_32_of_16_steps {
    use super::*;

    #[divan::bench]
    fn dnn(bencher: Bencher<'_, '_>) {
        let (x, net) = (workload::sequence(), workload::recurrent());
        bencher.bench_local(|| net.predict(black_box(&x)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let (x, net) = (workload::sequence(), gru_by_hand());
        bencher.bench_local(|| net.predict(black_box(&x)));
    }
}
