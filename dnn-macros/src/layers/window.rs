//! What convolutions and pooling have in common: planes of channels, and a window that moves over them.
//!
//! Over one dimension, planes and windows are one row high.

use super::{Algebra, Arguments, Proof};
use crate::error::{Errors, Place};
use crate::layers::arguments::Sizes;
use crate::shape::{Incoming, brackets};
use quote::quote;

/// A window over rows and columns.
#[derive(Clone)]
pub(super) struct Window {
    /// Dimensions that it moves over.
    pub(super) dims: usize,
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    /// Zeros before and behind.
    pub(super) padding: [usize; 2],
    /// Further zeros behind: `same` with an even kernel.
    pub(super) further: [usize; 2],
    pub(super) dilation: [usize; 2],
    /// Whether a window may reach beyond the end.
    pub(super) ceil: bool,
    /// The tokens of the kernel's rows and columns.
    places: Option<[Place; 2]>,
    /// Those of the padding.
    pub(super) padding_place: Option<Place>,
}

/// The tensor that reaches a layer.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    /// Channels, rows and columns.
    pub(super) dims: [usize; 3],
    /// Whether that is its shape: where it is not, the mistake is noted, and nothing more is said about it.
    pub(super) fit: bool,
}

/// Numbers of rows and columns from those of `dims` dimensions.
pub(super) fn both(values: &[usize], rest: usize) -> [usize; 2] {
    match values {
        [columns] => [rest, *columns],
        [rows, columns, ..] => [*rows, *columns],
        [] => [rest, rest],
    }
}

/// `stride`, `padding` and `dilation` of a window; `stride` is what stands in for one that is not written.
pub(super) fn read(arguments: &mut Arguments<'_>, kernel: &Sizes, dims: usize, stride: Option<&Sizes>) -> Window {
    let size = kernel.values.clone();
    let stride = arguments.sizes_option("stride", dims, 1).or(stride.cloned());
    let words = ["same", "valid"].map(|word| arguments.says("padding", word).is_some());
    let padding = if words == [false; 2] { arguments.sizes_option("padding", dims, 0) } else { None };
    let padding_place = padding.as_ref().map(|sizes| sizes.place);
    Window {
        padding_place,
        dims,
        kernel: both(&size, 1),
        stride: both(&stride.map_or(vec![1; dims], |sizes| sizes.values), 1),
        padding: both(&padding.map_or(vec![0; dims], |sizes| sizes.values), 0),
        further: [0; 2],
        dilation: [1; 2],
        ceil: false,
        places: Some([kernel.places[0], kernel.places[dims - 1]]),
    }
}

/// Notes `padding = same` and `padding = valid` of a layer that is no convolution.
pub(super) fn refuse_words(arguments: &mut Arguments<'_>, label: &str) {
    for (word, example) in [("same", 1), ("valid", 0)] {
        if let Some(place) = arguments.says("padding", word) {
            arguments.error(place, format!("`{label}`: `padding` is a number here: write one, such as {example}"));
        }
    }
}

/// `dilation` of a window.
pub(super) fn read_dilation(arguments: &mut Arguments<'_>, window: &mut Window) {
    if let Some(sizes) = arguments.sizes_option("dilation", window.dims, 1) {
        window.dilation = both(&sizes.values, 1);
    }
}

/// `[channels, rows, columns]` of a tensor that reaches a layer over `dims` dimensions; for one of another rank,
/// which is a mistake, its last lengths stand in.
pub(super) fn planes(incoming: &Incoming<'_>, label: &str, place: Place, dims: usize, errors: &mut Errors) -> Planes {
    match (incoming.dims, dims) {
        ([channels, length], 1) => Planes { dims: [*channels, 1, *length], fit: true },
        ([channels, rows, columns], 2) => Planes { dims: [*channels, *rows, *columns], fit: true },
        (other, _) => {
            let shape = if dims == 1 { "[channels, length]" } else { "[channels, rows, columns]" };
            let example = match other {
                [length] if dims == 1 => vec![1, *length],
                [rows, columns] if dims == 2 => vec![1, *rows, *columns],
                [channels, rows, columns] if dims == 1 => vec![*channels, rows * columns],
                _ => Vec::new(),
            };
            let advice = match &example[..] {
                [] => "put a `Reshape` before it".to_owned(),
                some => {
                    format!("put `Reshape<{}>` before it", brackets(some).trim_matches(&['[', ']'][..]))
                }
            };
            let (from, given) = (incoming.from, brackets(other));
            errors.push(place, format!("`{label}` takes {shape}, but {from} gives {given}: {advice}"));
            let mut last = other.iter().rev().copied();
            let columns = last.next().unwrap_or(1);
            let rows = if dims == 1 { 1 } else { last.next().unwrap_or(1) };
            Planes { dims: [last.next().unwrap_or(1), rows, columns], fit: false }
        }
    }
}

