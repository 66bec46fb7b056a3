//! A program is built again when the file of its weights has changed.

#![cfg(feature = "std")]

use dnn::prelude::*;
use std::fs;
use std::path::Path;
use std::process::Command;

const MANIFEST: &str = r#"
[package]
name = "rebuild"
edition = "2024"

[workspace]

[dependencies]
dnn = { path = "DNN", default-features = false }
"#;

const PROGRAM: &str = r#"
dnn::network! {
    #[weights("../net.safetensors")]
    struct Net: [1] -> [1] {
        fc: Linear<1, 1>,
    }
}

fn main() {
    print!("{}", Net::WEIGHTS.predict(&[2.0])[0]);
}
"#;

network! {
    /// As in the program.
    pub struct Net: [1] -> [1] {
        fc: Linear<1, 1>,
    }
}

/// What the program in `folder` prints, or why it does not compile.
fn run(folder: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let mut command = Command::new(cargo);
    let output = command.args(["run", "--quiet", "--offline"]).current_dir(folder).env("CARGO_TARGET_DIR", "target");
    let output = output.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn another_file_is_another_program() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), MANIFEST.replace("DNN", env!("CARGO_MANIFEST_DIR"))).unwrap();
    fs::write(folder.join("src/main.rs"), PROGRAM).unwrap();
    for (weight, bias) in [(0.5, 0.25), (-8.0, 1.0)] {
        let net = Net { fc: Linear { weight: [[weight]], bias: [bias] } };
        net.save(folder.join("net.safetensors")).unwrap();
        assert_eq!(run(&folder), Ok((2.0 * weight + bias).to_string()));
    }
    let other = Linear::<2, 1> { weight: [[1.0; 2]], bias: [0.0] };
    other.save(folder.join("net.safetensors")).unwrap();
    let message = run(&folder).unwrap_err();
    assert!(message.contains("there is no tensor `fc.weight`, but `weight`, `bias`"), "{message}");
}
