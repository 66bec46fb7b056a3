//! Text and numbers, printed without `core::fmt`: for one floating-point number that takes 27 KB of flash and links panics.

/// Where text goes: the board's debugger, a laptop's terminal.
pub trait Output {
    /// Takes a byte of a text in UTF-8, whose lines end in `\n`.
    fn put(&mut self, byte: u8);

    /// Takes a piece of text.
    fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.put(byte);
        }
    }
}

/// What can be printed.
pub trait Show {
    /// Prints itself.
    fn show(&self, out: &mut dyn Output);
}

/// Prints its parts in a row and ends the line: `line!(out, "loss ", fixed(&loss, 6))`.
#[macro_export]
macro_rules! line {
    ($out:expr $(, $part:expr)* $(,)?) => {{
        let out: &mut dyn $crate::print::Output = $out;
        $($crate::print::Show::show(&$part, out);)*
        out.text("\n");
    }};
}

impl Show for &str {
    fn show(&self, out: &mut dyn Output) {
        out.text(self);
    }
}

impl Show for usize {
    fn show(&self, out: &mut dyn Output) {
        let wide = *self > u32::MAX as usize;
        integer(if wide { u32::MAX } else { *self as u32 }, 1, out);
    }
}

/// 64 bits in hexadecimal digits.
pub struct Hex(pub u64);

impl Show for Hex {
    fn show(&self, out: &mut dyn Output) {
        for place in (0..16).rev() {
            let digit = (self.0 >> (4 * place)) as u8 & 15;
            out.put(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }
}

/// A number, or an array of them, to some digits behind the point.
pub struct Fixed<'a, T>(&'a T, u32);

/// `number`, or an array of numbers, to at most 9 digits behind the point, as `{:.6}` gives them: to the nearest, and to the
/// even one of two.
pub fn fixed<T: Decimal>(number: &T, digits: u32) -> Fixed<'_, T> {
    Fixed(number, digits)
}

/// Numbers and arrays of them.
pub trait Decimal {
    /// Prints it to that many digits behind the point.
    fn decimal(&self, digits: u32, out: &mut dyn Output);
}

impl<T: Decimal> Show for Fixed<'_, T> {
    fn show(&self, out: &mut dyn Output) {
        self.0.decimal(self.1, out);
    }
}

impl<T: Decimal, const N: usize> Decimal for [T; N] {
    fn decimal(&self, digits: u32, out: &mut dyn Output) {
        out.text("[");
        let mut separator = "";
        for number in self {
            out.text(separator);
            number.decimal(digits, out);
            separator = ", ";
        }
        out.text("]");
    }
}

impl Decimal for f32 {
    fn decimal(&self, digits: u32, out: &mut dyn Output) {
        if self.is_nan() {
            return out.text("NaN");
        }
        if self.is_sign_negative() {
            out.text("-");
        }
        let size = self.abs();
        if size >= 4294967296.0 {
            return out.text(if size.is_infinite() { "inf" } else { ">4294967295" });
        }
        let mut whole = size as u32;
        // The rest times 2^60 is an integer, but for what is too small to be seen.
        let mut rest = ((size - whole as f32) * 1152921504606846976.0) as u64;
        let (mut behind, mut limit) = (0u32, 1u32);
        for _ in 0..if digits < 9 { digits } else { 9 } {
            rest *= 10;
            behind = behind * 10 + (rest >> 60) as u32;
            limit *= 10;
            rest &= (1 << 60) - 1;
        }
        let half = 1 << 59;
        let odd = if digits == 0 { whole & 1 == 1 } else { behind & 1 == 1 };
        if rest > half || rest == half && odd {
            behind += 1;
        }
        if behind >= limit {
            (whole, behind) = (whole.wrapping_add(1), behind - limit);
        }
        integer(whole, 1, out);
        if digits > 0 {
            out.text(".");
            integer(behind, digits, out);
        }
    }
}

/// A number in decimals, with zeros before it up to a width.
fn integer(mut number: u32, width: u32, out: &mut dyn Output) {
    let mut text = [b'0'; 10];
    let mut used = 0usize;
    for digit in text.iter_mut().rev() {
        if number == 0 && used >= width as usize {
            break;
        }
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        used += 1;
    }
    for byte in text.iter().skip(10 - used) {
        out.put(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    impl Output for String {
        fn put(&mut self, byte: u8) {
            self.push(byte as char);
        }
    }

    fn shown(number: f32, digits: u32) -> String {
        let mut out = String::new();
        fixed(&number, digits).show(&mut out);
        out
    }

    #[test]
    fn numbers_are_printed_as_the_standard_library_prints_them() {
        let mut bits = 0u32;
        loop {
            let number = f32::from_bits(bits);
            if number.abs() < 4294967296.0 {
                for digits in [0, 1, 3, 6, 9] {
                    assert_eq!(shown(number, digits), format!("{number:.*}", digits as usize));
                }
            }
            bits = match bits.checked_add(99_991) {
                Some(bits) => bits,
                None => break,
            };
        }
    }

    #[test]
    fn halves_go_to_the_even_digit_and_carry() {
        for (number, digits, text) in [
            (0.5, 0, "0"),
            (1.5, 0, "2"),
            (0.125, 2, "0.12"),
            (0.375, 2, "0.38"),
            (0.9999999, 3, "1.000"),
            (-0.0, 1, "-0.0"),
            (4294967040.0, 0, "4294967040"),
            (f32::NAN, 3, "NaN"),
            (f32::NEG_INFINITY, 3, "-inf"),
            (1e10, 3, ">4294967295"),
        ] {
            assert_eq!(shown(number, digits), text);
        }
    }

    #[test]
    fn a_line_is_its_parts() {
        let mut out = String::new();
        crate::line!(&mut out, "epoch ", 100usize, ": ", fixed(&[[0.5f32, -1.0], [2.0, 0.0]], 2), " ", Hex(0xfe));
        assert_eq!(out, "epoch 100: [[0.50, -1.00], [2.00, 0.00]] 00000000000000fe\n");
    }
}
