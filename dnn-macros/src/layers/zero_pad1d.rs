//! ZeroPad1d: y = x with zeros around it
//!
//! dx = what lies in dy where x lies in y

use super::{Arguments, Layer, padding};

/// Takes one number, or a list of those before and behind.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    padding::read(arguments, 1)
}
