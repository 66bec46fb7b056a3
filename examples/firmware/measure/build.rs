//! Hands the linker the network in C for `count`, with and without fused multiply-adds. The memory of the machine comes from
//! the crate `firmware`.

use std::env;
use std::path::PathBuf;
use std::process::Command;

const GCC: &str = "arm-none-eabi-gcc";
const FLAGS: [&str; 7] =
    ["-std=c11", "-Wall", "-Wextra", "-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"];

fn main() {
    println!("cargo:rerun-if-changed=digits.c");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_ARCH") != "arm" {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=--nmagic"); // sections are not aligned to pages that there are not
    let folder = PathBuf::from(variable("OUT_DIR"));
    if !variable("TARGET").starts_with("thumbv7em") {
        return;
    }
    for (name, contract) in [("separate", "off"), ("fused", "fast")] {
        let object = folder.join(name).with_extension("o");
        let mut gcc = Command::new(GCC);
        gcc.args(FLAGS).args(["-O3", &format!("-ffp-contract={contract}")]);
        gcc.arg(format!("-DNAME(name)={name}_##name")).args(["-c", "digits.c", "-o"]).arg(&object);
        match gcc.status() {
            Ok(status) => assert!(status.success(), "`digits.c` does not compile"),
            // Checking needs no object file, linking says which one is missing.
            Err(error) => println!("cargo:warning=`{GCC}`: {error}; Debian has it in the package gcc-arm-none-eabi"),
        }
        println!("cargo:rustc-link-arg-bin=count={}", object.display());
    }
}
