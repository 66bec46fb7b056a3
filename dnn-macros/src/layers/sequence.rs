//! What all layers over sequences have in common: they take [steps, width].

use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets, values};
use proc_macro2::Span;

/// Notes what is wrong with the tensor that reaches a layer, which takes `width` values a step, if that is known. The answer
/// is the number of steps and the width.
pub(super) fn check(
    label: &str,
    place: Option<Place>,
    width: Option<usize>,
    incoming: &Incoming<'_>,
    errors: &mut Errors,
) -> (usize, usize) {
    let (from, shape) = (incoming.from, brackets(incoming.dims));
    let mut note = |message: String| place.into_iter().for_each(|place: Place| errors.push(place, &message));
    match *incoming.dims {
        [steps, given] => {
            if let Some(width) = width.filter(|width| *width != given) {
                let takes = values(width);
                note(format!("`{label}` takes {takes} a step, but {from} gives {given}, {shape}: write {given}"));
            }
            (steps, width.unwrap_or(given))
        }
        ref dims => {
            let (i, elements): (usize, usize) = (width.unwrap_or(1), dims.iter().product());
            let steps = elements.checked_div(i).unwrap_or(1).max(1);
            let repair = match width {
                Some(i) if steps * i == elements => format!("put `Reshape<{steps}, {i}>` before it"),
                _ => "give it two dimensions".to_owned(),
            };
            let takes = width.map_or("width".to_owned(), |width| width.to_string());
            note(format!("`{label}` takes a sequence, [steps, {takes}], but {from} gives {shape}: {repair}"));
            (steps, i)
        }
    }
}

/// Notes what is wrong with the mask of attention over so many steps, which is the second value of a layer at `span`, if
/// there is one.
pub(super) fn check_mask(label: &str, span: Span, steps: usize, all: &[Incoming<'_>], errors: &mut Errors) {
    let Some(mask) = all.get(1).filter(|mask| mask.dims != [steps] && mask.dims != [steps, steps]) else { return };
    let (from, shape) = (mask.from, brackets(mask.dims));
    let message = format!("the mask of `{label}` is {shape} from {from}, but there are {steps} steps");
    errors.push(span, format!("{message}: make it [{steps}], or [{steps}, {steps}]"));
}
