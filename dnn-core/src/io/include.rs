//! A file of weights in the compiler: what `#[weights]` calls.
//!
//! The header is read once, into a place for each tensor of the network. The seals look at the places, so that every
//! mistake is a message of its own. Then each tensor is copied at once: an evaluation of constants takes forty times longer
//! for a loop over its elements.

use super::check::{Meaning, meaning, unlike};
use super::fault::WeightsFault;
use super::header::Header;
use super::quote::Quote;
use super::reader::{covered, survey};
use super::scanner::{attempt, part};
use super::text::equal;
use crate::check::Text;
use crate::parameters::{Entry, Parameters, elements, leaf, leaves, zeros};
use crate::path::Path;

/// What a file has for each of the `N` tensors of a network.
pub struct Reading<const N: usize> {
    tensors: [Found; N],
    extra: Quote,                // tensors that the network has not
    fault: Option<WeightsFault>, // of the file as a whole: then nothing is known of its tensors
}

#[derive(Clone, Copy)]
enum Found {
    Nothing,
    /// The tensor, from this byte of the data on.
    At(usize),
    Unlike(WeightsFault),
}

/// Reads the header of a file for a network, which has `N` tensors.
pub const fn read<P: Parameters, const N: usize>(file: &[u8]) -> Reading<N> {
    let mut reading = Reading { tensors: [Found::Nothing; N], extra: Quote::NONE, fault: None };
    if let Err(fault) = fill::<P, N>(&mut reading, file) {
        reading.fault = Some(fault);
    }
    reading
}

const fn fill<P: Parameters, const N: usize>(reading: &mut Reading<N>, file: &[u8]) -> Result<(), WeightsFault> {
    let header = attempt!(Header::open(file));
    let survey = attempt!(survey(header));
    let mut rest = header;
    while let Some(tensor) = attempt!(rest.next()) {
        let index = match meaning(P::TABLE, &tensor) {
            Meaning::Tensor(index) => index,
            Meaning::Batches => continue,
            Meaning::Nothing => {
                reading.extra.push(tensor.name);
                continue;
            }
        };
        if !matches!(reading.tensors[index], Found::Nothing) {
            return Err(WeightsFault::Duplicate { tensor: Quote::of(tensor.name) });
        }
        let Some(leaf) = leaf::<P>(index) else { continue };
        reading.tensors[index] = match unlike::<P>(&leaf, &tensor) {
            Some(fault) => Found::Unlike(fault),
            None => Found::At(tensor.begin),
        };
    }
    covered(header, &survey)
}

impl<const N: usize> Reading<N> {
    /// What is wrong with a tensor of the network.
    const fn fault(&self, table: &'static [Entry], index: usize) -> Option<WeightsFault> {
        match self.tensors[index] {
            Found::At(_) => None,
            Found::Unlike(fault) => Some(fault),
            Found::Nothing => {
                Some(WeightsFault::Missing { tensor: Path::new(table, index), count: 1, instead: self.extra })
            }
        }
    }

    /// Whether every tensor is there as it should be.
    const fn is_whole(&self) -> bool {
        let (mut whole, mut i) = (self.fault.is_none(), 0);
        while i < N {
            whole = whole && matches!(self.tensors[i], Found::At(_));
            i += 1;
        }
        whole
    }
}

/// The file as a whole is one of weights, without a tensor that the network has not.
#[track_caller]
pub const fn whole<const N: usize>(reading: &Reading<N>, path: &str) {
    let fault = match reading.fault {
        Some(fault) => fault,
        None if reading.extra.is_empty() => return,
        None => WeightsFault::Extra { tensors: reading.extra },
    };
    fault.message().write(begin(path)).panic();
}

/// The tensors of the field `name` are in the file as the network has them: fails for mistake number `nth` among them, and
/// says where that is the `last` one to be shown how many there are behind it.
#[track_caller]
pub const fn layer<P: Parameters, const N: usize>(
    reading: &Reading<N>,
    path: &str,
    name: &str,
    nth: usize,
    last: bool,
) {
    let (mut index, end) = range(P::TABLE, name);
    let (mut mistakes, mut shown) = (0, None);
    while index < end && reading.fault.is_none() {
        if let Some(fault) = reading.fault(P::TABLE, index) {
            if mistakes == nth {
                shown = Some(fault);
            }
            mistakes += 1;
        }
        index += 1;
    }
    let Some(fault) = shown else { return };
    let mut text = fault.message().write(begin(path));
    if last && mistakes > nth + 1 {
        text = text.text(" (and ").number(mistakes - nth - 1).text(" more mistakes in `").text(name).text("`)");
    }
    text.panic();
}

