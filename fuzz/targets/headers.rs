//! Files of weights that scripts of edits make.

#![no_main]

#[path = "../../dnn-core/tests/counting/mod.rs"]
mod counting;
#[path = "../../tests/readers/headers.rs"]
mod headers;
#[path = "../../tests/readers/weights.rs"]
mod weights;

libfuzzer_sys::fuzz_target!(|script: &[u8]| {
    weights::is_taken::<weights::Net>(&headers::file(script), &weights::NET, 16);
});
