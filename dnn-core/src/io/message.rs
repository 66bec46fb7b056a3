//! The words of a message, for a program that prints them and for a compiler, which cannot format.

use super::quote::{Dims, Quote};
use crate::check::Text;
use crate::path::{Part, Path};
use core::fmt;

/// A message that is put together when it is shown.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    pieces: [Piece<'a>; 8],
    len: usize,
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'static str),
    Number(u64),
    Path(Path),
    Names(&'a Quote),
    Dims(&'a Dims),
    Shape(&'static [usize]),
}

impl<'a> Message<'a> {
    pub(super) const fn new() -> Message<'a> {
        Message { pieces: [Piece::Text(""); 8], len: 0 }
    }

    const fn push(mut self, piece: Piece<'a>) -> Message<'a> {
        if self.len < self.pieces.len() {
            self.pieces[self.len] = piece;
            self.len += 1;
        }
        self
    }

    pub(super) const fn text(self, text: &'static str) -> Message<'a> {
        self.push(Piece::Text(text))
    }

    pub(super) const fn number(self, number: u64) -> Message<'a> {
        self.push(Piece::Number(number))
    }

    /// A tensor of the network.
    pub(super) const fn path(self, path: Path) -> Message<'a> {
        self.push(Piece::Path(path))
    }

    /// Tensors of the file.
    pub(super) const fn names(self, names: &'a Quote) -> Message<'a> {
        self.push(Piece::Names(names))
    }

    /// A shape in the file.
    pub(super) const fn dims(self, dims: &'a Dims) -> Message<'a> {
        self.push(Piece::Dims(dims))
    }

    /// A shape in the network.
    pub(super) const fn shape(self, shape: &'static [usize]) -> Message<'a> {
        self.push(Piece::Shape(shape))
    }

    /// The message behind a text, at compile time.
    pub(super) const fn write(&self, mut text: Text) -> Text {
        let mut i = 0;
        while i < self.len {
            text = match self.pieces[i] {
                Piece::Text(words) => text.text(words),
                Piece::Number(number) => text.digits(number, 10),
                Piece::Path(path) => write_path(text, path),
                Piece::Names(names) => names.write(text),
                Piece::Dims(dims) => dims.write(text),
                Piece::Shape(shape) => text.shape(shape),
            };
            i += 1;
        }
        text
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Number(number) => write!(f, "{number}"),
            Piece::Path(path) => write!(f, "{path}"),
            Piece::Names(names) => write!(f, "{names}"),
            Piece::Dims(dims) => write!(f, "{dims}"),
            Piece::Shape(shape) => write!(f, "{shape:?}"),
        })
    }
}

const fn write_path(mut text: Text, path: Path) -> Text {
    let (mut walk, mut point) = (path.walk(), "");
    while let Some(part) = walk.next() {
        text = match part {
            Part::Name(name) => text.text(point).text(name),
            Part::Index(index) => text.text(point).number(index),
        };
        point = ".";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::fault::WeightsFault as Fault;
    use super::super::text;
    use super::*;
    use crate::parameters::{Entry, Role};
    use std::string::ToString;

    #[test]
    fn a_compiler_says_what_a_program_prints() {
        const WEIGHT: Entry = Entry::Tensor { name: "weight", offset: 0, dims: &[2, 3], role: Role::Parameter };
        const BLOCKS: Entry = Entry::Nested {
            name: "blocks",
            offset: 0,
            stride: 24,
            count: Some(12),
            table: &[WEIGHT],
            tensors: 1,
            frozen: false,
        };
        let tensor = Path::new(&[BLOCKS], 11);
        let (mut found, mut deep, mut names) = (Dims::NONE, Dims::NONE, Quote::NONE);
        for dim in [3, 2] {
            found.push(dim);
        }
        for dim in [1; 9] {
            deep.push(dim);
        }
        for name in ["fc1.weight", "fc \"1\"", "a", "b", "a name that does not fit any more, whatever it is", "c"] {
            names.push(text::Text::plain(name));
        }
        let long = Quote::of(text::Text::plain(&"long".repeat(20)));
        for fault in [
            Fault::Header { found: 8, expected: u64::MAX },
            Fault::Syntax { byte: 9, expected: "`{`" },
            Fault::Length { found: 1, expected: 2 },
            Fault::Size { tensor: names, begin: 1, end: 2, expected: 3 },
            Fault::Layout { offset: 4 },
            Fault::Duplicate { tensor: long },
            Fault::Missing { tensor, count: 1, instead: Quote::NONE },
            Fault::Missing { tensor, count: 12, instead: names },
            Fault::Extra { tensors: names },
            Fault::Dtype { tensor, found: "F16", expected: "F32" },
            Fault::Shape { tensor, found, expected: &[2, 3] },
            Fault::Shape { tensor, found: deep, expected: &[3, 2] },
        ] {
            assert_eq!(fault.message().write(Text::new()).as_str(), fault.to_string());
            assert!(fault.message().len <= 8 && fault.to_string().len() > 40);
        }
    }

    #[test]
    fn a_compiler_escapes_what_is_not_ascii() {
        for (name, shown) in
            [("größe", "`gr\\u{f6}\\u{df}e`"), ("\u{7}\u{202e}€😀", "`\\u{7}\\u{202e}\\u{20ac}\\u{1f600}`")]
        {
            let quote = Quote::of(text::Text::plain(name));
            assert_eq!(Message::new().names(&quote).write(Text::new()).as_str(), shown);
        }
    }
}
