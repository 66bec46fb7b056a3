//! Kernels: slices and lengths in, slices out. They know neither layers nor allocation.
//!
//! # Which shape goes where
//!
//! `route` decides, by the shape at compile time and by the number of samples where that matters. I inputs, O outputs;
//! times are medians on one core of a Zen 5 (512-bit units), f32. `cargo bench --bench routes` measures many more shapes by every
//! route, `benches/routes.md` is what it printed.
//!
//! | product | shape | code | measured reason |
//! |---|---|---|---|
//! | all | I O < 64 | `naive`, inlined | 2 x 2: 2 to 3 ns a sample, a call of a vector kernel 8 to 15, `matrixmultiply` 100 |
//! | forward | I < 8 | `naive`; `gemm` from 16 samples and 32 outputs on | lanes stay empty: 64 x 3 x 100 takes 3.5 us as vectors, 3.3 naive, 1.0 gemm |
//! | dX, dW | rows a multiple of 4096 bytes apart, 16 samples and outputs or more, not portable | `blocks` | rows share cache sets: 256 x 1024 x 1024 with AVX2 at 64 to 71 GFLOP/s, in blocks at 114 to 116; `matrixmultiply` 98 |
//! | forward | W above 1 MB, 48 samples or more, not portable | `blocks` | W streams by for each tile of samples: 256 x 1024 x 1024 with AVX-512 at 164 GFLOP/s, in blocks at 218 |
//! | all | everything else on x86-64 and 64-bit ARM | `linear`, vectors | the table below; with NEON, the inner loops of whole tiles have 24 multiply-adds in 37 to 41 instructions, and no vector goes through the stack |
//! | all | I, O >= 32 and 16 samples or more on other targets | `gemm` | its kernels are tuned there, ours are portable ones |
//! | all | everything else on targets without vectors (microcontrollers) | `scalar` | one copy for all layers: the passes of 64-32-10 take 6.7 KB of code at opt-level 3, by `naive` 9.4 |
//!
//! GFLOP/s, forward / dX / dW (portable is SSE2):
//!
//! | samples x I x O | naive | `matrixmultiply` (AVX-512) | portable | AVX2 | AVX-512 |
//! |---|---|---|---|---|---|
//! | 64 x 784 x 128 | 12 / 20 / 16 | 127 / 188 / 200 | 48 / 44 / 43 | 119 / 121 / 119 | 225 / 230 / 233 |
//! | 64 x 128 x 10 | 10 / 15 / 25 | 40 / 133 / 69 | 44 / 40 / 41 | 109 / 120 / 108 | 171 / 214 / 181 |
//! | 1 x 784 x 128 | 12 / 21 / 10 | 4.5 / 9 / 46 | 30 / 41 / 24 | 60 / 57 / 46 | 89 / 56 / 61 |
//! | 1 x 128 x 10 | 10 / 15 / 10 | 2.6 / 5 / 4 | 24 / 45 / 20 | 53 / 79 / 37 | 108 / 131 / 59 |
//! | 256 x 1024 x 1024 | 12 / 2 / 3 | 159 / 171 / 178 | 46 / 25 / 27 | 118 / 116 / 114 | 218 / 220 / 210 |
//! | 256 x 3136 x 512 | 12 / 13 / 5 | 152 / 167 / 172 | 16 / 40 / 37 | 111 / 110 / 104 | 203 / 207 / 176 |
//!
//! # Microcontrollers
//!
//! Instructions on a Cortex-M4F for 64-32-10, of an inference and of a training step on 8 samples with SGD:
//!
//! | code | opt-level 3 | opt-level "s" |
//! |---|---|---|
//! | `scalar` | 8,119 and 155,842 | 8,027 and 160,812 |
//! | `naive`, for which the compiler knows every length | 6,954 and 157,767 | 9,645 and 191,908 |
//! | C with nested loops, gcc `-O3 -ffp-contract=off` | 14,659 and 237,184 | |
//!
//! What was tried on the way there:
//!
//! - Nothing is unrolled at "s": several sums at a time are written out. In the optimisers that took SGD's update from 19,382
//!   to 12,767 instructions and Adam's from 68,773 to 61,566.
//! - Safe slices of lengths at run time (`split_at_checked`, `zip` of five) cost a hundred instructions for each four rows:
//!   203,756 for the step at "s". Pointers whose lengths are compared once do not.
//! - Sums stay in registers over all their terms: four rows at a time through memory took 83,383 for backward, not 72,477.
//! - A loop with a constant number of turns is unrolled whole at opt-level 3. On a Cortex-M0 the largest frame of a network of
//!   twenty layers was 1,640 bytes by code of that kind, and is 488 by `scalar`.
//! - `array::map` over rows is not inlined at "s": an inference went from 8,273 to 12,198 instructions, and could panic.
//!
//! # Dispatch
//!
//! The level of the machine is looked up once in each call of a vector kernel (one relaxed load and a branch, about a
//! nanosecond) and not once in each call of a network: layers that users write need no level parameter, and what is too
//! small to pay for the load is inlined.
//!
//! # Compile time
//!
//! The vector kernels take lengths at run time and are compiled with this crate, once for each scalar type and level: a
//! network of fifty layers, all of different widths, builds in 5 s in release and took a minute when each shape had
//! kernels of its own. Knowing the lengths was worth little: the loops that matter count to constants, tiles and lanes.
//! Only what is inlined, `naive` and the choice of the route, is compiled for each shape.

// Loops count to constants over arrays of registers: an index says which one, and a constant bound keeps panics out.
#![allow(clippy::needless_range_loop)]

mod ahead;
mod blocks;
mod columns;
pub(crate) mod convolution;
#[cfg(not(feature = "deterministic"))]
mod dots;
pub(crate) mod elementary;
pub(crate) mod gates;
pub(crate) mod gemm;
pub(crate) mod level;
pub(crate) mod linear;
pub(crate) mod naive;
pub(crate) mod number;
mod pairs;
#[cfg(feature = "deterministic")]
mod panels;
pub(crate) mod recurrence;
pub(crate) mod resample;
pub(crate) mod route;
pub(crate) mod scalar;
#[cfg(not(feature = "deterministic"))]
mod single;
#[cfg(feature = "std")]
pub(crate) mod team;
#[cfg(test)]
mod tests;
pub(crate) mod update;
pub(crate) mod window;
