//! ``cargo m4 digits_all`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{digits, line};

#[entry]
fn main() -> ! {
    static mut MEMORY: digits::FullRam = digits::FullRam::new();
    let mut console = Console::new();
    digits::tune_all(MEMORY, &mut console);
    line!(&mut console, "memory: ", size_of::<digits::FullRam>(), " bytes");
    board::exit()
}
