//! What the programs have in common: the numbers that they work on, and how they are timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Number `i` of stream `seed`, from -0.5 to 0.5.
pub fn number(i: usize, seed: u32) -> f64 {
    let mut h = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(2_246_822_519));
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    f64::from((h ^ h >> 15) >> 8) / 16_777_216.0 - 0.5
}

/// Prints the fastest of blocks of about two milliseconds, for two seconds, and the value.
pub fn measure<G>(name: &str, value: impl Fn() -> f64, gradients: impl Fn() -> G) {
    let run = || drop(black_box(gradients()));
    let start = Instant::now();
    for _ in 0..50 {
        run();
    }
    let repeats = (0.1 / start.elapsed().as_secs_f64()).max(1.0) as u32;
    let (mut best, end) = (Duration::MAX, Instant::now() + Duration::from_secs(2));
    while Instant::now() < end {
        let start = Instant::now();
        for _ in 0..repeats {
            run();
        }
        best = best.min(start.elapsed() / repeats);
    }
    println!("{name:<24} {:>12.1}  {:.6}", best.as_nanos() as f64, value());
}
