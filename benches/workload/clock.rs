//! The clock of the programs, and the line that each workload prints.

use core::array::from_fn;
use std::time::Instant;

/// Whether the command names the workload, or the start of its name, or names none.
pub(crate) fn wanted(name: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|start| name.starts_with(&start))
}

/// Prints its name, the nanoseconds of the fastest of fifteen blocks of about 20 ms, their median, and the check.
pub(crate) fn print(name: &str, check: f64, mut run: impl FnMut(u32)) {
    let mut block = |times: u32| {
        let start = Instant::now();
        run(times);
        start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    };
    let mut once = block(1);
    for times in [2, 10, 100] {
        if once * f64::from(times) < 2e6 {
            once = block(times);
        }
    }
    let times = (2e7 / once).clamp(1.0, 1e7) as u32;
    let mut blocks: [f64; 15] = from_fn(|_| block(times));
    blocks.sort_by(f64::total_cmp);
    println!("{name} {:.1} {:.1} {check:.7e}", blocks[0], blocks[7]);
}
