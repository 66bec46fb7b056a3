//! What an error tells about a file after the file is gone: a shape, and names as far as they fit.

use super::text;
use crate::check::Text;
use crate::tensor::MAX_RANK;
use core::fmt;

/// The shape of a tensor in a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Dims {
    dims: [usize; MAX_RANK],
    rank: usize,
}

impl Dims {
    pub(super) const NONE: Dims = Dims { dims: [0; MAX_RANK], rank: 0 };

    /// The next dimension; those beyond the eighth are counted alone.
    pub(super) const fn push(&mut self, dim: usize) {
        if self.rank < MAX_RANK {
            self.dims[self.rank] = dim;
        }
        self.rank += 1;
    }

    /// The number of dimensions.
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// The dimensions, outermost first; the first eight where there are more.
    pub const fn as_slice(&self) -> &[usize] {
        match self.dims.split_at_checked(self.rank) {
            Some((dims, _)) => dims,
            None => &self.dims,
        }
    }

    /// Whether these are the dimensions.
    pub const fn is(&self, dims: &[usize]) -> bool {
        let own = self.as_slice();
        let (mut same, mut i) = (self.rank == dims.len(), 0);
        while i < own.len() && i < dims.len() {
            same = same && own[i] == dims[i];
            i += 1;
        }
        same
    }

    /// Whether these are the dimensions the other way round.
    pub(super) const fn is_reverse_of(&self, dims: &[usize]) -> bool {
        let own = self.as_slice();
        let (mut same, mut i) = (self.rank == dims.len(), 0);
        while i < own.len() && i < dims.len() {
            same = same && own[i] == dims[dims.len() - 1 - i];
            i += 1;
        }
        same
    }

    /// As it prints, at compile time.
    pub(super) const fn write(&self, text: Text) -> Text {
        let own = self.as_slice();
        let (mut text, mut i) = (text.text("["), 0);
        while i < own.len() {
            text = text.text(if i == 0 { "" } else { ", " }).number(own[i]);
            i += 1;
        }
        text.text(if self.rank > MAX_RANK { ", ...]" } else { "]" })
    }
}

impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, dim) in self.as_slice().iter().enumerate() {
            write!(f, "{}{dim}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(if self.rank > MAX_RANK { ", ...]" } else { "]" })
    }
}

impl fmt::Debug for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Names of tensors in a file: as many as fit, and how many more there are.
#[derive(Clone, Copy)]
pub struct Quote {
    text: [u8; 56], // names, each with a 0 behind it
    len: u8,
    cut: bool, // off the first name, which is the only one
    more: u32,
}

impl Quote {
    pub(super) const NONE: Quote = Quote { text: [0; 56], len: 0, cut: false, more: 0 };

    pub(super) const fn of(name: text::Text<'_>) -> Quote {
        let mut quote = Quote::NONE;
        quote.push(name);
        quote
    }

    /// One more name. The first one is cut off where it is too long, the others have to fit.
    pub(super) const fn push(&mut self, name: text::Text<'_>) {
        let (mut bytes, mut len) = (name.bytes(), self.len as usize);
        if self.more > 0 {
            self.more = self.more.saturating_add(1);
            return;
        }
        while let Some(byte) = bytes.next() {
            if len + 1 >= self.text.len() {
                if self.len > 0 {
                    self.more = 1;
                    return;
                }
                self.cut = true;
                break;
            }
            // A 0 in a name would end it.
            self.text[len] = if byte == 0 { b'?' } else { byte };
            len += 1;
        }
        if len < self.text.len() {
            self.text[len] = 0;
            self.len = len as u8 + 1;
        } else {
            self.more = 1;
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// As it prints, at compile time, but with every character escaped that is not ASCII.
    pub(super) const fn write(&self, mut text: Text) -> Text {
        let (mut i, mut begins) = (0, true);
        while i < self.len as usize && i < self.text.len() {
            if begins {
                text = text.text(if i == 0 { "`" } else { ", `" });
            }
            let byte = self.text[i];
            begins = byte == 0;
            i += 1;
            text = match byte {
                0 => text.text(if self.cut { "...`" } else { "`" }),
                b' '..=b'~' => {
                    text.push(byte);
                    text
                }
                _ => {
                    // The first byte of a character says how many bits of it belong to the code, each other one has six.
                    let mask = match byte.leading_ones() {
                        2 => 0x1f,
                        3 => 0x0f,
                        4 => 0x07,
                        _ => 0x7f,
                    };
                    let mut code = (byte & mask) as u64;
                    while i < self.text.len() && self.text[i] & 0xc0 == 0x80 {
                        code = code << 6 | (self.text[i] & 0x3f) as u64;
                        i += 1;
                    }
                    text.text("\\u{").digits(code, 16).text("}")
                }
            };
        }
        match self.more {
            0 => text,
            more => text.text(" and ").number(more as usize).text(" more"),
        }
    }

    /// The names in their own bytes.
    fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.text.split_at_checked(self.len as usize).map_or(&[][..], |(names, _)| names).split_inclusive(|b| *b == 0)
    }
}

impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.names().enumerate() {
            f.write_str(if i == 0 { "`" } else { ", `" })?;
            // A name may have been cut off within a character.
            let text = name.strip_suffix(&[0]).unwrap_or(name).utf8_chunks().next().map_or("", |chunk| chunk.valid());
            for character in text.chars() {
                // What moves the cursor or turns the text around does not reach a terminal.
                match character.is_alphanumeric() || character.is_ascii_graphic() || character == ' ' {
                    true => write!(f, "{character}")?,
                    false => write!(f, "{}", character.escape_unicode())?,
                }
            }
            f.write_str(if self.cut { "...`" } else { "`" })?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl fmt::Debug for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
