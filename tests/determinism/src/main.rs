//! Prints the hash of every run, or of short ones: `cargo run -- short`, for machines that are slow. A microcontroller does
//! the short ones.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
#[path = "../../../examples/firmware/src/board.rs"]
mod board;
mod layers;
#[path = "../../../examples/firmware/src/print.rs"]
mod print;
mod runs;
#[path = "../../../examples/firmware/src/weights.rs"]
mod weights;
#[path = "../../../examples/firmware/src/xor.rs"]
mod xor;

use dnn::Memory;
use print::{Hex, Output};

/// What the firmware prints beside the hash, which `examples/firmware/check` compares.
struct Nowhere;

impl Output for Nowhere {
    fn put(&mut self, _: u8) {}
}

/// The firmware's own program, from the same file: the hash of its weights is the one that the boards print.
fn xor() -> u64 {
    let mut memory = const { xor::Ram::new() };
    xor::run(&mut memory, &mut Nowhere);
    weights::hash(memory.network())
}

/// Every run, in full or short.
fn all(short: bool, out: &mut dyn Output) {
    let steps = |full, few| if short { few } else { full };
    let mut print = |name, hash| line!(out, name, " ", Hex(hash));
    print("xor", xor());
    print("mazur", runs::mazur(&mut const { Memory::new() }, 500));
    print("digits", runs::digits::<8>(&mut const { Memory::new() }, steps(500, 5)));
    print("mixed", runs::mixed::<f32, 8>(&mut const { Memory::new() }, steps(100, 2)));
    print("mixed of f64", runs::mixed::<f64, 3>(&mut const { Memory::new() }, steps(100, 1)));
    print("planes", layers::planes::<3>(steps(100, 1)));
    print("lines", layers::lines::<3>(steps(100, 1)));
    print("sequences", layers::sequences::<3>(steps(100, 1)));
    print("activations", layers::activations::<3>(steps(100, 1)));
    print("tokens", layers::tokens::<3>(steps(100, 1)));
    print("wired", layers::wired::<3>(steps(100, 1)));
    print("statistics", layers::statistics(steps(100, 1)));
    print("functions", runs::functions::<f32>(steps(100_000, 50)));
    print("functions of f64", runs::functions::<f64>(steps(100_000, 50)));
}

#[cfg(not(target_os = "none"))]
fn main() {
    /// The standard output.
    struct Terminal(std::io::StdoutLock<'static>);

    impl Output for Terminal {
        fn put(&mut self, byte: u8) {
            std::io::Write::write_all(&mut self.0, &[byte]).expect("nobody takes what is printed");
        }
    }

    all(std::env::args().any(|argument| argument == "short"), &mut Terminal(std::io::stdout().lock()));
}

#[cfg(target_os = "none")]
#[cortex_m_rt::entry]
fn main() -> ! {
    all(true, &mut board::Console::new());
    board::exit()
}
