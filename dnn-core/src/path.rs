//! The name of a tensor inside nested networks.

use crate::parameters::{Entry, Role};
use core::fmt;

/// A part of a [`Path`]: what stands between two points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Name(&'static str),
    Index(usize),
}

/// The path of a tensor through nested networks, `blocks.1.norm.weight`. It prints as such and compares with a `str`.
#[derive(Clone, Copy)]
pub struct Path {
    table: &'static [Entry],
    index: usize,
}

impl Path {
    /// The path to the tensor number `index` of a table.
    pub(crate) const fn new(table: &'static [Entry], index: usize) -> Path {
        Path { table, index }
    }

    /// From the table down to the tensor.
    pub(crate) const fn walk(&self) -> Walk {
        Walk { table: self.table, index: self.index, offset: 0, frozen: false, element: None, end: None }
    }
}

/// A walk down nested tables to one tensor, part by part; a const iterator.
pub(crate) struct Walk {
    table: &'static [Entry],
    index: usize, // of the tensor, counted from the beginning of `table`
    offset: usize,
    frozen: bool,
    element: Option<usize>,
    end: Option<End>,
}

/// The tensor at the end of a walk, with its offset in bytes.
#[derive(Clone, Copy)]
pub(crate) struct End {
    pub(crate) offset: usize,
    pub(crate) dims: &'static [usize],
    pub(crate) role: Role,
}

impl Walk {
    pub(crate) const fn next(&mut self) -> Option<Part> {
        if let Some(element) = self.element.take() {
            return Some(Part::Index(element));
        }
        let mut i = 0;
        while i < self.table.len() {
            match self.table[i] {
                Entry::Tensor { name, offset, dims, role } => {
                    if self.index == 0 {
                        let role = if self.frozen { Role::Frozen } else { role };
                        self.end = Some(End { offset: self.offset + offset, dims, role });
                        self.table = &[];
                        return Some(Part::Name(name));
                    }
                    self.index -= 1;
                }
                Entry::Nested { name, offset, stride, count, table, tensors: each, frozen } => {
                    let all = match count {
                        Some(count) => each * count,
                        None => each,
                    };
                    if self.index < all && each > 0 {
                        let element = self.index / each;
                        if count.is_some() {
                            self.element = Some(element);
                        }
                        self.offset += offset + element * stride;
                        self.index %= each;
                        self.frozen |= frozen;
                        self.table = table;
                        return Some(Part::Name(name));
                    }
                    self.index -= all;
                }
            }
            i += 1;
        }
        None
    }

    /// Walks the rest of the way; `None` where there is no such tensor.
    pub(crate) const fn end(mut self) -> Option<End> {
        while self.next().is_some() {}
        self.end
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut walk, mut point) = (self.walk(), "");
        while let Some(part) = walk.next() {
            match part {
                Part::Name(name) => write!(f, "{point}{name}")?,
                Part::Index(index) => write!(f, "{point}{index}")?,
            }
            point = ".";
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Path) -> bool {
        let (mut a, mut b) = (self.walk(), other.walk());
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (a, b) if a == b => {}
                _ => return false,
            }
        }
    }
}

impl Eq for Path {}

impl PartialEq<str> for Path {
    fn eq(&self, other: &str) -> bool {
        struct Rest<'a>(&'a str);
        impl fmt::Write for Rest<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
                Ok(())
            }
        }
        let mut rest = Rest(other);
        fmt::write(&mut rest, format_args!("{self}")).is_ok() && rest.0.is_empty()
    }
}

impl PartialEq<&str> for Path {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHT: Entry = Entry::Tensor { name: "weight", offset: 4, dims: &[1], role: Role::Parameter };
    const BIAS: Entry = Entry::Tensor { name: "bias", offset: 0, dims: &[1], role: Role::Buffer };
    const NORM: Entry = Entry::Nested {
        name: "norm",
        offset: 8,
        stride: 0,
        count: None,
        table: &[WEIGHT, BIAS],
        tensors: 2,
        frozen: false,
    };
    const EMPTY: Entry =
        Entry::Nested { name: "relu", offset: 8, stride: 0, count: Some(3), table: &[], tensors: 0, frozen: false };
    const NET: [Entry; 3] = [
        BIAS,
        EMPTY,
        Entry::Nested {
            name: "blocks",
            offset: 16,
            stride: 32,
            count: Some(13),
            table: &[WEIGHT, NORM, BIAS],
            tensors: 4,
            frozen: false,
        },
    ];

    #[test]
    fn a_path_compares_with_its_text() {
        let path = Path::new(&NET, 1 + 12 * 4 + 1);
        assert_eq!(path, "blocks.12.norm.weight");
        for other in ["blocks.12.norm.weigh", "blocks.12.norm.weights", "blocks.1.norm.weight", ""] {
            assert_ne!(path, other);
        }
        assert_eq!(std::format!("{path:?}"), "Path(blocks.12.norm.weight)");
    }

    #[test]
    fn paths_are_equal_where_their_texts_are() {
        static TWIN: [Entry; 3] = NET;
        assert_eq!(Path::new(&NET, 5), Path::new(&TWIN, 5));
        assert_ne!(Path::new(&NET, 5), Path::new(&NET, 6));
    }

    #[test]
    fn a_walk_ends_at_the_tensor() {
        let end = Path::new(&NET, 1 + 2 * 4 + 2).walk().end().unwrap();
        assert_eq!((end.offset, end.dims, end.role), (16 + 2 * 32 + 8, &[1][..], Role::Buffer));
        assert!(Path::new(&NET, 1 + 13 * 4).walk().end().is_none());
    }
}
