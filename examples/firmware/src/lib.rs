//! Networks that train on a microcontroller, and the same runs on a laptop.
//!
//! Each example is a module: the declaration of its network and what it does with it, for any machine, and a program in
//! `bin` that gives it a `static` memory and the board's output. The crate `laptop` runs the same functions with its own.

#![no_std]

#[cfg(test)]
extern crate std;

#[cfg(target_os = "none")]
pub mod board;
pub mod digits;
pub mod mazur;
pub mod print;
pub mod sensor;
pub mod weights;
pub mod xor;
