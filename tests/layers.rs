//! What `src/layers.md` says of each layer is so: every line of its tables is compiled.

use std::fmt::Write;
use std::path::Path;

/// The lines of the tables: what is declared, the shapes before it and those behind it.
fn rows() -> Vec<(String, Vec<String>, Vec<String>)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/layers.md")).unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<String>>();
    let row = |line: &str| {
        let cells: Vec<Vec<String>> = line.split('|').map(quoted).collect();
        let [_, declared, takes, gives, ..] = &cells[..] else { return None };
        Some((declared.first()?.clone(), takes.clone(), gives.clone()))
    };
    text.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

fn tuple(shapes: &[String]) -> String {
    match shapes {
        [only] => only.clone(),
        several => format!("({})", several.join(", ")),
    }
}

#[test]
fn every_line_of_the_tables_compiles_and_has_its_shapes() {
    let rows = rows();
    assert!(rows.len() >= 70, "{} lines", rows.len());
    let mut text = "//! The tables.\n#![deny(warnings)]\nuse dnn::prelude::*;\n".to_owned();
    for (number, (declared, takes, gives)) in rows.iter().enumerate() {
        let header = format!("struct L{number}: {} -> {}", tuple(takes), tuple(gives));
        let body = match (declared.ends_with("(a)") || declared.ends_with("(a, b)"), gives.len()) {
            (true, 1) => format!("fn forward({}) {{ {declared} }}", ["a", "a, b"][takes.len() - 1]),
            (true, _) => format!("fn forward(a) {{ let (b, c) = {declared}; (b, c) }}"),
            (false, _) => format!("layer: {declared}"),
        };
        writeln!(text, "network! {{ /// `{declared}`\npub {header} {{ {body} }} }}").unwrap();
    }
    text += "fn main() {}\n";
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layers.rs");
    std::fs::write(&file, text).unwrap();
    trybuild::TestCases::new().pass(file);
}
