//! The pages about the firmware show it as it is.

use super::{expected, numbers, text};

#[test]
fn the_page_shows_the_program_as_it_is() {
    let page = text("README.md");
    for file in ["src/xor.rs", "src/bin/xor.rs", "expected/xor.txt"] {
        assert!(page.contains(&format!("\n{}\n```\n", text(file).trim_end())), "{file} has changed");
    }
}

#[test]
fn the_page_has_the_accuracies_of_the_devices() {
    let page = text("README.md");
    for (row, program, line) in [
        ("| weights of the laptop |", "digits", "test images "),
        ("| last layer tuned,", "digits_last", "after:"),
        ("| every layer tuned,", "digits_all", "after:"),
    ] {
        let row = page.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no row {row}"));
        let printed = expected(program);
        let line = printed.lines().rfind(|text| text.starts_with(line)).unwrap_or_else(|| panic!("no line {line}"));
        let values = |text: &str| numbers(text).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
        assert_eq!(values(row), values(line), "{program}");
    }
}

/// The cells of a row, without what is no digit.
fn cells(row: &str) -> Vec<u32> {
    let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    row.trim_matches('|').split('|').map(digits).collect()
}

#[test]
fn the_front_page_has_the_sizes_of_the_table() {
    let (front, page) = (text("../../README.md"), text("README.md"));
    for program in ["mazur", "sensor", "digits", "digits_last", "digits_all"] {
        let row = |text: &str, begin: String| {
            let row = text.lines().find(|line| line.starts_with(&begin));
            cells(row.unwrap_or_else(|| panic!("no row for {program}")))
        };
        let (front, table) = (row(&front, format!("| `{program}`: ")), row(&page, format!("| {program} | thumbv6m")));
        let (kilobytes, ram, small) = (front[1], front[2], table[3]);
        assert!(
            small.abs_diff(1000 * kilobytes) <= 1000,
            "{program}: {kilobytes} KB of flash, but the table has {small}"
        );
        assert_eq!(ram, table[4], "{program}");
    }
}
