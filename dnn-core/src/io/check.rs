//! A file against the tensors of a network, and the copy of its values.

use super::fault::WeightsFault;
use super::header::{Header, Stored};
use super::quote::Quote;
use super::reader::{covered, survey};
use super::scalar::Bits;
use super::scanner::attempt;
use super::text::Text;
use crate::parameters::{Entry, Leaf, Parameters, Role, elements, leaf, leaves};
use crate::path::Path;

/// Checks that a file is one of this network: valid, with the network's tensors and no others, each of its shape and type.
///
/// # Errors
/// Something of that is not so.
pub const fn check<P: Parameters>(file: &[u8]) -> Result<(), WeightsFault> {
    let header = attempt!(Header::open(file));
    let survey = attempt!(survey(header));
    let tensors = leaves(P::TABLE);
    let (mut start, mut missing, mut first, mut unlike) = (0, 0, 0, None);
    loop {
        let found = attempt!(found::<P>(header, start, &mut unlike));
        let mut index = start;
        while index < tensors && index < start + SET {
            if !found.has(index - start) {
                first = if missing == 0 { index } else { first };
                missing += 1;
            }
            index += 1;
        }
        start = index;
        if start >= tensors {
            break;
        }
    }
    if missing > 0 {
        let tensor = Path::new(P::TABLE, first);
        return Err(WeightsFault::Missing { tensor, count: missing, instead: attempt!(extra::<P>(header)) });
    }
    if survey.count > tensors {
        let tensors = attempt!(extra::<P>(header));
        if !tensors.is_empty() {
            return Err(WeightsFault::Extra { tensors });
        }
    }
    match unlike {
        Some(fault) => Err(fault),
        None => covered(header, &survey),
    }
}

/// Takes over the values of a file after [`check`].
pub(crate) fn load<P: Parameters>(network: &mut P, file: &[u8]) -> Result<(), WeightsFault> {
    check::<P>(file)?;
    let mut header = Header::open(file)?;
    while let Some(tensor) = header.next()? {
        let Meaning::Tensor(index) = meaning(P::TABLE, &tensor) else { continue };
        let Some(leaf) = leaf::<P>(index) else { continue };
        if let Some(to) = network.flat_mut().get_mut(leaf.start..leaf.start + elements(leaf.dims)) {
            Bits::read(to, tensor.data);
        }
    }
    Ok(())
}

/// So many tensors are ticked off in one pass over a header; no number in the file decides how much memory is taken.
const SET: usize = 1024;

/// The tensors of a network, from one of them on, that a file has.
struct Found([u64; SET / 64]);

impl Found {
    const fn has(&self, i: usize) -> bool {
        self.0[i / 64 % (SET / 64)] >> (i % 64) & 1 == 1
    }

    const fn add(&mut self, i: usize) {
        self.0[i / 64 % (SET / 64)] |= 1 << (i % 64);
    }
}

/// Finds the network's tensors from number `start` on, and the first one that is not as the network has it.
const fn found<P: Parameters>(
    mut header: Header<'_>,
    start: usize,
    fault: &mut Option<WeightsFault>,
) -> Result<Found, WeightsFault> {
    let mut found = Found([0; SET / 64]);
    while let Some(tensor) = attempt!(header.next()) {
        let Meaning::Tensor(index) = meaning(P::TABLE, &tensor) else { continue };
        if index < start || index - start >= SET {
            continue;
        }
        if found.has(index - start) {
            return Err(WeightsFault::Duplicate { tensor: Quote::of(tensor.name) });
        }
        found.add(index - start);
        if fault.is_none()
            && let Some(leaf) = leaf::<P>(index)
        {
            *fault = unlike::<P>(&leaf, &tensor);
        }
    }
    Ok(found)
}

/// What is different between a tensor of a network and the one of the same name in a file.
pub(super) const fn unlike<P: Parameters>(leaf: &Leaf, tensor: &Stored<'_>) -> Option<WeightsFault> {
    let (name, found, expected) = (leaf.name, tensor.dtype, <P::Scalar as Bits>::DTYPE);
    if !Text::plain(found).is(Text::plain(expected)) {
        return Some(WeightsFault::Dtype { tensor: name, found, expected });
    }
    if !tensor.dims.is(leaf.dims) {
        return Some(WeightsFault::Shape { tensor: name, found: tensor.dims, expected: leaf.dims });
    }
    None
}

/// The tensors of a file that a network has not.
const fn extra<P: Parameters>(mut header: Header<'_>) -> Result<Quote, WeightsFault> {
    let mut names = Quote::NONE;
    while let Some(tensor) = attempt!(header.next()) {
        if let Meaning::Nothing = meaning(P::TABLE, &tensor) {
            names.push(tensor.name);
        }
    }
    Ok(names)
}

