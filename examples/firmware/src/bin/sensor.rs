//! `cargo m4 sensor`, `cargo m0 sensor`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{line, sensor};

#[entry]
fn main() -> ! {
    static mut MEMORY: sensor::Ram = sensor::Ram::new();
    let mut console = Console::new();
    sensor::run(MEMORY, &mut console);
    line!(&mut console, "memory: ", size_of::<sensor::Ram>(), " bytes");
    board::exit()
}
