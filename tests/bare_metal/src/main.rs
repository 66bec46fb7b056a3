//! Training and inference without operating system, heap and panics.
//!
//! The panic handler calls a function that does not exist, so the linker refuses a program that can panic.

#![no_std]
#![no_main]

mod channels;
mod formulas;
mod functions;
mod planes;
mod steps;
mod wiring;

use core::hint::black_box;
use dnn::prelude::*;

network! {
    struct Mazur: [2] -> [2] {
        hidden: Linear<2, 2>,
        Sigmoid,
        output: Linear<2, 2>,
        Sigmoid,
    }
}

network! {
    struct Digits: [8, 8] -> [10] {
        Flatten,
        fc1: Linear<64, 32>,
        LeakyRelu(0.1),
        Dropout(0.2),
        fc2: Linear<32, 16, bias = shared>,
        Gelu,
        fc3: Linear<16, 10, bias = false>,
    }
}

network! {
    struct Words: [u16; 5] -> [2] {
        embedding: Embedding<40, 3>,
        rnn: Rnn<3, 4, bidirectional = true, nonlinearity = relu>,
        gru: Gru<8, 4, layers = 3, bias = false>,
        PositionalEncoding,
        positions: PositionalEmbedding<6, 4>,
        attention: MultiHeadAttention<4, 2, causal = true>,
        encoder1: TransformerEncoderLayer<4, 2, 8>,
        encoder2: TransformerEncoderLayer<4, 2, 8, activation = gelu, norm_first = true>,
        lstm: Lstm<4, 4, output = last>,
        fc: Linear<4, 2>,
    }
}

static mut MAZUR: Memory<Mazur, Sgd, 1> = Memory::new();
static mut DIGITS: Memory<Digits, Adam, 8> = Memory::new();
static mut WORDS: Memory<Words, Adam, 2> = Memory::new();

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    #[allow(static_mut_refs)]
    // SAFETY: the program has one thread and takes each static once.
    let (mazur, digits, words) = unsafe { (&mut MAZUR, &mut DIGITS, &mut WORDS) };
    let mut trainer = Trainer::within(mazur, Mse, Sgd::new(0.5));
    let inputs = black_box([[0.05, 0.10]]);
    black_box(trainer.step(&inputs, &black_box([[0.01, 0.99]])));
    black_box(trainer.network().predict(&inputs[0]));

    digits.network_mut().init_in(&mut Rng::new(1));
    black_box(digits.network_mut().load_bytes(black_box(b"bytes from anywhere")).is_ok());
    black_box(dnn::safetensors::validate(black_box(b"bytes from anywhere")).is_ok());
    let mut trainer = Trainer::within(digits, CrossEntropy, Adam::new(0.01)).clip_norm(1.0);
    let images = black_box([[[0.5; 8]; 8]; 20]);
    let Some(three) = Class::<10>::new(3) else { loop {} };
    black_box(trainer.step(&images, &black_box([three; 20])));
    black_box(trainer.evaluate(&images, &[three; 20]));
    let logits = trainer.network().predict(&images[0]);
    #[cfg(feature = "planted-panic")]
    black_box(logits[black_box(3)]);
    black_box(logits);

    words.network_mut().init_in(&mut Rng::new(1));
    let mut trainer = Trainer::within(words, Mse, Adam::new(0.01));
    let sequences = black_box([[7; 5]; 3]);
    black_box(trainer.step(&sequences, &black_box([[0.5; 2]; 3])));
    let network = trainer.network();
    black_box(network.predict(&sequences[0]));
    let (mut memory, mut states) = (LstmState::default(), GruState::default());
    black_box(network.gru.step(&black_box([0.5; 8]), &mut states));
    black_box(network.lstm.step(&black_box([0.5; 4]), &mut memory));

    channels::run();
    formulas::run();
    functions::run();
    planes::run();
    steps::run();
    wiring::run();
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn a_panic_is_reachable() -> !;
    }
    // SAFETY: it does not exist, so this is never called.
    unsafe { a_panic_is_reachable() }
}
