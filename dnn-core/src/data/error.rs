//! What can be wrong with data.

use alloc::string::String;
use core::fmt;

/// What is wrong with data, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataError {
    /// There are more samples than targets, or fewer.
    Lengths {
        /// The number of samples.
        inputs: usize,
        /// The number of targets.
        targets: usize,
    },
    /// The operating system did not give the file.
    Unreadable {
        /// The file.
        file: String,
        /// What the operating system says.
        reason: String,
    },
    /// There are no rows.
    Empty {
        /// The file.
        file: String,
    },
    /// A line is not what it should be.
    Line {
        /// The file.
        file: String,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a line. Columns count from 1; a long value is cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is not text in UTF-8.
    NotUtf8,
    /// There is nothing on it.
    Blank,
    /// It has another number of columns than the first line.
    Columns {
        /// The number of columns on it.
        found: usize,
        /// The number of columns on the first line.
        expected: usize,
    },
    /// The reader of rows asked for more columns than there are.
    TooFew {
        /// The number of columns on it.
        found: usize,
        /// As many were asked for, or more.
        read: usize,
    },
    /// The reader of rows left columns.
    TooMany {
        /// The number of columns on it.
        found: usize,
        /// As many were read.
        read: usize,
    },
    /// A value is not a finite number that its type can hold.
    Number {
        /// Its column.
        column: usize,
        /// The value.
        value: String,
        /// The type: `f32`.
        kind: &'static str,
    },
    /// A value is not a class.
    Class {
        /// Its column.
        column: usize,
        /// The value.
        value: String,
        /// The number of classes.
        classes: usize,
    },
    /// A value is not one of the names of classes.
    Name {
        /// Its column.
        column: usize,
        /// The value.
        value: String,
        /// The number of names.
        names: usize,
    },
    /// What the user's reader of rows says, see [`Row::fault`](crate::Row::fault).
    Other(String),
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataError::Lengths { inputs, targets } => {
                let (s, t) = (if *inputs == 1 { "" } else { "s" }, if *targets == 1 { "" } else { "s" });
                write!(f, "{inputs} sample{s}, but {targets} target{t}: each sample needs one target")
            }
            DataError::Unreadable { file, reason } => write!(f, "cannot read `{file}`: {reason}"),
            DataError::Empty { file } => write!(f, "`{file}` has no rows"),
            DataError::Line { file, line, fault } => write!(f, "`{file}`, line {line}{fault}"),
        }
    }
}

/// The rest of a message that begins with file and line.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NotUtf8 => f.write_str(": the line is not UTF-8: save the file as UTF-8"),
            Fault::Blank => f.write_str(": the line is blank: remove it"),
            Fault::Columns { found, expected } => write!(f, ": {found} columns, but the first line has {expected}"),
            Fault::TooFew { found, read } => write!(f, ": {found} columns, but at least {read} are read"),
            Fault::TooMany { found, read } => write!(f, ": {found} columns, but only {read} are read"),
            Fault::Number { column, value, kind } => {
                let number = if kind.starts_with('f') { "a finite number" } else { "an integer" };
                write!(f, ", column {column}: `{}` is not {number} of type {kind}", value.escape_debug())
            }
            Fault::Class { column, value, classes } => {
                write!(f, ", column {column}: `{}` is not a class: ", value.escape_debug())?;
                write!(f, "the {classes} classes are integers from 0 to {}", classes.saturating_sub(1))
            }
            Fault::Name { column, value, names } => {
                write!(f, ", column {column}: `{}` is none of the {names} names of classes", value.escape_debug())
            }
            Fault::Other(text) => write!(f, ": {text}"),
        }
    }
}

impl core::error::Error for DataError {}
