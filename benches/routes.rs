//! Which code computes the products of which shapes, and what the others would take: `cargo bench --bench routes` prints the table
//! that is committed as `benches/routes.md`, in nanoseconds.
//!
//! The route is what `dnn-core/src/kernels/route.rs` says, on this machine. Times are those of the fastest of seven blocks.

#[path = "by_hand/gemm.rs"]
mod gemm;
#[allow(dead_code, reason = "it decides more than products")]
#[path = "../dnn-core/src/kernels/route.rs"]
mod route;

use core::array::from_fn;
use dnn::{Layer, Linear, Pass};
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

const LEVELS: [&str; 3] = ["portable", "avx2", "avx512"];

/// Nanoseconds of a run.
fn time(mut run: impl FnMut()) -> f64 {
    let mut block = |times: u32| {
        let start = Instant::now();
        for _ in 0..times {
            run();
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    };
    let once = block(3);
    let times = (1e6 / once).clamp(1.0, 1e5) as u32;
    (0..7).map(|_| block(times)).fold(f64::INFINITY, f64::min)
}

const PRODUCTS: [&str; 3] = ["outputs", "gradient of inputs", "gradient of weights"];

/// A layer, its gradient, samples, outputs or their gradient, and the gradient of the samples.
struct Case<const I: usize, const O: usize> {
    layer: Box<Linear<I, O>>,
    gradient: Box<Linear<I, O>>,
    x: Vec<[f32; I]>,
    y: Vec<[f32; O]>,
    dx: Vec<[f32; I]>,
}

impl<const I: usize, const O: usize> Case<I, O> {
    fn new(samples: usize) -> Self {
        let (mut layer, gradient): (Box<Linear<I, O>>, _) = (dnn::boxed_zeros(), dnn::boxed_zeros());
        layer.weight.as_flattened_mut().fill(0.1);
        let (x, dx) = (vec![[0.3; I]; samples], vec![[0.0; I]; samples]);
        Case { layer, gradient, x, y: vec![[1e-9; O]; samples], dx }
    }

    /// By this crate.
    fn layer(&mut self, product: usize) {
        let Case { layer, gradient, x, y, dx } = self;
        if product == 0 {
            return black_box(layer).infer(black_box(x), y, &mut []);
        }
        let (dx, dp) = ((product == 1).then_some(&mut dx[..]), (product == 2).then_some(&mut **gradient));
        black_box(layer).backward(&Pass::default(), black_box(x), &[], &mut [], y, dx, dp);
    }

    /// By loops over arrays.
    fn loops(&mut self, product: usize) {
        let Case { layer, gradient, x, y, dx } = self;
        let weight = &black_box(layer).weight;
        for ((x, y), dx) in black_box(x).iter().zip(y).zip(dx) {
            match product {
                0 => *y = from_fn(|o| (0..I).fold(0.1, |sum, i| sum + x[i] * weight[o][i])),
                1 => *dx = (0..O).fold([0.0; I], |dx, o| from_fn(|i| dx[i] + y[o] * weight[o][i])),
                _ => {
                    for (row, y) in gradient.weight.iter_mut().zip(y) {
                        for (dw, x) in row.iter_mut().zip(x) {
                            *dw += *y * x;
                        }
                    }
                }
            }
        }
    }

    /// By `matrixmultiply`.
    fn gemm(&mut self, product: usize) {
        let Case { layer, gradient, x, y, dx } = self;
        let samples = black_box(&*x).len();
        let (x, y, weight) = (x.as_flattened(), y.as_flattened_mut(), layer.weight.as_flattened());
        match product {
            0 => gemm::product([samples, I, O], (x, [I, 1]), (weight, [1, I]), 0.0, y),
            1 => gemm::product([samples, O, I], (y, [O, 1]), (weight, [I, 1]), 0.0, dx.as_flattened_mut()),
            _ => gemm::product([O, samples, I], (y, [1, O]), (x, [I, 1]), 1.0, gradient.weight.as_flattened_mut()),
        }
    }
}

/// What `route` says of the product of a layer with I inputs and O outputs.
fn chosen<const I: usize, const O: usize>(product: usize, samples: usize) -> &'static str {
    use route::*;
    let [by_gemm, by_vectors] = match product {
        0 => [dots_by_gemm(I, O), dots_by_vectors(I, O)],
        _ => [rows_by_gemm(I, O), rows_by_vectors(I, O)],
    };
    match (by_gemm && samples >= MANY, by_vectors, by_scalars(I, O)) {
        (true, ..) => "`matrixmultiply`",
        (_, true, _) => "vectors",
        (_, _, true) => "scalars",
        _ => "inlined",
    }
}

/// Prints a line of times for each product and number of samples: of this crate, of loops, and of `matrixmultiply`.
fn measure<const I: usize, const O: usize>() {
    for samples in [1, 16, 64] {
        for (product, name) in PRODUCTS.iter().enumerate() {
            let mut case = Case::<I, O>::new(samples);
            let times = [time(|| case.layer(product)), time(|| case.loops(product)), time(|| case.gemm(product))];
            let [own, loops, gemm] = times.map(|time| format!("{time:.1}"));
            println!("{samples} x {I} x {O}\t{name}\t{}\t{own}\t{loops}\t{gemm}", chosen::<I, O>(product, samples));
        }
    }
}

fn shapes() {
    measure::<1, 1>();
    measure::<2, 2>();
    measure::<4, 4>();
    measure::<8, 8>();
    measure::<3, 100>();
    measure::<100, 3>();
    measure::<16, 16>();
    measure::<32, 32>();
    measure::<64, 64>();
    measure::<128, 10>();
    measure::<256, 256>();
    measure::<784, 128>();
    measure::<1024, 1024>();
}

/// The table: each level in a process of its own, since a process keeps to one.
fn main() {
    if std::env::args().any(|argument| argument == "--lines") {
        return shapes();
    }
    let program = std::env::current_exe().expect("a program knows its own file");
    let runs = LEVELS.map(|level| {
        let output =
            Command::new(&program).arg("--lines").env("DNN_LEVEL", level).output().expect("a program can be run again");
        String::from_utf8(output.stdout).expect("the lines are text")
    });
    println!("| samples x inputs x outputs | product | route | {} | loops | `matrixmultiply` |", LEVELS.join(" | "));
    println!("|---|---|---|---|---|---|---|---|");
    for ((portable, avx2), avx512) in runs[0].lines().zip(runs[1].lines()).zip(runs[2].lines()) {
        let cells = |line: &str| line.split('\t').map(String::from).collect::<Vec<_>>();
        let [portable, avx2, avx512] = [portable, avx2, avx512].map(cells);
        let [shape, product, route, _, loops, gemm] = &avx512[..] else { panic!("six cells of {avx512:?}") };
        println!(
            "| {shape} | {product} | {route} | {} | {} | {} | {loops} | {gemm} |",
            portable[3], avx2[3], avx512[3]
        );
    }
}
