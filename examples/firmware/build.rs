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
    println!("cargo::rerun-if-env-changed=MACHINE");
    println!("cargo::rerun-if-changed=memory.x");
    if variable("CARGO_CFG_TARGET_ARCH") != "arm" {
        return;
    }
    let folder = PathBuf::from(variable("OUT_DIR"));
    let written = fs::read_to_string("memory.x").or_else(|_| memory()).and_then(|text| {
        fs::write(folder.join("memory.x"), text).map_err(|error| format!("cannot write `memory.x`: {error}"))
    });
    if let Err(error) = written {
        println!("cargo::error={error}");
    }
    println!("cargo::rustc-link-search={}", folder.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic"); // sections are not aligned to pages that there are not
    // Flash begins at 0, where debug information would have what is not linked at all.
    println!("cargo::rustc-link-arg-bins=-zdead-reloc-in-nonalloc=.debug_*=0xffffffff");
}

/// The memory of one of QEMU's machines, as the linker reads it.
fn memory() -> Result<String, String> {
    let default = if variable("TARGET").starts_with("thumbv6m") { "microbit" } else { "mps2-an386" };
    let machine = env::var("MACHINE").unwrap_or(default.to_owned());
    let Some((_, flash, ram)) = MACHINES.iter().find(|(name, ..)| *name == machine) else {
        let names = MACHINES.map(|(name, ..)| format!("`{name}`")).join(", ");
        return Err(format!("`MACHINE={machine}` is unknown: write one of {names}, or a file `memory.x`"));
    };
    Ok(format!(
        "MEMORY\n{{\n  FLASH : ORIGIN = 0x00000000, LENGTH = {flash}K\n  RAM : ORIGIN = 0x20000000, LENGTH = {ram}K\n}}\n"
    ))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
