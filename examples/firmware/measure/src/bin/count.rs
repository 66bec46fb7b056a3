//! How many instructions an inference and a training step of the digits network take, beside the same in C: `./check`.

#![no_std]
#![no_main]

use core::hint::black_box;
use cortex_m_rt::entry;
use dnn::prelude::*;
use firmware::board::{self, Console};
use firmware::digits::{Digits, Image};
use firmware::line;
use firmware::print::Hex;
use firmware::weights::{bits, hash};
use measure::{BATCH, Ram};

/// `digits.c`, compiled under two prefixes.
macro_rules! c {
    ($name:ident: $load:literal, $weights:literal, $predict:literal, $sgd:literal, $adam:literal) => {
        mod $name {
            use super::*;
            unsafe extern "C" {
                // SAFETY: the signatures are those of `digits.c`: `Digits` is `network`, an image its 64 pixels.
                #[link_name = $load]
                pub(super) safe fn load(start: &Digits);
                #[link_name = $weights]
                pub(super) safe fn weights() -> &'static Digits;
                #[link_name = $predict]
                pub(super) safe fn predict(x: &Image, y: &mut [f32; 10]);
                #[link_name = $sgd]
                pub(super) safe fn sgd(x: &[Image; BATCH], labels: &[u8; BATCH], lr: f32) -> f32;
                #[link_name = $adam]
                pub(super) safe fn adam(x: &[Image; BATCH], labels: &[u8; BATCH], lr: f64) -> f32;
            }
        }
    };
}
c!(separate: "separate_load", "separate_weights", "separate_predict", "separate_sgd", "separate_adam");
c!(fused: "fused_load", "fused_weights", "fused_predict", "fused_sgd", "fused_adam");

/// The exponential function of the crate, for C too: the bits are compared.
// SAFETY: nothing else that is linked has this name.
#[unsafe(no_mangle)]
extern "C" fn expf(x: f32) -> f32 {
    Scalar::exp(x)
}

/// The natural logarithm of the crate, for C too.
// SAFETY: nothing else that is linked has this name.
#[unsafe(no_mangle)]
extern "C" fn logf(x: f32) -> f32 {
    Scalar::ln(x)
}

type Learner<'m, O> = Trainer<&'m mut Ram<O>, CrossEntropy>;

#[inline(never)]
fn predict(net: &Digits, x: &Image, y: &mut [f32; 10]) {
    *y = net.predict(x);
}

#[inline(never)]
fn sgd(trainer: &mut Learner<'_, Sgd>, x: &[Image; BATCH], digits: &[Class<10>; BATCH]) -> f32 {
    trainer.step(x, digits)
}

#[inline(never)]
fn adam(trainer: &mut Learner<'_, Adam>, x: &[Image; BATCH], digits: &[Class<10>; BATCH]) -> f32 {
    trainer.step(x, digits)
}

/// The system timer: control, reload value, current value (Armv7-M Architecture Reference Manual, B3.3).
const TIMER: *mut u32 = 0xe000_e010 as *mut u32;
/// The timer counts down from here, over and over.
const LARGEST: u32 = 0xff_ffff;
/// Instructions in a tick of the timer: it has 25 MHz and, by `-icount shift=0`, an instruction takes a nanosecond.
const TICK: usize = 40;

/// Sets the timer going, without interrupts.
fn start() {
    // SAFETY: registers that nothing else uses.
    unsafe {
        TIMER.add(1).write_volatile(LARGEST);
        TIMER.add(2).write_volatile(0);
        TIMER.write_volatile(5);
    }
}

fn now() -> u32 {
    // SAFETY: as above.
    unsafe { TIMER.add(2).read_volatile() }
}

/// Instructions of a call: as many as `TICK` calls take ticks.
fn instructions(mut call: impl FnMut()) -> usize {
    let before = now();
    for _ in 0..TICK {
        call();
    }
    (before.wrapping_sub(now()) & LARGEST) as usize
}

/// The loss of a step, which nobody looks at.
fn ignore(loss: f32) {
    black_box(loss);
}

#[entry]
fn main() -> ! {
    static mut SGD: Ram<Sgd> = Ram::new();
    static mut ADAM: Ram<Adam> = Ram::new();
    let mut console = Console::new();
    let (x, digits) = measure::batch();
    let mut labels = [0; BATCH];
    for (label, digit) in labels.iter_mut().zip(&digits) {
        *label = digit.index() as u8;
    }
    SGD.load(Digits::WEIGHTS);
    ADAM.load(Digits::WEIGHTS);
    start();
    let mut show = |what: &str, who: &str, count: usize, bits: u64| {
        line!(&mut console, what, " ", who, " ", count, " ", Hex(bits));
    };

    separate::load(SGD.network());
    fused::load(SGD.network());
    let mut y = [0.0; 10];
    let count = instructions(|| predict(black_box(SGD.network()), black_box(&x[0]), black_box(&mut y)));
    show("inference", "dnn", count, bits(&y));
    let count = instructions(|| separate::predict(black_box(&x[0]), black_box(&mut y)));
    show("inference", "c", count, bits(&y));
    let count = instructions(|| fused::predict(black_box(&x[0]), black_box(&mut y)));
    show("inference", "fused", count, bits(&y));

    let (x, digits, labels) = (black_box(&x), black_box(&digits), black_box(&labels));
    let mut trainer = Trainer::within(SGD, CrossEntropy, Sgd::new(0.1));
    let count = instructions(|| ignore(sgd(&mut trainer, x, digits)));
    show("sgd", "dnn", count, hash(trainer.network()));
    let count = instructions(|| ignore(separate::sgd(x, labels, 0.1)));
    show("sgd", "c", count, hash(separate::weights()));
    let count = instructions(|| ignore(fused::sgd(x, labels, 0.1)));
    show("sgd", "fused", count, hash(fused::weights()));

    separate::load(ADAM.network());
    fused::load(ADAM.network());
    let mut trainer = Trainer::within(ADAM, CrossEntropy, Adam::new(0.003));
    let count = instructions(|| ignore(adam(&mut trainer, x, digits)));
    show("adam", "dnn", count, hash(trainer.network()));
    let count = instructions(|| ignore(separate::adam(x, labels, 0.003)));
    show("adam", "c", count, hash(separate::weights()));
    let count = instructions(|| ignore(fused::adam(x, labels, 0.003)));
    show("adam", "fused", count, hash(fused::weights()));
    board::exit()
}
