//! The name of a tensor inside nested networks.

use core::fmt;

/// The deepest nesting of networks that a [`Path`] can name.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Name(&'static str),
    Index(usize),
}

/// The path of a tensor through nested networks, `blocks.1.norm.weight`. It prints as such and compares with a `str`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    parts: [Part; 2 * MAX_DEPTH],
    len: usize,
}

impl Path {
    pub(crate) const ROOT: Path = Path { parts: [Part::Name(""); 2 * MAX_DEPTH], len: 0 };

    pub(crate) fn push(&mut self, part: Part) {
        if let Some(place) = self.parts.get_mut(self.len) {
            *place = part;
            self.len += 1;
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.parts.iter().take(self.len).enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            match part {
                Part::Name(name) => f.write_str(name)?,
                Part::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

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

    #[test]
    fn a_path_compares_with_its_text() {
        let mut path = Path::ROOT;
        for part in [Part::Name("blocks"), Part::Index(12), Part::Name("weight")] {
            path.push(part);
        }
        assert_eq!(path, "blocks.12.weight");
        for other in ["blocks.12.weigh", "blocks.12.weights", "blocks.1.weight", ""] {
            assert_ne!(path, other);
        }
    }
}
