//! All weights of a network as one number.

use dnn::prelude::*;

/// A hash of the bits of every weight, FNV-1a over 64 bits, in which all NaN are the same: two networks that learned the
/// same have the same hash.
pub fn hash<N: Parameters<Scalar = f32>>(network: &N) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for weight in network.flat() {
        let bits = if weight.is_nan() { 0x7fc0_0000 } else { weight.to_bits() };
        for byte in bits.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}
