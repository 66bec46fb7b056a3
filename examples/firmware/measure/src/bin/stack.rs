//! How deep inference and training go into the stack: `./check`.
//!
//! The stack is painted, the call runs, and the paint that is left tells how far it went. The functions keep their names, so
//! that `depth.py` finds them in the file and adds up what they and all that they call take at most.

#![no_std]
#![no_main]

use core::arch::asm;
use core::hint::black_box;
use cortex_m_rt::entry;
use dnn::prelude::*;
use firmware::board::{self, Console};
use firmware::digits::{Digits, Image};
use firmware::{line, mazur};
use measure::{BATCH, Ram};

network! {
    /// Ten layers with parameters, and all kinds of activations between them.
    struct Deep: [12] -> [5] {
        fc1: Linear<12, 24>,
        Relu,
        fc2: Linear<24, 20, bias = shared>,
        Tanh,
        fc3: Linear<20, 28, bias = false>,
        Gelu,
        fc4: Linear<28, 16>,
        Sigmoid,
        fc5: Linear<16, 18>,
        Silu,
        fc6: Linear<18, 22>,
        LeakyRelu(0.1),
        fc7: Linear<22, 14>,
        Softplus,
        fc8: Linear<14, 26>,
        Elu(1.0),
        fc9: Linear<26, 9>,
        Dropout(0.1),
        fc10: Linear<9, 5>,
    }

    /// Long layers with parameters, and an activation behind each but the last.
    struct Long: [12] -> [5] {
        fc1: Linear<12, 8>,
        Relu,
        fc2: Linear<8, 15>,
        Tanh,
        fc3: Linear<15, 22>,
        Gelu,
        fc4: Linear<22, 12>,
        Sigmoid,
        fc5: Linear<12, 19>,
        Silu,
        fc6: Linear<19, 9>,
        LeakyRelu(0.1),
        fc7: Linear<9, 16>,
        Softplus,
        fc8: Linear<16, 23>,
        Elu(1.0),
        fc9: Linear<23, 13>,
        Relu,
        fc10: Linear<13, 20>,
        Tanh,
        fc11: Linear<20, 10>,
        Gelu,
        fc12: Linear<10, 17>,
        Sigmoid,
        fc13: Linear<17, 24>,
        Silu,
        fc14: Linear<24, 14>,
        LeakyRelu(0.1),
        fc15: Linear<14, 21>,
        Softplus,
        fc16: Linear<21, 11>,
        Elu(1.0),
        fc17: Linear<11, 18>,
        Relu,
        fc18: Linear<18, 8>,
        Tanh,
        fc19: Linear<8, 15>,
        Gelu,
        fc20: Linear<15, 5>,
    }
}

network! {
    /// Statistics of a batch among the layers.
    struct Norms: [3, 8] -> [5] {
        norm1: BatchNorm1d<3>,
        Relu,
        norm2: LayerNorm<8>,
        Flatten,
        fc: Linear<24, 5>,
        norm3: BatchNorm1d<5>,
    }
}

/// Names that are found in the file.
macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) $body:block)*) => {$(
        $(#[$doc])*
        // SAFETY: nothing else that is linked has this name.
        #[unsafe(no_mangle)]
        #[inline(never)]
        fn $name($($argument: $type),*) $body
    )*};
}

calls! {
    fn digits_inference(net: &Digits, x: &Image, y: &mut [f32; 10]) {
        *y = net.predict(x);
    }

    fn digits_sgd(memory: &mut Ram<Sgd>, x: &[Image; BATCH], digits: &[Class<10>; BATCH]) {
        black_box(Trainer::within(memory, CrossEntropy, Sgd::new(0.1)).step(x, digits));
    }

    fn digits_adam(memory: &mut Ram<Adam>, x: &[Image; BATCH], digits: &[Class<10>; BATCH]) {
        black_box(Trainer::within(memory, CrossEntropy, Adam::new(0.003)).clip_norm(1.0).step(x, digits));
    }

    fn digits_evaluation(memory: &mut Ram<Adam>, x: &[Image; BATCH], digits: &[Class<10>; BATCH]) {
        black_box(Trainer::within(memory, CrossEntropy, Adam::new(0.003)).evaluate(x, digits));
    }

    fn deep_inference(net: &Deep, x: &[f32; 12], y: &mut [f32; 5]) {
        *y = net.predict(x);
    }

    fn deep_adam(memory: &mut Memory<Deep, Adam, 4>, x: &[[f32; 12]; 4], targets: &[[f32; 5]; 4]) {
        black_box(Trainer::within(memory, Mse, Adam::new(0.003)).step(x, targets));
    }

    fn long_inference(net: &Long, x: &[f32; 12], y: &mut [f32; 5]) {
        *y = net.predict(x);
    }

    fn long_adam(memory: &mut Memory<Long, Adam, 4>, x: &[[f32; 12]; 4], targets: &[[f32; 5]; 4]) {
        black_box(Trainer::within(memory, Mse, Adam::new(0.003)).step(x, targets));
    }

    fn norms_adam(memory: &mut Memory<Norms, Adam, 4>, x: &[[[f32; 8]; 3]; 4], targets: &[[f32; 5]; 4]) {
        black_box(Trainer::within(memory, Mse, Adam::new(0.003)).step(x, targets));
    }

    fn digits_loading(net: &mut Digits, file: &[u8]) {
        black_box(net.load_bytes(file).is_ok());
    }

    fn mazur_inference(net: &mazur::Mazur, x: &[f32; 2], y: &mut [f32; 2]) {
        *y = net.predict(x);
    }

    fn mazur_sgd(memory: &mut mazur::Ram, x: &[[f32; 2]; 1], targets: &[[f32; 2]; 1]) {
        black_box(Trainer::within(memory, Mse, Sgd::new(0.5)).step(x, targets));
    }
}

