//! The README shows what the compiler really prints; its programs are run as doctests of `src/lib.rs`.

use std::fs;

#[test]
fn the_errors_in_the_readme_are_those_that_the_compiler_prints() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = fs::read_to_string(format!("{root}/README.md")).expect("the README");
    let lines: Vec<&str> = readme.lines().map(str::trim).collect();
    let cases = ["shapes/flatten_origin_mismatch", "weights/transposed", "budget/exceeded"];
    let errors: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].starts_with("error")).collect();
    assert_eq!(errors.len(), cases.len());
    for (at, case) in errors.into_iter().zip(cases) {
        let shown = &lines[at..at + 4];
        let printed = fs::read_to_string(format!("{root}/tests/ui/{case}.stderr")).expect("a case");
        let printed: Vec<&str> = printed.lines().map(str::trim).collect();
        assert_eq!(shown[0], printed[0]);
        // Below the message come the line of the declaration and the carets, in the same columns.
        let code = |lines: &[&str]| -> Vec<String> {
            let bars = lines.iter().filter_map(|line| line.split_once('|'));
            bars.map(|(_, code)| code.trim_end().to_owned()).filter(|code| !code.is_empty()).collect()
        };
        assert_eq!(code(shown), code(&printed));
    }
}
