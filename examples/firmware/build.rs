//! Hands the linker the memory of the machine: a file `memory.x` in this folder, or one of QEMU's machines by the variable
//! `MACHINE`.

use std::path::PathBuf;
use std::{env, fs};

/// QEMU's machines: name, flash in KB, RAM in KB. Both begin where most microcontrollers have them.
const MACHINES: [(&str, u32, u32); 3] = [
    ("mps2-an386", 4096, 4096), // Cortex-M4F
    ("mps2-an385", 4096, 4096), // Cortex-M3, which also runs the code of a Cortex-M0
    ("microbit", 256, 16),      // Cortex-M0
];

fn main() {
    println!("cargo:rerun-if-env-changed=MACHINE");
    println!("cargo:rerun-if-changed=memory.x");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_ARCH") != "arm" {
        return;
    }
    let folder = PathBuf::from(variable("OUT_DIR"));
    let memory = fs::read_to_string("memory.x").unwrap_or_else(|_| {
        let m0 = variable("TARGET").starts_with("thumbv6m");
        let machine = env::var("MACHINE").unwrap_or(String::from(if m0 { "microbit" } else { "mps2-an386" }));
        let Some((_, flash, ram)) = MACHINES.iter().find(|(name, ..)| *name == machine) else {
            panic!("`MACHINE={machine}` is unknown: write one of {MACHINES:?}, or a file `memory.x`")
        };
        format!(
            "MEMORY\n{{\n  FLASH : ORIGIN = 0x00000000, LENGTH = {flash}K\n  RAM : ORIGIN = 0x20000000, LENGTH = {ram}K\n}}\n"
        )
    });
    fs::write(folder.join("memory.x"), memory).unwrap_or_else(|error| panic!("cannot write `memory.x`: {error}"));
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=--nmagic"); // sections are not aligned to pages that there are not
}
