//! The runs of the firmware on this machine, with the same functions.

use firmware::mazur;
use firmware::print::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("mazur") => mazur::run(&mut mazur::Ram::new(), &mut Terminal),
        _ => {
            eprintln!("error: write `cargo run --release -p laptop mazur`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The standard output.
struct Terminal;

impl Output for Terminal {
    fn text(&mut self, text: &str) {
        print!("{text}");
    }
}
