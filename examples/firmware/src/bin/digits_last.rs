//! `cargo m4 digits_last`, `cargo m0 digits_last`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{digits, line};

#[entry]
fn main() -> ! {
    static mut MEMORY: digits::LastRam = digits::LastRam::new();
    let mut console = Console::new();
    digits::tune_last(MEMORY, &mut console);
    line!(&mut console, "memory: ", size_of::<digits::LastRam>(), " bytes");
    board::exit()
}
