//! The runs of the firmware on this machine, with the same functions.

use firmware::print::Output;
use firmware::{mazur, sensor, xor};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("mazur") => mazur::run(&mut mazur::Ram::new(), &mut Terminal),
        Some("xor") => xor::run(&mut xor::Ram::new(), &mut Terminal),
        Some("sensor") => sensor::run(&mut sensor::Ram::new(), &mut Terminal),
        _ => {
            eprintln!("error: write `mazur`, `xor` or `sensor`");
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
