//! The products of one fully connected layer: forward, and backward with both gradients.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use dnn::{Layer, Linear, Pass};

fn main() {
    divan::main();
}

/// Multiply-adds are the items: twice the items per second are FLOP/s.
fn forward<const I: usize, const O: usize>(bencher: Bencher<'_, '_>, samples: usize) {
    let layer = Linear { weight: [[0.1f32; I]; O], bias: [0.2; O] };
    let (x, mut y) = (vec![[0.3; I]; samples], vec![[0.0; O]; samples]);
    bencher.counter(ItemsCount::new(samples * I * O)).bench_local(|| {
        black_box(&layer).infer(black_box(&x), &mut y, &mut []);
    });
}

fn backward<const I: usize, const O: usize>(bencher: Bencher<'_, '_>, samples: usize) {
    let layer = Linear { weight: [[0.1f32; I]; O], bias: [0.2; O] };
    let mut gradient = layer.clone();
    let (x, mut dx) = (vec![[0.3; I]; samples], vec![[0.0; I]; samples]);
    let (y, mut dy) = (vec![[0.0; O]; samples], vec![[1e-9; O]; samples]);
    let pass = Pass::default();
    bencher.counter(ItemsCount::new(2 * samples * I * O)).bench_local(|| {
        black_box(&layer).backward(&pass, black_box(&x), &y, &mut [], &mut dy, Some(&mut dx), Some(&mut gradient));
    });
}

macro_rules! shapes {
    ($($name:ident: $inputs:literal x $outputs:literal),*) => {$(
        mod $name {
            #[divan::bench(args = [1, 64])]
            fn forward(bencher: divan::Bencher<'_, '_>, samples: usize) {
                super::forward::<$inputs, $outputs>(bencher, samples);
            }
            #[divan::bench(args = [1, 64])]
            fn backward(bencher: divan::Bencher<'_, '_>, samples: usize) {
                super::backward::<$inputs, $outputs>(bencher, samples);
            }
        }
    )*};
}
shapes!(of_2_by_2: 2 x 2, of_128_by_10: 128 x 10, of_784_by_128: 784 x 128, of_1024_by_128: 1024 x 128);