/// What a tensor of a file is to a network.
pub(super) enum Meaning {
    /// Its tensor of this number.
    Tensor(usize),
    /// How many batches a normalisation of PyTorch has seen, beside its running statistics. It takes no part in what the
    /// layer computes, and is passed over.
    Batches,
    Nothing,
}

pub(super) const fn meaning(table: &'static [Entry], tensor: &Stored<'_>) -> Meaning {
    let (mut table, mut index, mut bytes) = (table, 0, tensor.name.bytes());
    'table: loop {
        let (mut i, mut has_buffers) = (0, false);
        while i < table.len() {
            match table[i] {
                Entry::Tensor { name, role, .. } => {
                    if bytes.are(name) {
                        return Meaning::Tensor(index + before(table, i));
                    }
                    has_buffers |= matches!(role, Role::Buffer);
                }
                Entry::Nested { name, count, table: inner, tensors, .. } => {
                    if let Some(mut rest) = bytes.behind(name)
                        && rest.take(b'.')
                    {
                        index += before(table, i);
                        if let Some(count) = count {
                            match rest.index() {
                                Some(element) if element < count => index += element * tensors,
                                _ => return Meaning::Nothing,
                            }
                        }
                        (bytes, table) = (rest, inner);
                        continue 'table;
                    }
                }
            }
            i += 1;
        }
        if has_buffers && bytes.are("num_batches_tracked") && tensor.dims.is(&[]) {
            // Of another type it is something else.
            return if Text::plain(tensor.dtype).is(Text::plain("I64")) { Meaning::Batches } else { Meaning::Nothing };
        }
        return Meaning::Nothing;
    }
}

/// How many tensors stand before entry `i` of a table.
const fn before(table: &'static [Entry], i: usize) -> usize {
    match table.split_at_checked(i) {
        Some((before, _)) => leaves(before),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::quote::Dims;
    use super::*;
    use crate::Linear;
    use std::vec::Vec;

    /// A file whose bytes are written out, so that it is the same on every machine.
    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn values_are_little_endian_wherever_they_lie() {
        // An odd length of header, and the tensors in the other order.
        let header = r#"{"bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
            "weight":{"data_offsets":[4,12],"shape":[1,2],"dtype":"F32"}} "#;
        for header in [header, header.trim_end()] {
            let file = file(header, &[0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc1, 1, 0, 0, 0x80]);
            let mut fc: Linear<2, 1> = crate::zeros();
            load(&mut fc, &file).unwrap();
            assert_eq!((fc.bias, fc.weight[0][0], fc.weight[0][1].to_bits()), ([1.0], -10.0, 0x8000_0001));
            assert_eq!(crate::safetensors::find(&file, "weight").unwrap().unwrap().data, &file[file.len() - 8..]);
        }
    }

    #[test]
    fn a_name_is_found_in_nested_tables() {
        const WEIGHT: Entry = Entry::Tensor { name: "w", offset: 0, dims: &[1], role: crate::Role::Parameter };
        const LONG: Entry = Entry::Tensor { name: "w2", offset: 0, dims: &[1], role: crate::Role::Buffer };
        const NET: &[Entry] = &[
            Entry::Nested {
                name: "fc",
                offset: 0,
                stride: 0,
                count: None,
                table: &[WEIGHT, LONG],
                tensors: 2,
                frozen: false,
            },
            Entry::Nested {
                name: "fc1",
                offset: 0,
                stride: 8,
                count: Some(11),
                table: &[WEIGHT, LONG],
                tensors: 2,
                frozen: false,
            },
            LONG,
        ];
        for (name, index) in [
            ("fc.w", Some(0)),
            ("fc.w2", Some(1)),
            ("fc1.0.w", Some(2)),
            ("fc1.10.w2", Some(23)),
            ("w2", Some(24)),
            ("fc1.11.w", None),
            ("fc1.01.w", None),
            ("fc1.w", None),
            ("fc", None),
            ("fc.w.", None),
            ("w", None),
            ("", None),
        ] {
            let tensor = |name| Stored { name, begin: 0, end: 8, dtype: "I64", dims: Dims::NONE, data: &[] };
            let found = |name| match meaning(NET, &tensor(name)) {
                Meaning::Tensor(index) => Some(index),
                _ => None,
            };
            assert_eq!(found(Text::plain(name)), index, "{name}");
            // However it is written: the first character as an escape.
            let escaped = name.replacen('f', "\\u0066", 1).replacen('w', "\\u0077", 1);
            assert_eq!(found(Text { raw: escaped.as_bytes(), escaped: true }), index, "{escaped}");
            let Some(index) = index else { continue };
            assert_eq!(Path::new(NET, index), name);
        }
    }
}
