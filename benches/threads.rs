//! Steps of the workloads on one thread and on two, by turns: `cargo bench --bench threads -- W2_wide_batch W6`.
//!
//! Each prints a line: its name, the nanoseconds of the fastest block on one thread and on two, and how many times faster two
//! are. `--beside=100` times that many steps of new trainers while another process spins on the second processor: nanoseconds
//! on one thread and on two, how much longer two take, and the most of ten turns. Processes of a session share what it gets:
//! on a machine that is busy, give the session more by `setsid` and `/proc/self/autogroup`.

#[allow(dead_code, reason = "other programs measure other workloads")]
mod workload;

use core::array::from_fn;
use std::env::{args, current_exe};
use std::hint::spin_loop;
use std::io::{Read, stdin};
use std::process::{Child, Command, Stdio, exit};
use std::thread::spawn;
use std::time::Instant;
use workload::clock::wanted;

/// The nanoseconds of each of so many runs.
fn time(times: u32, run: &mut dyn FnMut(u32)) -> f64 {
    let start = Instant::now();
    run(times);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

/// The fastest of thirty blocks of about 20 ms, three runs at least, of each number of threads. A run before each block brings
/// back to the caches what the other one has taken.
fn fastest(start: fn(usize) -> Box<dyn FnMut(u32)>) -> [f64; 2] {
    let mut runs = [1, 2].map(start);
    let mut least = [f64::INFINITY; 2];
    for _ in 0..30 {
        for (run, least) in runs.iter_mut().zip(&mut least) {
            let times = if least.is_finite() { (2e7 / *least).max(3.0) as u32 } else { 10 };
            run(1);
            *least = least.min(time(times, run));
        }
    }
    least
}

/// Ten turns of so many steps beside a process that spins.
fn beside(name: &str, start: fn(usize) -> Box<dyn FnMut(u32)>, steps: u32) {
    let mut other = spinning();
    let turns: [[f64; 2]; 10] = from_fn(|_| [1, 2].map(|threads| time(steps, &mut start(threads))));
    other.kill().and_then(|()| other.wait()).expect("the other process ends");
    let [one, two] = [0, 1].map(|i| turns.iter().map(|turn| turn[i]).sum::<f64>() / turns.len() as f64);
    let most = turns.iter().map(|[one, two]| two / one).fold(0.0, f64::max);
    println!("{name} {one:.1} {two:.1} {:.3} {most:.3}", two / one);
}

/// This program again, on the second processor alone.
fn spinning() -> Child {
    let program = current_exe().expect("the program's path");
    let mut command = Command::new("taskset");
    command.args(["-c", "1"]).arg(program).arg("--spin").stdin(Stdio::piped());
    command.spawn().expect("`taskset` of util-linux")
}

/// Takes a processor until whoever started this process is gone.
fn spin() -> ! {
    spawn(|| {
        let _ = stdin().read(&mut [0]); // returns where the other end is closed
        exit(0)
    });
    loop {
        spin_loop();
    }
}

fn main() {
    if args().any(|argument| argument == "--spin") {
        spin();
    }
    let steps = args().find_map(|argument| argument.strip_prefix("--beside=")?.parse().ok());
    for workload in workload::ALL {
        if !wanted(workload.name) || !["W2_sgd", "W2_adam", "W2_wide_batch", "W6"].contains(&workload.name) {
            continue;
        }
        if let Some(steps) = steps {
            beside(workload.name, workload.start, steps);
        } else {
            let [one, two] = fastest(workload.start);
            println!("{} {one:.1} {two:.1} {:.2}", workload.name, one / two);
        }
    }
}