const fn begin(path: &str) -> Text {
    Text::new().text("`").text(path).text("`: ")
}

/// The numbers of the first tensor of a field and of the first one behind it.
const fn range(table: &'static [Entry], field: &str) -> (usize, usize) {
    let (mut first, mut i) = (0, 0);
    while i < table.len() {
        let own = leaves(table.split_at(i).1.split_at(1).0);
        let (Entry::Tensor { name, .. } | Entry::Nested { name, .. }) = table[i];
        if equal(name.as_bytes(), field.as_bytes()) {
            return (first, first + own);
        }
        first += own;
        i += 1;
    }
    (0, 0)
}

/// A network with `#[weights]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no weights in the program",
    label = "it lies behind a reference in a network with `#[weights]`, so it needs some too",
    note = "a network has weights in the program by `#[weights(\"..\")]` before its declaration"
)]
pub trait Included: Sized + 'static {
    /// The static.
    const WEIGHTS: &'static Self;
}

/// The network with the values of the file; zeros where a seal fails, which then stops the build.
pub const fn load<P: Parameters, const N: usize>(file: &[u8], reading: &Reading<N>) -> P {
    let mut network = zeros::<P>();
    if let Ok(header) = Header::open(file)
        && reading.is_whole()
    {
        let mut index = 0;
        while index < N {
            if let (Found::At(begin), Some(leaf)) = (reading.tensors[index], leaf::<P>(index)) {
                let bytes = elements(leaf.dims) * size_of::<P::Scalar>();
                let values = part(header.data, begin, begin + bytes);
                assert!(values.len() == bytes && leaf.start * size_of::<P::Scalar>() + bytes <= size_of::<P>());
                let to = (&raw mut network).cast::<P::Scalar>();
                // SAFETY: by the contract of `Parameters` the network holds the scalars of this tensor here, of which any bits
                // are valid, and the assertion keeps the copy inside both.
                unsafe { copy(to.add(leaf.start).cast(), values, size_of::<P::Scalar>(), cfg!(target_endian = "big")) };
            }
            index += 1;
        }
    }
    network
}

/// Copies scalars of `size` bytes, each of them the other way round where `swap` says so.
///
/// # Safety
/// `to` has room for all of them.
const unsafe fn copy(to: *mut u8, from: &[u8], size: usize, swap: bool) {
    if !swap {
        // SAFETY: the caller's promise; a slice that is borrowed is not what the caller writes to.
        return unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()) };
    }
    let mut i = 0;
    while i < from.len() {
        // SAFETY: the caller's promise. A size is a power of two, so that this reverses the bytes of each scalar.
        unsafe { to.add(i).write(from[i ^ (size - 1)]) };
        i += 1;
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use crate::Linear;
    use crate::io::to_safetensors;

    #[test]
    fn scalars_are_copied_in_the_order_of_the_machine() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        for (swap, size, expected) in
            [(false, 4, bytes), (true, 4, [4, 3, 2, 1, 8, 7, 6, 5]), (true, 8, [8, 7, 6, 5, 4, 3, 2, 1])]
        {
            let mut to = [0; 8];
            // SAFETY: both have eight bytes.
            unsafe { copy(to.as_mut_ptr(), &bytes, size, swap) };
            assert_eq!(to, expected);
        }
    }

    #[test]
    fn a_file_becomes_the_network_that_was_saved() {
        let saved = Linear::<3, 2, f64> { weight: [[1.0, -2.5, 3e-300], [0.0, -0.0, f64::MAX]], bias: [4.0, 5.0] };
        let file = to_safetensors(&saved);
        let reading = read::<Linear<3, 2, f64>, 2>(&file);
        whole(&reading, "a.safetensors");
        assert_eq!(load::<Linear<3, 2, f64>, 2>(&file, &reading), saved);
        // Of another network there is nothing.
        let reading = read::<Linear<2, 3, f64>, 2>(&file);
        assert_eq!(load::<Linear<2, 3, f64>, 2>(&file, &reading), zeros());
    }
}
