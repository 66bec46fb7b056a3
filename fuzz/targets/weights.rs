//! Any bytes as a file of weights.

#![no_main]

#[path = "../../dnn-core/tests/counting/mod.rs"]
mod counting;
#[path = "../../tests/readers/weights.rs"]
mod weights;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    weights::is_taken::<weights::Net>(file, &weights::NET, 16);
});
