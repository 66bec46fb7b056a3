//! `cargo m4 mazur`, `cargo m0 mazur`

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::board::{self, Console};
use firmware::{line, mazur};

#[entry]
fn main() -> ! {
    static mut MEMORY: mazur::Ram = mazur::Ram::new();
    let mut console = Console::new();
    mazur::run(MEMORY, &mut console);
    line!(&mut console, "memory: ", size_of::<mazur::Ram>(), " bytes");
    board::exit()
}
