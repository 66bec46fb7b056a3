//! All weights of a network as one number.

use dnn::prelude::*;

/// A hash of the bits of every weight: two networks that learned the same have the same hash.
pub fn hash<N: Parameters<Scalar = f32>>(network: &N) -> u64 {
    bits(network.flat())
}

/// A hash of the bits of numbers, FNV-1a over 64 bits, in which all NaN are the same.
pub fn bits(numbers: &[f32]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for number in numbers {
        let bits = if number.is_nan() { 0x7fc0_0000 } else { number.to_bits() };
        for byte in bits.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}
