//! `cargo m4 digits`, `cargo m0 digits`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{digits, line};

#[entry]
fn main() -> ! {
    let mut console = Console::new();
    digits::read(&mut console);
    line!(&mut console, "memory: 0 bytes");
    board::exit()
}