/// A file of weights, which a program could get by radio.
static FILE: &[u8] = include_bytes!("../../../data/digits.safetensors");

/// What is on the stack where nothing has been.
const PAINT: u32 = 0x5afe_5afe;
/// Words that are painted.
const WORDS: usize = 4096;

/// Bytes of stack that a call takes, without its arguments.
#[inline(never)]
fn depth(call: impl FnOnce()) -> usize {
    let mut top: *mut u32;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) top, options(nomem, nostack, preserves_flags)) };
    for word in 1..=WORDS {
        // SAFETY: RAM below the stack pointer of this function, which has 4 MB and calls nothing meanwhile.
        unsafe { top.wrapping_sub(word).write_volatile(PAINT) };
    }
    call();
    let mut used = WORDS;
    // SAFETY: as above.
    while used > 0 && unsafe { top.wrapping_sub(used).read_volatile() } == PAINT {
        used -= 1;
    }
    used * size_of::<u32>()
}

#[entry]
fn main() -> ! {
    static mut SGD: Ram<Sgd> = Ram::new();
    static mut ADAM: Ram<Adam> = Ram::new();
    static mut DEEP: Memory<Deep, Adam, 4> = Memory::new();
    static mut LONG: Memory<Long, Adam, 4> = Memory::new();
    static mut NORMS: Memory<Norms, Adam, 4> = Memory::new();
    static mut MAZUR: mazur::Ram = mazur::Ram::new();
    let mut console = Console::new();
    let (x, digits) = measure::batch();
    let (x, digits) = (black_box(&x), black_box(&digits));
    let (mut y, mut z) = ([0.0; 10], [0.0; 2]);
    MAZUR.load(&mazur::START);
    let (point, target) = (black_box(&[[0.05, 0.10]]), black_box(&[[0.01, 0.99]]));
    // What `predict` keeps on the stack: the workspace of one sample and the output.
    let kept = |workspace: usize, output: usize| (workspace + output) * size_of::<f32>();
    SGD.load(Digits::WEIGHTS);
    ADAM.load(Digits::WEIGHTS);
    let mut show = |name: &str, kept: usize, depth: usize| line!(&mut console, name, " ", kept, " ", depth);

    let need = kept(Digits::inference_workspace(1), 10);
    show("digits_inference", need, depth(|| digits_inference(ADAM.network(), &x[0], black_box(&mut y))));
    show("digits_evaluation", 0, depth(|| digits_evaluation(ADAM, x, digits)));
    show("digits_sgd", 0, depth(|| digits_sgd(SGD, x, digits)));
    show("digits_adam", 0, depth(|| digits_adam(ADAM, x, digits)));
    DEEP.network_mut().init_in(&mut Rng::new(1));
    let (a, b, mut c) = (black_box(&[[0.5; 12]; 4]), black_box(&[[0.5; 5]; 4]), [0.0; 5]);
    let need = kept(Deep::inference_workspace(1), 5);
    show("deep_inference", need, depth(|| deep_inference(DEEP.network(), &a[0], black_box(&mut c))));
    show("deep_adam", 0, depth(|| deep_adam(DEEP, a, b)));
    LONG.network_mut().init_in(&mut Rng::new(1));
    let need = kept(Long::inference_workspace(1), 5);
    show("long_inference", need, depth(|| long_inference(LONG.network(), &a[0], black_box(&mut c))));
    show("long_adam", 0, depth(|| long_adam(LONG, a, b)));
    NORMS.network_mut().init_in(&mut Rng::new(1));
    let d = black_box(&[[[0.5; 8]; 3]; 4]);
    show("norms_adam", 64, depth(|| norms_adam(NORMS, d, b)));
    // The set of the tensors that it has found, faults with names in them, and a header that is read within another one.
    show("digits_loading", 1536, depth(|| digits_loading(ADAM.network_mut(), FILE)));
    let need = kept(mazur::Mazur::inference_workspace(1), 2);
    show("mazur_inference", need, depth(|| mazur_inference(MAZUR.network(), &point[0], black_box(&mut z))));
    show("mazur_sgd", 0, depth(|| mazur_sgd(MAZUR, point, target)));
    board::exit()
}
