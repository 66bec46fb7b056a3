//! A row of values, read from left to right.

use super::{DataError, Fault};
use crate::losses::Class;
use crate::tensor::{Tensor, flat_mut, zero};
use alloc::string::{String, ToString};
use core::str::{FromStr, Split};

/// A row of a [`Csv`](crate::Csv); each call reads on from where the last one ended.
#[derive(Debug)]
pub struct Row<'a> {
    file: &'a str,
    line: usize,
    fields: Split<'a, char>,
    pub(super) found: usize, // values in it
    pub(super) read: usize,  // of which so many have been read
}

impl<'a> Row<'a> {
    pub(super) fn new(file: &'a str, line: usize, text: &'a str, separator: char) -> Row<'a> {
        let fields = text.split(separator);
        Row { file, line, found: fields.clone().count(), fields, read: 0 }
    }

    /// The next value as it stands, without the spaces around it.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none.
    pub fn text(&mut self) -> Result<&'a str, DataError> {
        match self.fields.next() {
            Some(field) => {
                self.read += 1;
                Ok(field.trim())
            }
            None => Err(self.error(Fault::TooFew { found: self.found, read: self.read + 1 })),
        }
    }

    /// The next value as a number.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none, [`Fault::Number`] where it is no finite number of this type.
    pub fn number<T: Number>(&mut self) -> Result<T, DataError> {
        let text = self.text()?;
        match T::from_str(text) {
            Ok(number) if number.is_number() => Ok(number),
            _ => Err(self.error(Fault::Number { column: self.read, value: shown(text), kind: T::KIND })),
        }
    }

    /// The next values as a tensor, in row-major order.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none left, [`Fault::Number`] where one is no finite number of this type.
    pub fn tensor<X: Tensor<Scalar: Number>>(&mut self) -> Result<X, DataError> {
        self.tensor_with(|value| value)
    }

    /// The next values, each changed by `change`, as a tensor: `row.tensor_with(|p: f32| p / 255.0)`.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none left, [`Fault::Number`] where one is no finite number of this type.
    pub fn tensor_with<X: Tensor, T: Number>(
        &mut self,
        mut change: impl FnMut(T) -> X::Scalar,
    ) -> Result<X, DataError> {
        let mut x = zero::<X>();
        for value in flat_mut(core::slice::from_mut(&mut x)) {
            *value = change(self.number()?);
        }
        Ok(x)
    }

    /// The next value as a class, whose index is below `N`.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none, [`Fault::Class`] where it is no integer below `N`.
    pub fn class<const N: usize>(&mut self) -> Result<Class<N>, DataError> {
        let text = self.text()?;
        match usize::from_str(text).ok().and_then(Class::new) {
            Some(class) => Ok(class),
            None => Err(self.error(Fault::Class { column: self.read, value: shown(text), classes: N })),
        }
    }

    /// The next value as the class of that name.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none, [`Fault::Name`] where it is none of the names.
    pub fn class_of<const N: usize>(&mut self, names: &[&str; N]) -> Result<Class<N>, DataError> {
        let text = self.text()?;
        match names.iter().position(|name| *name == text).and_then(Class::new) {
            Some(class) => Ok(class),
            None => Err(self.error(Fault::Name { column: self.read, value: shown(text), names: N })),
        }
    }

    /// Reads past `columns` values.
    ///
    /// # Errors
    /// [`Fault::TooFew`] where there is none left.
    pub fn skip(&mut self, columns: usize) -> Result<(), DataError> {
        (0..columns).try_for_each(|_| self.text().map(|_| ()))
    }

    /// An error at this line, for what only the reader of rows can see.
    pub fn fault(&self, text: impl Into<String>) -> DataError {
        self.error(Fault::Other(text.into()))
    }

    pub(super) fn error(&self, fault: Fault) -> DataError {
        DataError::Line { file: self.file.to_string(), line: self.line, fault }
    }
}

/// The beginning of a value: a hostile file must not make a message long.
fn shown(value: &str) -> String {
    value.chars().take(40).collect()
}

/// A number that [`Row`] can read: floating-point numbers and integers.
pub trait Number: Tensor<Scalar = Self> + FromStr {
    /// What a message calls the type.
    const KIND: &'static str;
    /// Whether it is finite.
    fn is_number(self) -> bool;
}

macro_rules! numbers {
    ($($kind:ident $finite:expr;)*) => {$(
        impl Number for $kind {
            const KIND: &'static str = stringify!($kind);
            fn is_number(self) -> bool {
                let finite: fn($kind) -> bool = $finite;
                finite(self)
            }
        }
    )*};
}
numbers! {
    f32 f32::is_finite;
    f64 f64::is_finite;
    u8 |_| true;
    u16 |_| true;
    u32 |_| true;
    u64 |_| true;
    usize |_| true;
    i8 |_| true;
    i16 |_| true;
    i32 |_| true;
    i64 |_| true;
}
