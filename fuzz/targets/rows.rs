//! Any text as rows.

#![no_main]

#[path = "../../dnn-core/tests/counting/mod.rs"]
mod counting;
#[path = "../../tests/readers/rows.rs"]
mod rows;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    rows::is_read(text);
});
