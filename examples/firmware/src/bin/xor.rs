//! `cargo m4 xor`, `cargo m0 xor`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{line, xor};

#[entry]
fn main() -> ! {
    static mut MEMORY: xor::Ram = xor::Ram::new();
    let mut console = Console::new();
    xor::run(MEMORY, &mut console);
    line!(&mut console, "memory: ", size_of::<xor::Ram>(), " bytes");
    board::exit()
}