/// The shape of planes without the row that stands for one dimension.
pub(super) fn shape(planes: [usize; 3], dims: usize) -> Vec<usize> {
    if dims == 1 { vec![planes[0], planes[2]] } else { planes.to_vec() }
}

impl Window {
    /// What stands in for one that is a mistake.
    pub(super) fn one(dims: usize) -> Window {
        Window {
            dims,
            kernel: [1; 2],
            stride: [1; 2],
            padding: [0; 2],
            further: [0; 2],
            dilation: [1; 2],
            ceil: false,
            places: None,
            padding_place: None,
        }
    }

    /// From the first to the last element along a dimension.
    fn reach(&self, dim: usize) -> usize {
        self.dilation[dim].saturating_mul(self.kernel[dim] - 1).saturating_add(1)
    }

    /// Rows and columns of positions over `rows` and `columns`, with the proofs of both; a mistake is noted, and answered
    /// by 1.
    pub(super) fn positions(
        &self,
        label: &str,
        from: &str,
        planes: Planes,
        errors: &mut Errors,
    ) -> ([usize; 2], Vec<Proof>) {
        let (mut counts, mut proofs) = ([1; 2], Vec::new());
        for dim in 2 - self.dims..2 {
            let (length, reach) = (planes.dims[dim + 1], self.reach(dim));
            let zeros = 2 * self.padding[dim] + self.further[dim];
            let Some(rest) = (length + zeros).checked_sub(reach) else {
                if planes.fit {
                    self.too_large(label, from, dim, length, errors);
                }
                continue;
            };
            counts[dim] = rest / self.stride[dim] + 1;
            let [k, s, p, d] = [self.kernel[dim], self.stride[dim], self.padding[dim], self.dilation[dim]];
            let n = Algebra::Number;
            let beyond = n(length) + n(zeros) - n(d) * n(k - 1) - n(1);
            if self.ceil {
                // A last window that would begin in the zeros behind is left out.
                let extra = rest % s > 0 && counts[dim] * s < length + p;
                counts[dim] += usize::from(extra);
                let beyond = if extra { beyond + n(s - 1) } else { beyond };
                let rule = quote!(__dnn::shape::windows_ceil(#length, #k, #s, #p, #d));
                proofs.push(Proof { value: counts[dim], rule: Some(rule), algebra: beyond / n(s) + n(1) });
            } else {
                let rule = quote!(__dnn::shape::windows(#length, #k, #s, #zeros, #d));
                proofs.push(Proof { value: counts[dim], rule: Some(rule), algebra: beyond / n(s) + n(1) });
            }
        }
        (counts, proofs)
    }

    fn too_large(&self, label: &str, from: &str, dim: usize, length: usize, errors: &mut Errors) {
        let (reach, padded) = (self.reach(dim), length + 2 * self.padding[dim] + self.further[dim]);
        let what = match (self.dims, dim) {
            (1, _) => "value",
            (_, 0) => "row",
            _ => "column",
        };
        let window = if self.dilation[dim] == 1 {
            format!("a window of {}", count(reach, what))
        } else {
            format!("a window of {}, {} apart, that spans {reach}", count(self.kernel[dim], what), self.dilation[dim])
        };
        let with = if padded > length { format!(", {padded} with padding") } else { String::new() };
        let most = (padded.max(1) - 1) / self.dilation[dim] + 1;
        let given = count(length, what);
        let message =
            format!("`{label}` has {window}, but {from} gives {given}{with}: write at most {most}, or pad more");
        if let Some(places) = self.places {
            errors.push(places[dim], message);
        }
    }
}

/// `1 row`, `2 rows`
fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
