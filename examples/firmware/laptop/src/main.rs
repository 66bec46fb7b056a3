//! The runs of the firmware on a laptop, by the same functions: `cargo run --release -p laptop mazur`

use firmware::print::Output;
use firmware::{digits, mazur, sensor, xor};
use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("mazur") => mazur::run(&mut mazur::Ram::new(), &mut Terminal),
        Some("xor") => xor::run(&mut xor::Ram::new(), &mut Terminal),
        Some("digits") => digits::read(&mut Terminal),
        Some("digits_last") => digits::tune_last(&mut digits::LastRam::new(), &mut Terminal),
        Some("digits_all") => digits::tune_all(&mut digits::AllRam::new(), &mut Terminal),
        Some("sensor") => sensor::run(&mut sensor::Ram::new(), &mut Terminal),
        _ => {
            eprintln!("error: write `mazur`, `xor`, `digits`, `digits_last`, `digits_all` or `sensor`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The standard output.
struct Terminal;

impl Output for Terminal {
    fn put(&mut self, byte: u8) {
        print!("{}", byte as char);
    }
}
