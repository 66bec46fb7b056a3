//! A string as it stands in JSON, read byte by byte.

/// A string of the header: what stands between its quotes.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) raw: &'a [u8],
    pub(super) escaped: bool, // there are escapes in it
}

impl<'a> Text<'a> {
    pub(super) const fn plain(text: &'a str) -> Text<'a> {
        Text { raw: text.as_bytes(), escaped: false }
    }

    pub(super) const fn bytes(self) -> Bytes<'a> {
        Bytes { text: self, at: 0, character: [0; 4], left: 0, len: 0 }
    }

    /// Whether both are the same string, however each is written.
    pub(super) const fn is(self, other: Text<'_>) -> bool {
        if !self.escaped && !other.escaped {
            return equal(self.raw, other.raw);
        }
        let (mut a, mut b) = (self.bytes(), other.bytes());
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b => {}
                _ => return false,
            }
        }
    }
}

/// The bytes of a string in UTF-8, without escapes; a const iterator.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    text: Text<'a>,
    at: usize,
    character: [u8; 4], // an escaped character
    left: usize,        // how many of its bytes are still to come
    len: usize,
}

impl Bytes<'_> {
    pub(super) const fn next(&mut self) -> Option<u8> {
        if self.left > 0 {
            let byte = at(&self.character, self.len.wrapping_sub(self.left));
            self.left -= 1;
            return Some(byte);
        }
        if self.at >= self.text.raw.len() {
            return None;
        }
        let byte = self.text.raw[self.at];
        if self.text.escaped && byte == b'\\' {
            self.unescape();
            return self.next_of_character();
        }
        self.at += 1;
        Some(byte)
    }

    /// Whether `byte` comes next.
    pub(super) const fn take(&mut self, byte: u8) -> bool {
        matches!(self.next(), Some(next) if next == byte)
    }

    /// What comes behind `name`, where the rest begins with it.
    pub(super) const fn behind(mut self, name: &str) -> Option<Self> {
        let name = name.as_bytes();
        if !self.text.escaped {
            let Some((_, rest)) = self.text.raw.split_at_checked(self.at) else { return None };
            let Some((mut own, _)) = rest.split_at_checked(name.len()) else { return None };
            let mut other = name;
            // Backwards, because the names of layers often differ in their ends alone.
            while let ([own_rest @ .., a], [other_rest @ .., b]) = (own, other) {
                if *a != *b {
                    return None;
                }
                (own, other) = (own_rest, other_rest);
            }
            self.at += name.len();
            return Some(self);
        }
        let mut i = 0;
        while i < name.len() {
            if !self.take(name[i]) {
                return None;
            }
            i += 1;
        }
        Some(self)
    }

    /// Whether `name` comes next, and nothing behind it.
    pub(super) const fn are(self, name: &str) -> bool {
        match self.behind(name) {
            Some(mut rest) => rest.next().is_none(),
            None => false,
        }
    }

    /// A whole number as it prints, up to the `.` behind it.
    pub(super) const fn index(&mut self) -> Option<usize> {
        let mut number: Option<usize> = None;
        while let Some(byte) = self.next() {
            let digit = byte.wrapping_sub(b'0') as usize;
            number = match number {
                Some(number) if byte == b'.' => return Some(number),
                Some(number @ 1..1_000_000_000) if digit < 10 => Some(number.wrapping_mul(10) + digit),
                None if digit < 10 => Some(digit),
                _ => return None,
            };
        }
        None
    }

    const fn next_of_character(&mut self) -> Option<u8> {
        let byte = self.character[0];
        self.left = self.len.saturating_sub(1);
        Some(byte)
    }

    /// Reads the escape here into `character`. The scanner has let valid ones through alone.
    const fn unescape(&mut self) {
        let raw = self.text.raw;
        let kind = at(raw, self.at + 1);
        self.at += 2;
        let code = match kind {
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => {
                let first = hex(raw, self.at);
                self.at += 4;
                if first & 0xfc00 == 0xd800 {
                    let second = hex(raw, self.at + 2);
                    self.at += 6;
                    0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff)
                } else {
                    first
                }
            }
            other => other as u32,
        };
        let character = match char::from_u32(code) {
            Some(character) => character,
            None => char::REPLACEMENT_CHARACTER,
        };
        self.len = character.encode_utf8(&mut self.character).len();
    }
}

/// Whether both are the same bytes.
pub(super) const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    a.len() == b.len()
}

/// A byte, or 0 behind the last one: no byte of valid JSON is 0.
pub(super) const fn at(bytes: &[u8], i: usize) -> u8 {
    if i < bytes.len() { bytes[i] } else { 0 }
}

/// A hexadecimal digit.
pub(super) const fn digit(byte: u8) -> Option<u32> {
    (byte as char).to_digit(16)
}

/// The number of four hexadecimal digits.
pub(super) const fn hex(bytes: &[u8], from: usize) -> u32 {
    let (mut number, mut i) = (0, 0);
    while i < 4 {
        number = number * 16
            + match digit(at(bytes, from + i)) {
                Some(digit) => digit,
                None => 0,
            };
        i += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(raw: &str) -> Text<'_> {
        Text { raw: raw.as_bytes(), escaped: true }
    }

    #[test]
    fn a_string_is_the_same_however_it_is_written() {
        for (raw, plain) in [
            ("fc1\\u002eweight", "fc1.weight"),
            ("\\u00e9\\u20AC\\ud83d\\ude00!", "é€😀!"),
            ("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\u{8}\u{c}\n\r\t"),
            ("", ""),
        ] {
            assert!(escaped(raw).is(Text::plain(plain)), "{raw}");
            assert!(Text::plain(plain).is(escaped(raw)), "{raw}");
            let mut longer = std::string::String::from(plain);
            longer.push('x');
            assert!(!escaped(raw).is(Text::plain(&longer)), "{raw}");
        }
    }

    #[test]
    fn an_index_is_written_as_it_prints() {
        for (text, index) in [("0.", Some(0)), ("7.w", Some(7)), ("120.", Some(120)), ("1234567890.", Some(1234567890))]
        {
            assert_eq!(Text::plain(text).bytes().index(), index, "{text}");
        }
        for text in ["", ".", "1", "01.", "00.", "-1.", "1x.", "12345678901."] {
            assert_eq!(Text::plain(text).bytes().index(), None, "{text}");
        }
    }
}
