//! The workloads of the table in `benches/README.md`: `cargo bench --bench workloads -- W2 W3_b64`.
//!
//! `--threads=2` trains on two threads.
//!
//! Each prints a line: its name, the nanoseconds of its fastest block, the median, and a number in which all programs of
//! `benches/peers` have to agree.

mod workload;

use workload::clock;

fn main() {
    let threads = std::env::args().find_map(|argument| argument.strip_prefix("--threads=")?.parse().ok()).unwrap_or(1);
    for workload in workload::ALL {
        if clock::wanted(workload.name) {
            clock::print(workload.name, (workload.check)(threads), (workload.start)(threads));
        }
    }
}
