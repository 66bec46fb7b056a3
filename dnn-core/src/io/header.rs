//! The header of a file, entry by entry.

use super::fault::WeightsFault;
use super::quote::{Dims, Quote};
use super::scanner::{Scanner, attempt, part};
use super::text::Text;

/// A tensor in a file.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    pub(super) name: Text<'a>,
    pub(super) begin: usize,
    pub(super) end: usize,
    /// What its elements are: `F32`.
    pub dtype: &'static str,
    /// Its shape.
    pub dims: Dims,
    /// Its elements in row-major order, little-endian.
    pub data: &'a [u8],
}

/// The types of elements with their bits.
const DTYPES: [(&str, u64); 22] = [
    ("F32", 32),
    ("F64", 64),
    ("F16", 16),
    ("BF16", 16),
    ("I64", 64),
    ("U64", 64),
    ("I32", 32),
    ("U32", 32),
    ("I16", 16),
    ("U16", 16),
    ("I8", 8),
    ("U8", 8),
    ("BOOL", 8),
    ("C64", 64),
    ("F8_E5M2", 8),
    ("F8_E4M3", 8),
    ("F8_E8M0", 8),
    ("F8_E4M3FNUZ", 8),
    ("F8_E5M2FNUZ", 8),
    ("F6_E2M3", 6),
    ("F6_E3M2", 6),
    ("F4", 4),
];

/// The header of a file, entry by entry; a const iterator.
#[derive(Clone, Copy)]
pub(super) struct Header<'a> {
    scanner: Scanner<'a>,
    pub(super) data: &'a [u8],
    first: bool,    // nothing has been read
    metadata: bool, // they have been read
    last: bool,     // everything has been read
}

impl<'a> Header<'a> {
    pub(super) const fn open(file: &'a [u8]) -> Result<Header<'a>, WeightsFault> {
        let Some((len, rest)) = file.split_first_chunk::<8>() else {
            return Err(WeightsFault::Header { found: 0, expected: 2 });
        };
        let (len, found) = (u64::from_le_bytes(*len), rest.len());
        if len > found as u64 {
            return Err(WeightsFault::Header { found, expected: len });
        }
        let Some((header, data)) = rest.split_at_checked(len as usize) else {
            return Err(WeightsFault::Header { found, expected: len });
        };
        let mut scanner = Scanner::new(header);
        if !scanner.take(b'{') {
            return Err(scanner.expected("`{`"));
        }
        Ok(Header { scanner, data, first: true, metadata: false, last: false })
    }

    /// The next tensor. Behind the last one it has seen the whole header.
    pub(super) const fn next(&mut self) -> Result<Option<Stored<'a>>, WeightsFault> {
        while !self.last {
            self.scanner.space();
            let another = if self.first {
                !self.scanner.take(b'}')
            } else {
                attempt!(self.scanner.another(b'}', "`,` or `}` behind a tensor"))
            };
            if !another {
                self.scanner.space();
                if !self.scanner.is_at_end() {
                    return Err(self.scanner.expected("the end of the header"));
                }
                self.last = true;
                break;
            }
            self.first = false;
            let at = self.scanner;
            let name = attempt!(self.scanner.string());
            attempt!(self.scanner.mark(b':', "`:` behind a name"));
            if !name.is(Text::plain("__metadata__")) {
                return match self.tensor(name) {
                    Ok(tensor) => Ok(Some(tensor)),
                    Err(fault) => Err(fault),
                };
            }
            if self.metadata {
                return Err(at.expected("no second `__metadata__`"));
            }
            self.metadata = true;
            attempt!(self.skip_metadata());
        }
        Ok(None)
    }

    /// Texts by name.
    const fn skip_metadata(&mut self) -> Result<(), WeightsFault> {
        let scanner = &mut self.scanner;
        attempt!(scanner.mark(b'{', "`{` before the metadata"));
        if scanner.take(b'}') {
            return Ok(());
        }
        loop {
            attempt!(scanner.string());
            attempt!(scanner.mark(b':', "`:` behind a name"));
            attempt!(scanner.string());
            if !attempt!(scanner.another(b'}', "`,` or `}` behind a text")) {
                return Ok(());
            }
        }
    }

    /// Type, shape and offsets, each once, in any order.
    const fn tensor(&mut self, name: Text<'a>) -> Result<Stored<'a>, WeightsFault> {
        let scanner = &mut self.scanner;
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        attempt!(scanner.mark(b'{', "`{` before a tensor"));
        loop {
            let at = *scanner;
            let key = attempt!(scanner.string());
            attempt!(scanner.mark(b':', "`:` behind a name"));
            // An escape in one of these three words would be a trick.
            match key.raw {
                b"dtype" if dtype.is_none() => dtype = Some(attempt!(read_dtype(scanner))),
                b"shape" if shape.is_none() => shape = Some(attempt!(read_numbers(scanner))),
                b"data_offsets" if offsets.is_none() => offsets = Some(attempt!(read_numbers(scanner))),
                _ => return Err(at.expected("`dtype`, `shape` and `data_offsets`, each once")),
            }
            if !attempt!(scanner.another(b'}', "`,` or `}` in a tensor")) {
                break;
            }
        }
        let (Some((dtype, bits)), Some((dims, elements)), Some((offsets, _))) = (dtype, shape, offsets) else {
            return Err(scanner.expected("`dtype`, `shape` and `data_offsets` before this"));
        };
        let &[begin, end] = offsets.as_slice() else {
            return Err(scanner.expected("two `data_offsets` before this"));
        };
        let expected = match bytes(elements, bits) {
            Some(bytes) => bytes,
            None => return Err(scanner.expected("a tensor that fits this machine before this")),
        };
        if begin > end || end - begin != expected {
            return Err(WeightsFault::Size { tensor: Quote::of(name), begin, end, expected });
        }
        // Where the file is cut off there is less; `survey` refuses such a file.
        Ok(Stored { name, begin, end, dtype, dims, data: part(self.data, begin, end) })
    }
}

/// The bytes of a tensor, where they are whole and fit this machine.
const fn bytes(elements: Option<usize>, bits: u64) -> Option<usize> {
    let Some(elements) = elements else { return None };
    match (elements as u64).checked_mul(bits) {
        Some(bits) if bits % 8 == 0 && bits / 8 <= isize::MAX as u64 => Some((bits / 8) as usize),
        _ => None,
    }
}

const fn read_dtype(scanner: &mut Scanner<'_>) -> Result<(&'static str, u64), WeightsFault> {
    let at = *scanner;
    let name = attempt!(scanner.string());
    let mut i = 0;
    while i < DTYPES.len() {
        if name.is(Text::plain(DTYPES[i].0)) {
            return Ok(DTYPES[i]);
        }
        i += 1;
    }
    Err(at.expected("a type of elements such as `F32`"))
}

/// A list of numbers, and their product where this machine can hold it.
const fn read_numbers(scanner: &mut Scanner<'_>) -> Result<(Dims, Option<usize>), WeightsFault> {
    let (mut dims, mut product) = (Dims::NONE, Some(1usize));
    attempt!(scanner.mark(b'[', "`[` before numbers"));
    if scanner.take(b']') {
        return Ok((dims, product));
    }
    loop {
        let dim = attempt!(scanner.number());
        dims.push(dim);
        product = match product {
            Some(product) => product.checked_mul(dim),
            None => None,
        };
        if !attempt!(scanner.another(b']', "`,` or `]` behind a number")) {
            return Ok((dims, product));
        }
    }
}
