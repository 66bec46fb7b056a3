//! The reader: const functions over the bytes of a file, without allocation, recursion and panics.

use super::fault::WeightsFault;
use super::header::{Header, Stored};
use super::quote::Quote;
use super::scanner::attempt;
use super::text::Text;

/// What a pass over the whole header has found.
pub(super) struct Survey {
    /// The number of tensors.
    pub(super) count: usize,
    empty: usize,
    len: usize,    // of the data
    sum: usize,    // of the lengths of all tensors
    ordered: bool, // each tensor begins where the one before it ends
}

/// Reads the whole header, and compares the length of the file with it.
pub(super) const fn survey(mut header: Header<'_>) -> Result<Survey, WeightsFault> {
    let mut survey = Survey { count: 0, empty: 0, len: header.data.len(), sum: 0, ordered: true };
    let (mut expected, mut last) = (0, 0);
    while let Some(tensor) = attempt!(header.next()) {
        survey.count += 1;
        survey.empty += (tensor.begin == tensor.end) as usize;
        survey.sum = survey.sum.saturating_add(tensor.end - tensor.begin);
        survey.ordered = survey.ordered && tensor.begin == last;
        last = tensor.end;
        if last > expected {
            expected = last;
        }
    }
    if expected != survey.len {
        return Err(WeightsFault::Length { found: survey.len, expected });
    }
    Ok(survey)
}

/// Whether the tensors cover the data without overlap and gap.
///
/// A chain of tensors from the first byte to the last, together with a sum of lengths that is no more, leaves nothing
/// for any other tensor.
pub(super) const fn covered(header: Header<'_>, survey: &Survey) -> Result<(), WeightsFault> {
    if survey.ordered {
        return Ok(()); // `survey` has compared the end of the last one with that of the data
    }
    let (mut rest, mut offset, mut in_vain) = (header, 0, 0);
    while offset < survey.len {
        match attempt!(rest.next()) {
            Some(tensor) if tensor.begin == offset && tensor.end > offset => (offset, in_vain) = (tensor.end, 0),
            Some(_) if in_vain >= survey.count => return Err(WeightsFault::Layout { offset }),
            Some(_) => in_vain += 1,
            None => rest = header,
        }
    }
    if survey.sum != survey.len {
        return Err(WeightsFault::Layout { offset });
    }
    // A tensor without elements lies between two others, at the beginning, or at the end.
    let (mut rest, mut left) = (header, survey.empty);
    while left > 0 {
        let Some(tensor) = attempt!(rest.next()) else { break };
        if tensor.begin == tensor.end {
            left -= 1;
            let (mut others, mut between) = (header, tensor.begin == survey.len);
            while !between {
                match attempt!(others.next()) {
                    Some(other) => between = other.begin == tensor.begin && other.end > other.begin,
                    None => return Err(WeightsFault::Layout { offset: tensor.begin }),
                }
            }
        }
    }
    Ok(())
}

/// The tensor of this name, or `None` where the file has none. The header is read up to it and no further: a file of
/// unknown origin is [validated](validate) first.
///
/// # Errors
/// The header is wrong before or in the tensor.
pub const fn find<'a>(file: &'a [u8], name: &str) -> Result<Option<Stored<'a>>, WeightsFault> {
    let mut header = attempt!(Header::open(file));
    while let Some(tensor) = attempt!(header.next()) {
        if tensor.name.is(Text::plain(name)) {
            return match tensor.end - tensor.begin == tensor.data.len() {
                true => Ok(Some(tensor)),
                false => Err(WeightsFault::Length { found: header.data.len(), expected: tensor.end }),
            };
        }
    }
    Ok(None)
}

/// Checks a whole file and gives the number of its tensors: the header is the JSON of a safetensors file, each name is
/// there once, each tensor has as many bytes as its shape and type need, and the tensors cover the data without overlap
/// and gap.
///
/// The time is that of two passes over the header and grows with the square of the number of tensors; nothing grows with
/// a number in the file.
///
/// # Errors
/// Something of that is not so.
pub const fn validate(file: &[u8]) -> Result<usize, WeightsFault> {
    let header = attempt!(Header::open(file));
    let survey = attempt!(survey(header));
    attempt!(distinct(header));
    attempt!(covered(header, &survey));
    Ok(survey.count)
}

/// Whether no two tensors have the same name.
pub(super) const fn distinct(mut header: Header<'_>) -> Result<(), WeightsFault> {
    while let Some(tensor) = attempt!(header.next()) {
        let mut rest = header;
        while let Some(other) = attempt!(rest.next()) {
            if other.name.is(tensor.name) {
                return Err(WeightsFault::Duplicate { tensor: Quote::of(tensor.name) });
            }
        }
    }
    Ok(())
}
