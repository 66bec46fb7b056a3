//! What operations along one dimension have in common: which dimension that is.

use super::Arguments;
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets};

/// `axis = 0` or `dim = 0`, a dimension of the sample; negative numbers count from the end.
pub(super) struct Axis {
    label: String,
    given: Option<(Place, i64)>,
    default: i64,
}

impl Axis {
    /// Reads `axis = ..`.
    pub(super) fn read(arguments: &mut Arguments<'_>, default: i64) -> Axis {
        Axis { label: arguments.label(), given: arguments.integer_option("axis"), default }
    }

    /// Reads `dim = ..`, as PyTorch's layers call it, the last dimension where it is absent.
    pub(super) fn dim(arguments: &mut Arguments<'_>) -> Axis {
        Axis { label: arguments.label(), given: arguments.integer_option("dim"), default: -1 }
    }

    /// The dimension out of `more` more than the value has; a mistake is noted and gives the first one.
    pub(super) fn of(&self, incoming: &Incoming<'_>, more: usize, errors: &mut Errors) -> usize {
        let rank = (incoming.dims.len() + more) as i64;
        let axis = self.given.map_or(self.default, |given| given.1);
        if (-rank..rank).contains(&axis) {
            return axis.rem_euclid(rank) as usize;
        }
        if let Some((place, axis)) = self.given {
            let (label, from, shape) = (&self.label, incoming.from, brackets(incoming.dims));
            let advice = if rank == 1 { "write 0".to_owned() } else { format!("write 0 to {}", rank - 1) };
            errors.push(place, format!("`{label}` has no dimension {axis}, because {from} gives {shape}: {advice}"));
        }
        0
    }

    /// Where a message about it stands, or `otherwise`.
    pub(super) fn place(&self, otherwise: proc_macro2::Span) -> Place {
        self.given.map_or(otherwise.into(), |given| given.0)
    }
}
