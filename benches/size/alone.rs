//! W2_adam without the standard library and without a heap: what training takes lies in a `static`, C's `main` is the program's,
//! and C's `printf` says the loss.

#![no_std]
#![no_main]

mod mlp;

use core::ffi::{c_char, c_int};
use dnn::prelude::*;
use mlp::Mlp;

#[link(name = "c")]
unsafe extern "C" {
    fn printf(format: *const c_char, ...) -> c_int;
    safe fn abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    abort()
}

/// What `core` names for unwinding, of which there is none.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// The network, its gradient, Adam's averages, and room for 64 samples.
static mut MEMORY: Memory<Mlp, Adam, 64> = Memory::new();
static mut BATCH: [[f32; 784]; 64] = [[0.0; 784]; 64];

/// # Safety
/// It is called once, by what starts a program.
#[unsafe(no_mangle)]
unsafe extern "C" fn main() -> c_int {
    // SAFETY: this function runs once, and nothing else names them.
    let (memory, x) = unsafe { (&mut *(&raw mut MEMORY), &mut *(&raw mut BATCH)) };
    let mut labels = [0; 64];
    mlp::start(memory.network_mut());
    mlp::batch(x, &mut labels);
    let mut trainer = Trainer::within(memory, CrossEntropy, Adam::new(1e-3));
    let mut loss = 0.0;
    for _ in 0..20 {
        loss = trainer.step_full(x, &labels);
    }
    // SAFETY: the format takes one number.
    unsafe { printf(c"%.6f\n".as_ptr(), f64::from(loss)) };
    0
}
