//! Rows of values separated by commas.

use super::{DataError, Dataset, Fault, Row};
use alloc::string::String;
#[cfg(feature = "std")]
use alloc::string::ToString;
use alloc::vec::Vec;

/// A text of rows, each with the same number of values.
///
/// It is read strictly: nothing is guessed, and an error names file, line, column and value. Lines end with a line feed,
/// with or without a carriage return; the last one need not end. A blank line is an error. Spaces around a value do not
/// count. Quotes have no meaning. Numbers are finite, and their decimals stand behind a point.
///
/// ```
/// use dnn_core::{Class, Csv, Dataset};
/// let text = "0,8,16,1\n16,8,0,0\n"; // or `Csv::open("pixels.csv")?`
/// let data: Dataset<[f32; 3], Class<2>> =
///     Csv::new("pixels.csv", text).read(|row| Ok((row.tensor_with(|p: f32| p / 16.0)?, row.class()?)))?;
/// assert_eq!(data.inputs(), [[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]]);
/// assert_eq!(data.targets()[0], Class::new(1).unwrap());
/// # Ok::<(), dnn_core::DataError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Csv {
    file: String,
    text: String,
    separator: char,
    header: bool,
}

impl Csv {
    /// Rows in memory; `file` is what errors call them.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Csv {
        Csv { file: file.into(), text: text.into(), separator: ',', header: false }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read, or it is not UTF-8.
    #[cfg(feature = "std")]
    pub fn open(path: impl AsRef<std::path::Path>) -> Result<Csv, DataError> {
        let file = path.as_ref().display().to_string();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return Err(DataError::Unreadable { file, reason: error.to_string() }),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Csv::new(file, text)),
            Err(error) => {
                let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
                let line = 1 + valid.filter(|&&byte| byte == b'\n').count();
                Err(DataError::Line { file, line, fault: Fault::NotUtf8 })
            }
        }
    }

    /// The first line names the columns: it is not a row.
    pub fn header(mut self) -> Csv {
        self.header = true;
        self
    }

    /// What stands between two values; a comma is the default.
    pub fn separator(mut self, separator: char) -> Csv {
        self.separator = separator;
        self
    }

    /// Turns every row into a sample and its target. `row` reads all values of a row from left to right.
    ///
    /// # Errors
    /// There are no rows, a line is blank or has more columns than the first or fewer, a value is not what `row` asks for, or
    /// `row` does not read all of them.
    pub fn read<X, D>(
        &self,
        mut row: impl FnMut(&mut Row<'_>) -> Result<(X, D), DataError>,
    ) -> Result<Dataset<X, D>, DataError> {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        let mut expected = None;
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        for (number, line) in text.lines().enumerate() {
            let mut reader = Row::new(&self.file, number + 1, line, self.separator);
            if line.trim().is_empty() {
                return Err(reader.error(Fault::Blank));
            }
            let (found, expected) = (reader.found, *expected.get_or_insert(reader.found));
            if found != expected {
                return Err(reader.error(Fault::Columns { found, expected }));
            }
            if self.header && number == 0 {
                continue;
            }
            let (x, d) = row(&mut reader)?;
            if reader.read < found {
                return Err(reader.error(Fault::TooMany { found, read: reader.read }));
            }
            inputs.push(x);
            targets.push(d);
        }
        match inputs.is_empty() {
            true => Err(DataError::Empty { file: self.file.clone() }),
            false => Dataset::new(inputs, targets),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::Class;
    use std::format;
    use std::string::ToString;

    type Data = Dataset<[f32; 2], Class<3>>;

    fn read(text: &str) -> Result<Data, DataError> {
        Csv::new("a.csv", text).read(|row| Ok((row.tensor()?, row.class()?)))
    }

    #[track_caller]
    fn refused(text: &str, message: &str) {
        assert_eq!(read(text).unwrap_err().to_string(), message);
    }

    #[test]
    fn rows_become_samples_and_targets() {
        for text in ["1,-2.5,0\n1e-1, 4 ,2\n", "1,-2.5,0\r\n1e-1, 4 ,2\r\n", "\u{feff}1,-2.5,0\n1e-1, 4 ,2"] {
            let data = read(text).unwrap();
            assert_eq!(data.inputs(), [[1.0, -2.5], [0.1, 4.0]]);
            assert!(data.targets().iter().map(|class| class.index()).eq([0, 2]));
        }
    }

    #[test]
    fn a_header_names_separators_and_skipped_columns() {
        let text = "id;length;kind\n7;0.5;cat\n8;1.5;dog\n";
        let data: Dataset<[f64; 1], Class<2>> = Csv::new("a.csv", text)
            .header()
            .separator(';')
            .read(|row| {
                row.skip(1)?;
                Ok((row.tensor()?, row.class_of(&["cat", "dog"])?))
            })
            .unwrap();
        assert_eq!(data.inputs(), [[0.5], [1.5]]);
        assert!(data.targets().iter().map(|class| class.index()).eq([0, 1]));
        let error = Csv::new("a.csv", "cow").read(|row| Ok(((), row.class_of(&["cat", "dog"])?))).unwrap_err();
        assert_eq!(error.to_string(), "`a.csv`, line 1, column 1: `cow` is none of the 2 names of classes");
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        refused("", "`a.csv` has no rows");
        refused("1,2,0\n\n3,4,1\n", "`a.csv`, line 2: the line is blank: remove it");
        refused("1,2,0\n3,4\n", "`a.csv`, line 2: 2 columns, but the first line has 3");
        refused("1,2\n", "`a.csv`, line 1: 2 columns, but at least 3 are read");
        refused("1,2,0,5\n", "`a.csv`, line 1: 4 columns, but only 3 are read");
        refused("1,2,0\n1,x y,0\n", "`a.csv`, line 2, column 2: `x y` is not a finite number of type f32");
        refused("1,,0\n", "`a.csv`, line 1, column 2: `` is not a finite number of type f32");
        let classes = "is not a class: the 3 classes are integers from 0 to 2";
        for label in ["3", "-1", "1.0", "99999999999999999999999"] {
            refused(&format!("1,2,{label}"), &format!("`a.csv`, line 1, column 3: `{label}` {classes}"));
        }
        for value in ["inf", "NaN", "1e99", "0x10", "1_000"] {
            refused(
                &format!("{value},2,0"),
                &format!("`a.csv`, line 1, column 1: `{value}` is not a finite number of type f32"),
            );
        }
        let error = Csv::new("a.csv", "1").read(|row| Err::<((), ()), _>(row.fault("odd"))).unwrap_err();
        assert_eq!(error.to_string(), "`a.csv`, line 1: odd");
    }

    #[test]
    fn a_header_alone_is_no_data() {
        let error = Csv::new("a.csv", "a,b,c\n").header().read(|_| Ok(((), ()))).unwrap_err();
        assert_eq!(error, DataError::Empty { file: "a.csv".into() });
    }

    #[test]
    fn integers_have_the_range_of_their_type() {
        let error = Csv::new("a.csv", "255,256").read(|row| Ok((row.tensor::<[u8; 2]>()?, ()))).unwrap_err();
        assert_eq!(error.to_string(), "`a.csv`, line 1, column 2: `256` is not an integer of type u8");
    }

    #[test]
    fn hostile_text_is_an_error_with_a_short_message() {
        // Miri is a thousand times slower.
        let (digits, texts) = if cfg!(miri) { (1 << 10, 50) } else { (1 << 20, 2000) };
        let long = "9".repeat(digits);
        let message = read(&format!("{long},{long},{long}")).unwrap_err().to_string();
        assert!(message.len() < 200, "{message}");
        let alphabet = [",", "\n", "\r", "1", "-", ".", "e", "\"", " ", "\u{0}", "é", "\u{feff}"];
        let mut rng = crate::Rng::new(5);
        for _ in 0..texts {
            use crate::Generator;
            let text: String = (0..rng.below(24)).map(|_| alphabet[rng.below(12) as usize]).collect();
            if let Err(error) = read(&text) {
                assert!(!error.to_string().contains(['\n', '\r', '\0']), "{error}");
            }
        }
    }

    #[test]
    #[cfg(feature = "std")]
    fn files_are_read_or_refused_by_name() {
        let path = std::env::temp_dir().join(format!("dnn-core-csv-{}.csv", std::process::id()));
        std::fs::write(&path, "1,2,0\n").unwrap();
        assert_eq!(Csv::open(&path).unwrap().read(|row| Ok((row.tensor::<[f32; 3]>()?, ()))).unwrap().len(), 1);
        std::fs::write(&path, b"1,2,0\n1,\xff,0\n").unwrap();
        let error = Csv::open(&path).unwrap_err();
        assert!(matches!(error, DataError::Line { line: 2, fault: Fault::NotUtf8, .. }), "{error}");
        std::fs::remove_file(&path).unwrap();
        let message = Csv::open(&path).unwrap_err().to_string();
        assert!(message.starts_with(&format!("cannot read `{}`: ", path.display())), "{message}");
    }
}
