//! What is asked of every text of rows, by tests and by the fuzzer: that it is read exactly where a reader of bytes reads it,
//! with the same values, and otherwise refused with a short message; and that memory grows with the text and with nothing in
//! it.

use crate::counting::bytes;
use dnn::prelude::*;
use std::str::FromStr;

/// What the fields of a row are.
#[derive(Clone, Copy)]
enum Columns {
    /// Two numbers and a class of three.
    NumbersAndClass,
    /// A name of two, a column that is passed over, and an integer of one byte.
    NameAndInteger,
    /// Any text, and another number.
    Text,
}

/// A text of which the first byte says how it is read. The answer is whether it is.
pub(crate) fn is_read(input: &[u8]) -> bool {
    let Some((options, text)) = input.split_first() else { return false };
    let text = String::from_utf8_lossy(text).into_owned();
    let separator = [',', ';', '\t', 'é'][usize::from(options & 3)];
    let (header, kind) = (options & 4 > 0, options >> 3 & 3);
    let columns = [Columns::NumbersAndClass, Columns::NameAndInteger, Columns::Text, Columns::NumbersAndClass];
    let columns = columns[usize::from(kind)];
    let mut csv = Csv::new("a.csv", text.clone()).separator(separator);
    if header {
        csv = csv.header();
    }
    let mut result = None;
    let from_the_heap = bytes(|| result = Some(values(&csv, columns)));
    assert!(from_the_heap <= 64 * text.len() + 1024, "{from_the_heap} bytes for {}", text.len());
    match (result.unwrap(), expected(&text, separator, header, columns)) {
        (Ok(own), Some(values)) => {
            assert_eq!(own, values, "{text:?}");
            true
        }
        (Err(error), None) => {
            let message = error.to_string();
            assert!(message.len() < 400 && !message.contains(char::is_control), "{message:?}");
            false
        }
        (Ok(_), None) => panic!("read, and should not be: {text:?}"),
        (Err(error), Some(_)) => panic!("refused, {error}, and should not be: {text:?}"),
    }
}

/// All values, as bits.
fn values(csv: &Csv, columns: Columns) -> Result<Vec<u64>, DataError> {
    match columns {
        Columns::NumbersAndClass => {
            let data = csv.read(|row| Ok((row.tensor::<[f32; 2]>()?, row.class::<3>()?)))?;
            let row = |(x, class): (&[f32; 2], &Class<3>)| {
                [x[0].to_bits().into(), x[1].to_bits().into(), class.index() as u64]
            };
            Ok(data.iter().flat_map(row).collect())
        }
        Columns::NameAndInteger => {
            let data = csv.read(|row| {
                let class = row.class_of(&["cat", "dög"])?;
                row.skip(1)?;
                Ok((row.number::<u8>()?, class))
            })?;
            Ok(data.iter().flat_map(|(x, class)| [class.index() as u64, u64::from(*x)]).collect())
        }
        Columns::Text => {
            let data = csv.read(|row| Ok((row.text()?.len() as u64, row.number::<f64>()?)))?;
            Ok(data.iter().flat_map(|(len, x)| [*len, x.to_bits()]).collect())
        }
    }
}

/// The same by hand, if every row is right.
fn expected(text: &str, separator: char, header: bool, columns: Columns) -> Option<Vec<u64>> {
    let bytes = text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes();
    let (mut lines, mut start) = (Vec::new(), 0);
    for end in 0..=bytes.len() {
        if end == bytes.len() && start < end {
            lines.push(&bytes[start..end]);
        } else if end < bytes.len() && bytes[end] == b'\n' {
            let line = &bytes[start..end];
            lines.push(line.strip_suffix(b"\r").unwrap_or(line));
            start = end + 1;
        }
    }
    let (mut values, mut rows, mut width) = (Vec::new(), 0, None);
    for (number, line) in lines.into_iter().enumerate() {
        let line = std::str::from_utf8(line).ok()?;
        let (mut fields, mut rest) = (Vec::new(), line);
        while let Some(at) = rest.find(separator) {
            fields.push(rest[..at].trim());
            rest = &rest[at + separator.len_utf8()..];
        }
        fields.push(rest.trim());
        if line.trim().is_empty() || *width.get_or_insert(fields.len()) != fields.len() {
            return None;
        }
        if number == 0 && header {
            continue;
        }
        rows += 1;
        match (columns, fields.as_slice()) {
            (Columns::NumbersAndClass, [x, y, class]) => {
                for x in [x, y] {
                    values.push(f32::from_str(x).ok().filter(|x| x.is_finite())?.to_bits().into());
                }
                values.push(usize::from_str(class).ok().filter(|class| *class < 3)? as u64);
            }
            (Columns::NameAndInteger, [name, _, x]) => {
                values.push(["cat", "dög"].iter().position(|own| own == name)? as u64);
                values.push(u8::from_str(x).ok()?.into());
            }
            (Columns::Text, [text, x]) => {
                values.push(text.len() as u64);
                values.push(f64::from_str(x).ok().filter(|x| x.is_finite())?.to_bits());
            }
            _ => return None,
        }
    }
    (rows > 0).then_some(values)
}
