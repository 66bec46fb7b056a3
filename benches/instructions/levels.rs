//! Instructions of one run of each row at each level of vectors that this machine has, AVX-512 included, and the most that there may
//! be: 1 % more than in `table.md`, or 4 % of a small network. `check` runs it; it prints rows of that table.
//!
//! `levels -- gelu W5` counts some rows alone. `levels places gelu avx2` says which instructions they are, for `files`.

mod counter;
mod rows;
#[allow(dead_code, reason = "what is only counted is not checked")]
#[path = "../workload/mod.rs"]
mod workload;

use counter::Counter;
use std::env;
use std::hint::black_box;
use std::io;
use std::process::{Command, ExitCode};

const LEVELS: [&str; 3] = ["avx512", "avx2", "portable"];

/// What is counted here, and not under valgrind by `workloads`: a row, and the number of levels.
fn counted() -> impl Iterator<Item = (&'static str, usize)> {
    let workloads = workload::ALL.into_iter().filter_map(|workload| match workload.name {
        "W1" | "W2_sgd" | "W2_adam" | "W3_b1" | "W3_b64" | "W8" | "W9" => Some((workload.name, 1)),
        "W4" => Some((workload.name, 1)), // `conv_pooled` is a smaller one
        "W2_wide_batch" | "W6" => None,   // they are `linear_wide` and `linear_colliding`, larger
        name => Some((name, LEVELS.len())),
    });
    let rows = rows::ALL.iter().map(|&(name, _)| match name {
        "linear_wide" => (name, 2), // without vectors of a level, there are no blocks
        _ => (name, LEVELS.len()),
    });
    workloads.chain(rows)
}

fn here(level: &str) -> bool {
    match level {
        "avx512" => is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl"),
        "avx2" => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
        _ => true,
    }
}

/// The process that is counted: one run, after three times, when memory has been touched and the level of the machine is known.
fn run(name: &str) {
    let workload = workload::ALL.into_iter().find(|workload| workload.name == name);
    let row = rows::ALL.iter().find(|row| row.0 == name);
    let mut run = match (workload, row) {
        (Some(workload), _) => (workload.start)(1),
        (_, Some((_, start))) => start(),
        _ => panic!("no row is `{name}`"),
    };
    run(3);
    counter::mark();
    run(black_box(1));
    counter::mark();
}

/// This program as the process that is counted, with its count.
fn count(name: &str, level: &str) -> io::Result<(u64, Counter)> {
    let mut command = Command::new(env::current_exe()?);
    // What else stands in the environment would move the stack.
    command.args(["run", name]).env_clear().env("DNN_LEVEL", level);
    let mut counter = Counter::start(command)?;
    Ok((counter.count()?, counter))
}

/// A row of the table is `| workload | level | instructions |`.
///
/// A small network's step takes up to 2 % more or less in another folder: rustc divides code into units by hashes of names, of which
/// the path is a part, and inlines within a unit. The workloads of `benches/workload` differ by 0.2 %.
fn limit(name: &str, level: &str) -> u64 {
    let cells = |row: &'static str| row.split('|').map(str::trim).collect::<Vec<_>>();
    let mut rows = include_str!("table.md").lines().map(cells);
    let row = rows.find(|cells| cells[1..3] == [name, level]);
    row.and_then(|cells| cells[3].parse::<u64>().ok())
        .map_or(0, |count| count + count * if name.starts_with('W') { 1 } else { 4 } / 100)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", name] => {
            run(name);
            return ExitCode::SUCCESS;
        }
        ["places", name, level] => {
            let (_, counter) = count(name, level).expect("a process may be traced");
            for [first, last, instructions, times] in counter.places().expect("its memory has a map") {
                println!("{first:#x} {last:#x} {instructions} {times}");
            }
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    for level in LEVELS.into_iter().filter(|level| !here(level)) {
        eprintln!("not counted, because this machine has none: {level}");
    }
    let mut more = false;
    for (name, levels) in
        counted().filter(|(name, _)| arguments.is_empty() || arguments.iter().any(|wanted| wanted == name))
    {
        for level in LEVELS.into_iter().take(levels).filter(|level| here(level)) {
            let count = match count(name, level) {
                Ok((count, _)) => count,
                Err(error) if error.raw_os_error() == Some(libc::EPERM) => {
                    eprintln!("not counted, because no process may be traced here: {error}");
                    return ExitCode::SUCCESS;
                }
                Err(error) => panic!("{name} at {level}: {error}"),
            };
            println!("| {name} | {level} | {count} |");
            let most = limit(name, level);
            if count > most {
                eprintln!("error: {name} takes {count} instructions at {level}, and may take {most}");
                more = true;
            }
        }
    }
    if more { ExitCode::from(3) } else { ExitCode::SUCCESS }
}
