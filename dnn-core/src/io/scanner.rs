//! The little of JSON that a safetensors header is made of: objects, strings and whole numbers, one after the other.

use super::fault::WeightsFault;
use super::text::{Text, at, digit, hex};

/// `?`, which const functions do not have.
macro_rules! attempt {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(fault) => return Err(fault),
        }
    };
}
pub(super) use attempt;

/// A place in a header.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Scanner<'a> {
        Scanner { bytes, at: 0 }
    }

    pub(super) const fn peek(&self) -> u8 {
        at(self.bytes, self.at)
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// What is wrong here.
    pub(super) const fn expected(&self, what: &'static str) -> WeightsFault {
        WeightsFault::Syntax { byte: self.at + 8, expected: what }
    }

    pub(super) const fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Goes on where `byte` comes next.
    pub(super) const fn take(&mut self, byte: u8) -> bool {
        let comes = self.peek() == byte;
        if comes {
            self.at += 1;
        }
        comes
    }

    /// `byte` with space around it.
    pub(super) const fn mark(&mut self, byte: u8, what: &'static str) -> Result<(), WeightsFault> {
        self.space();
        if !self.take(byte) {
            return Err(self.expected(what));
        }
        self.space();
        Ok(())
    }

    /// After an element of a list: whether another one follows.
    pub(super) const fn another(&mut self, close: u8, what: &'static str) -> Result<bool, WeightsFault> {
        self.space();
        if self.take(close) {
            return Ok(false);
        }
        match self.mark(b',', what) {
            Ok(()) => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    /// A string in quotes.
    pub(super) const fn string(&mut self) -> Result<Text<'a>, WeightsFault> {
        if !self.take(b'"') {
            return Err(self.expected("a string"));
        }
        let (start, mut escaped, mut ascii) = (self.at, false, true);
        // Most of a header is strings, and a compiler that runs this counts every step.
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if byte == b'"' {
                let raw = part(self.bytes, start, self.at);
                if !ascii && let Err(error) = core::str::from_utf8(raw) {
                    self.at = start + error.valid_up_to();
                    break;
                }
                self.at += 1;
                return Ok(Text { raw, escaped });
            }
            if byte == b'\\' {
                escaped = true;
                attempt!(self.escape());
                continue;
            }
            if byte < b' ' {
                break;
            }
            ascii = ascii && byte < 0x80;
            self.at += 1;
        }
        Err(self.expected("a string in UTF-8 with `\"` behind it"))
    }

    const fn escape(&mut self) -> Result<(), WeightsFault> {
        match at(self.bytes, self.at + 1) {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let first = attempt!(self.unit());
                let pair = first & 0xfc00 == 0xd800;
                if first & 0xfc00 == 0xdc00 || pair && attempt!(self.unit()) & 0xfc00 != 0xdc00 {
                    return Err(self.expected("an escaped character of two halves"));
                }
            }
            _ => return Err(self.expected("an escape of JSON")),
        }
        Ok(())
    }

    /// `\u` and four digits.
    const fn unit(&mut self) -> Result<u32, WeightsFault> {
        let mut digits = at(self.bytes, self.at) == b'\\' && at(self.bytes, self.at + 1) == b'u';
        let mut i = 2;
        while i < 6 {
            digits = digits && digit(at(self.bytes, self.at + i)).is_some();
            i += 1;
        }
        if !digits {
            return Err(self.expected("`\\u` and four hexadecimal digits"));
        }
        self.at += 6;
        Ok(hex(self.bytes, self.at - 4))
    }

    /// A whole number, not negative.
    pub(super) const fn number(&mut self) -> Result<usize, WeightsFault> {
        let (start, mut number) = (*self, 0usize);
        while let digit @ b'0'..=b'9' = self.peek() {
            let digit = (digit - b'0') as usize;
            number = match number.checked_mul(10) {
                Some(tens) if tens <= usize::MAX - digit => tens + digit,
                _ => return Err(start.expected("a number that this machine can hold")),
            };
            self.at += 1;
        }
        if self.at == start.at || start.peek() == b'0' && self.at > start.at + 1 {
            return Err(start.expected("a whole number"));
        }
        Ok(number)
    }
}

/// The bytes from `start` to `end`; none where there are not so many.
pub(super) const fn part(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    match bytes.split_at_checked(end) {
        Some((bytes, _)) => match bytes.split_at_checked(start) {
            Some((_, part)) => part,
            None => &[],
        },
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan<T>(json: &str, read: impl Fn(&mut Scanner<'_>) -> Result<T, WeightsFault>) -> Result<T, usize> {
        let mut scanner = Scanner::new(json.as_bytes());
        match read(&mut scanner) {
            Ok(value) if scanner.is_at_end() => Ok(value),
            Ok(_) => Err(scanner.at),
            Err(WeightsFault::Syntax { byte, .. }) => Err(byte - 8),
            Err(_) => Err(usize::MAX),
        }
    }

    #[test]
    fn whole_numbers_are_digits_without_a_leading_zero() {
        for (json, number) in [("0", Ok(0)), ("10", Ok(10)), ("18446744073709551615", Ok(usize::MAX))] {
            assert_eq!(scan(json, |s| s.number()), number);
        }
        for (json, at) in [("", 0), ("-1", 0), ("01", 0), ("1.0", 1), ("1e3", 1), ("18446744073709551616", 0)] {
            assert_eq!(scan(json, |s| s.number()), Err(at), "{json}");
        }
    }

    #[test]
    fn strings_are_those_of_json() {
        for json in ["\"\"", "\"a\\\"b\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\\\\""] {
            assert!(scan(json, |s| s.string().map(|_| ())).is_ok(), "{json}");
        }
        for (json, at) in [
            ("a", 0),
            ("\"a", 2),
            ("\"\n\"", 1),
            ("\"\\x\"", 1),
            ("\"\\u12g4\"", 1),
            ("\"\\u123", 1),
            ("\"\\ude00\"", 7),
            ("\"\\ud83d\"", 7),
            ("\"\\ud83d\\u0041\"", 13),
            ("\"\\", 1),
        ] {
            assert_eq!(scan(json, |s| s.string().map(|_| ())), Err(at), "{json}");
        }
    }
}
