//! Functions of a few numbers, inlined: in vectors of four that need no level, and whose lanes have the bits of a number by itself.
//!
//! Compilers that are left to find vectors among a few numbers find some of them, and make branches of choices.

use super::{Function, series};
use core::arch::x86_64::{__m128, _mm_set_ps};

/// x[i] = function(x[i])
#[inline(always)]
pub(crate) fn few(function: Function, x: &mut [f32]) {
    let (fours, rest) = x.as_chunks_mut::<4>();
    for x in fours {
        *x = four(function, *x);
    }
    if !rest.is_empty() {
        // In registers: a vector that is read from where numbers were just written has to wait.
        let at = |i| rest.get(i).copied().unwrap_or(0.0);
        let values = four(function, [at(0), at(1), at(2), 0.0]);
        for (x, value) in rest.iter_mut().zip(values) {
            *x = value;
        }
    }
}

#[inline(always)]
fn four(function: Function, [a, b, c, d]: [f32; 4]) -> [f32; 4] {
    // SAFETY: SSE2 is part of the architecture.
    unsafe {
        let x = _mm_set_ps(d, c, b, a);
        let y = match function {
            Function::Sigmoid => series::sigmoid(x),
            Function::Tanh => series::tanh(x),
        };
        core::mem::transmute::<__m128, [f32; 4]>(y)
    }
}
