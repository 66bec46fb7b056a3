//! `cargo m4 digits_all`, `MACHINE=mps2-an385 cargo m0 digits_all`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{digits, line};

#[entry]
fn main() -> ! {
    static mut MEMORY: digits::AllRam = digits::AllRam::new();
    let mut console = Console::new();
    digits::tune_all(MEMORY, &mut console);
    line!(&mut console, "memory: ", size_of::<digits::AllRam>(), " bytes");
    board::exit()
}
