//! `cargo run --release -p firmware-riscv --target riscv32imac-unknown-none-elf`
//!
//! One program for all networks: each has its memory in one static.

#![no_std]
#![no_main]

use firmware::board::{self, Console};
use firmware::{digits, line, mazur, sensor, xor};
use riscv_rt::entry;

/// All RAM beside the stack.
struct Ram {
    mazur: mazur::Ram,
    xor: xor::Ram,
    sensor: sensor::Ram,
    last: digits::LastRam,
    all: digits::AllRam,
}

static mut RAM: Ram = Ram {
    mazur: mazur::Ram::new(),
    xor: xor::Ram::new(),
    sensor: sensor::Ram::new(),
    last: digits::LastRam::new(),
    all: digits::AllRam::new(),
};

#[entry]
fn main() -> ! {
    #[allow(static_mut_refs)]
    // SAFETY: this function runs once, and nothing else names the static; cortex-m-rt's `entry` does the same.
    let ram = unsafe { &mut RAM };
    let mut console = Console::new();
    mazur::run(&mut ram.mazur, &mut console);
    xor::run(&mut ram.xor, &mut console);
    sensor::run(&mut ram.sensor, &mut console);
    digits::read(&mut console);
    digits::tune_last(&mut ram.last, &mut console);
    digits::tune_all(&mut ram.all, &mut console);
    line!(&mut console, "memory: ", size_of::<Ram>(), " bytes");
    board::exit()
}
