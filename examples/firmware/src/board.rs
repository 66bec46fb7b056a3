//! The board: where text goes, how a program ends, and what a panic is.
//!
//! Text goes to the debugger by ARM's [semihosting], which QEMU and probe-rs understand: a breakpoint with a number, an
//! operation and its argument. Without a debugger it stops the processor; a product writes to a serial port instead.
//!
//! [semihosting]: https://github.com/ARM-software/abi-aa/blob/main/semihosting/semihosting.rst

use crate::print::Output;
use core::arch::asm;

/// Prints a string that ends in a zero byte.
const WRITE0: u32 = 0x04;
/// Ends the program.
const EXIT: u32 = 0x18;
/// The reason of an end that is none of a fault.
const APPLICATION_EXIT: u32 = 0x2_0026;
/// The reason of an end by a fault.
const RUN_TIME_ERROR: u32 = 0x2_0023;

/// Calls the debugger.
fn semihosting(operation: u32, argument: u32) {
    // SAFETY: the debugger reads the registers and, for `WRITE0`, the string; it writes nothing but r0.
    #[cfg(target_arch = "arm")]
    unsafe {
        asm!("bkpt 0xab", inout("r0") operation => _, in("r1") argument, options(nostack));
    }
    // SAFETY: as above with a0; the instructions around the breakpoint do nothing, they tell it from others.
    #[cfg(target_arch = "riscv32")]
    unsafe {
        asm!(
            ".option push", ".option norvc", "slli x0, x0, 0x1f", "ebreak", "srai x0, x0, 7", ".option pop",
            inout("a0") operation => _, in("a1") argument, options(nostack)
        );
    }
}

/// Prints to the debugger, a line or 63 bytes at a time: each call takes it a while.
pub struct Console {
    buffer: [u8; 64],
    used: usize,
}

impl Console {
    /// An empty line.
    pub const fn new() -> Console {
        Console { buffer: [0; 64], used: 0 }
    }

    fn flush(&mut self) {
        if let Some(end) = self.buffer.get_mut(self.used) {
            *end = 0;
        }
        semihosting(WRITE0, self.buffer.as_ptr() as u32);
        self.used = 0;
    }
}

impl Default for Console {
    fn default() -> Self {
        Console::new()
    }
}

impl Output for Console {
    fn put(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.used) {
            *place = byte;
        }
        self.used += 1;
        if byte == b'\n' || self.used == 63 {
            self.flush();
        }
    }
}

/// Ends the program.
pub fn exit() -> ! {
    loop {
        semihosting(EXIT, APPLICATION_EXIT);
    }
}

/// A fault of the processor, such as by a stack that has grown beyond the RAM, ends the program with a failure; the runtime's
/// own handler would wait for ever.
#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception(trampoline = false)]
unsafe fn HardFault() -> ! {
    fail("hard fault: has the stack enough room?")
}

/// The same by the name that riscv-rt gives it.
#[cfg(target_arch = "riscv32")]
#[unsafe(no_mangle)]
extern "C" fn ExceptionHandler() -> ! {
    fail("exception: has the stack enough room?")
}

/// Ends the program with a failure.
fn fail(reason: &str) -> ! {
    crate::line!(&mut Console::new(), reason);
    loop {
        semihosting(EXIT, RUN_TIME_ERROR);
    }
}

/// In a release build the handler calls what does not exist: the linker refuses a program that can panic.
#[cfg(not(debug_assertions))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn a_panic_is_reachable() -> !;
    }
    // SAFETY: it does not exist, so this is never called.
    unsafe { a_panic_is_reachable() }
}

/// In a debug build a panic names its line and ends the program with a failure.
#[cfg(debug_assertions)]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line() as usize));
    crate::line!(&mut Console::new(), "panic at ", file, ", line ", line);
    fail("the program panicked")
}
