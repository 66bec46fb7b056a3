//! Instructions of one run of each workload, by every level of vectors that valgrind knows, and the most that there may be:
//! 1 % more than in `table.md`. `check` runs it.

#[allow(dead_code, reason = "what is only counted is not checked")]
#[path = "../workload/mod.rs"]
mod workload;

use gungraun::{Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};

type Run = Box<dyn FnMut(u32)>;

/// What the workload does, after three times: memory has been touched and the level of the machine is known.
fn start(name: &str) -> Run {
    let workload = workload::ALL.into_iter().find(|workload| workload.name == name).expect("a workload has this name");
    let mut run = (workload.start)(1);
    run(3);
    run
}

/// A row of the table is `| workload | level | instructions |`.
fn limit(name: &str, level: &str) -> u64 {
    let cells = |row: &'static str| row.split('|').map(str::trim).collect::<Vec<_>>();
    let mut rows = include_str!("table.md").lines().map(cells);
    let row = rows.find(|cells| cells[1..3] == [name, level]);
    row.and_then(|cells| cells[3].parse::<u64>().ok()).map_or(0, |count| count + count / 100)
}

fn by(level: &str, name: &str) -> LibraryBenchmarkConfig {
    let mut counter = Callgrind::with_args(["--cache-sim=no"]);
    counter.hard_limits([(EventKind::Ir, limit(name, level))]).fail_fast(false);
    LibraryBenchmarkConfig::default().env("DNN_LEVEL", level).tool(counter).clone()
}

macro_rules! counted {
    ($($function:ident: $name:literal),*) => {
        $(
            #[library_benchmark]
            #[bench::avx2(args = ($name), setup = start, config = by("avx2", $name))]
            #[bench::portable(args = ($name), setup = start, config = by("portable", $name))]
            fn $function(mut run: Run) -> Run {
                run(1);
                run
            }
        )*
        library_benchmark_group!(name = workloads, benchmarks = [$($function),*]);
    };
}
counted!(w1: "W1", w2_sgd: "W2_sgd", w2_adam: "W2_adam", w3_b1: "W3_b1", w3_b64: "W3_b64", w8: "W8", w9: "W9");

main!(library_benchmark_groups = workloads);
