//! The three products of one fully connected layer: outputs, gradient of the input, gradient of the weight.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dnn::{Layer, Linear, Pass};

fn main() {
    divan::main();
}

/// Multiply-adds are the items: twice the items per second are FLOP/s.
fn forward<const I: usize, const O: usize>(bencher: Bencher<'_, '_>, samples: usize) {
    let mut layer: Box<Linear<I, O>> = dnn::boxed_zeros();
    layer.weight.as_flattened_mut().fill(0.1);
    let (x, mut y) = (vec![[0.3; I]; samples], vec![[0.0; O]; samples]);
    bencher.counter(ItemsCount::new(samples * I * O)).bench_local(|| {
        black_box(&layer).infer(black_box(&x), &mut y, &mut []);
    });
}

fn backward<const I: usize, const O: usize>(bencher: Bencher<'_, '_>, samples: usize, wanted: [bool; 2]) {
    let mut layer: Box<Linear<I, O>> = dnn::boxed_zeros();
    layer.weight.as_flattened_mut().fill(0.1);
    let mut gradient: Box<Linear<I, O>> = dnn::boxed_zeros();
    let (x, mut dx) = (vec![[0.3; I]; samples], vec![[0.0; I]; samples]);
    let (y, mut dy) = (vec![[0.0; O]; samples], vec![[1e-9; O]; samples]);
    let pass = Pass::default();
    bencher.counter(ItemsCount::new(samples * I * O)).bench_local(|| {
        let (dx, dp) = (wanted[0].then_some(&mut dx[..]), wanted[1].then_some(&mut *gradient));
        black_box(&layer).backward(&pass, black_box(&x), &y, &mut [], &mut dy, dx, dp);
    });
}

macro_rules! shapes {
    ($($name:ident: $inputs:literal x $outputs:literal of $samples:expr),*) => {$(
        mod $name {
            #[divan::bench(args = $samples)]
            fn outputs(bencher: divan::Bencher<'_, '_>, samples: usize) {
                super::forward::<$inputs, $outputs>(bencher, samples);
            }
            #[divan::bench(args = $samples)]
            fn input_gradient(bencher: divan::Bencher<'_, '_>, samples: usize) {
                super::backward::<$inputs, $outputs>(bencher, samples, [true, false]);
            }
            #[divan::bench(args = $samples)]
            fn weight_gradient(bencher: divan::Bencher<'_, '_>, samples: usize) {
                super::backward::<$inputs, $outputs>(bencher, samples, [false, true]);
            }
        }
    )*};
}
shapes! {
    of_2_by_2: 2 x 2 of [1, 64],
    of_128_by_10: 128 x 10 of [1, 64],
    of_784_by_128: 784 x 128 of [1, 64, 256],
    of_1024_by_128: 1024 x 128 of [1, 64],
    of_1024_by_1024: 1024 x 1024 of [1, 64, 256]
}
