//! Parameters: their names, shapes and places in a network, and a network as one flat slice.

use crate::frozen::Frozen;
#[cfg(feature = "std")]
use crate::io::WeightsError;
use crate::io::{self, WeightsFault};
use crate::path::{End, Path};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat_mut};
use core::ops::Range;

/// What a tensor of a network is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is trained: it has a gradient.
    Parameter,
    /// It is state that training moves without a gradient, such as running statistics.
    Buffer,
    /// It stays what it is, parameter or buffer: it belongs to a frozen layer.
    Frozen,
}

/// One row in the table of a type's tensors; offsets and strides are in bytes.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// A tensor of this type itself.
    Tensor {
        /// The field's name: `weight`.
        name: &'static str,
        /// Where it begins.
        offset: usize,
        /// Its shape.
        dims: &'static [usize],
        /// What it is for.
        role: Role,
    },
    /// A field, or an array of them, whose type has a table of its own.
    Nested {
        /// The field's name: `fc1`.
        name: &'static str,
        /// Where it, or the first of the array, begins.
        offset: usize,
        /// From one of the array to the next.
        stride: usize,
        /// The length of the array.
        count: Option<usize>,
        /// The table of the field's type.
        table: &'static [Entry],
        /// The tensors in that table, so that nothing has to walk down to count them.
        tensors: usize,
        /// Whether it is not trained: then all its tensors have the role [`Role::Frozen`].
        frozen: bool,
    },
}

/// Elements in a tensor of shape `dims`.
pub(crate) const fn elements(dims: &[usize]) -> usize {
    let (mut product, mut i) = (1, 0);
    while i < dims.len() {
        product *= dims[i];
        i += 1;
    }
    product
}

/// The scalars in all tensors of a table; `None` counts every role.
pub const fn count(table: &[Entry], role: Option<Role>) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < table.len() {
        sum += match &table[i] {
            Entry::Tensor { dims, role: own, .. } => match (role, own) {
                (None, _)
                | (Some(Role::Parameter), Role::Parameter)
                | (Some(Role::Buffer), Role::Buffer)
                | (Some(Role::Frozen), Role::Frozen) => elements(dims),
                _ => 0,
            },
            Entry::Nested { count: times, table, frozen, .. } => {
                let each = match (frozen, role) {
                    (true, Some(Role::Frozen)) => count(table, None),
                    (true, Some(_)) => 0,
                    _ => count(table, role),
                };
                match times {
                    Some(times) => each * *times,
                    None => each,
                }
            }
        };
        i += 1;
    }
    sum
}

/// The tensors in a table. It calls nothing, so that what walks a table on a microcontroller takes a known stack.
pub const fn leaves(table: &[Entry]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < table.len() {
        sum += match &table[i] {
            Entry::Tensor { .. } => 1,
            Entry::Nested { count: Some(times), tensors, .. } => *tensors * *times,
            Entry::Nested { tensors, .. } => *tensors,
        };
        i += 1;
    }
    sum
}

/// A type that consists of scalars with names: a layer or a network. **Derive it.**
///
/// ```
/// # use dnn_core as dnn;
/// use dnn::{Parameters, Rng};
/// let mut fc: dnn::Linear<3, 2> = dnn::zeros();
/// fc.init_in(&mut Rng::new(1));
/// assert_eq!(fc.parameter("bias"), Some(&fc.bias[..]));
/// assert_eq!(fc.flat().len(), 8);
/// ```
///
/// # Safety
/// The type begins with values of `Scalar` without padding between them, and nothing but [`Frozen`](crate::Frozen)
/// references, of which `BORROWS` tells, and padding lies behind them; all zero bits are a valid value; `TABLE` lists tensors that lie inside it, apart from each
/// other, and cover the scalars. The same holds for `Gradient`, whose table lists the tensors of
/// the role [`Role::Parameter`] of this type, in the same order, with the same shapes; where it is another type, its tensors
/// lie in the order of its table.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no table of parameters",
    label = "not a layer with parameters",
    note = "write `#[derive(Parameters)]` above a layer of your own; a field that is a tensor is spelled as an array, not as an alias"
)]
pub unsafe trait Parameters: Sized + 'static {
    /// What it computes in.
    type Scalar: Scalar;
    /// What has the shape of its gradient: itself, or a twin without buffers.
    type Gradient: Parameters<Scalar = Self::Scalar, Gradient = Self::Gradient>;
    /// Names, places, shapes and roles of its tensors.
    const TABLE: &'static [Entry];
    /// Whether [`Frozen`](crate::Frozen) references lie behind its tensors.
    const BORROWS: bool = false;

    /// Fills it with PyTorch's default initialisation.
    fn init_in<R: Generator>(&mut self, rng: &mut R);

    /// Everything as one slice, as it lies in memory; a layer behind a reference is not part of it.
    ///
    /// For a network that is the order of the table. A layer that derives this lies in the order of its fields where it is
    /// `#[repr(C)]`, and otherwise in one that rustc chooses: [`parameters`](Parameters::parameters) goes by names.
    #[inline(always)]
    fn flat(&self) -> &[Self::Scalar] {
        if const { size_of::<Self>() == 0 } {
            return &[]; // a type of no scalars need not have their alignment
        }
        // SAFETY: by contract the type begins with the scalars that its table lists; counting them evaluates the table, and
        // with it the seal of one that is derived.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast(), const { count(Self::TABLE, None) }) }
    }

    /// Everything as one slice to write to.
    #[inline(always)]
    fn flat_mut(&mut self) -> &mut [Self::Scalar] {
        if const { size_of::<Self>() == 0 } {
            return &mut [];
        }
        // SAFETY: as in `flat`; the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut((&raw mut *self).cast(), const { count(Self::TABLE, None) }) }
    }

    /// Every tensor with its name, as PyTorch's `state_dict` lists them.
    fn parameters(&self) -> impl Iterator<Item = Named<'_, Self::Scalar>> {
        let scalars = self.flat();
        (0..leaves(Self::TABLE)).filter_map(move |index| {
            let leaf = leaf::<Self>(index)?;
            let values = scalars.get(leaf.start..leaf.start + elements(leaf.dims))?;
            Some(Named { name: leaf.name, dims: leaf.dims, role: leaf.role, values })
        })
    }

    /// The values of the tensor of this name, such as `fc1.weight`, in row-major order.
    fn parameter(&self, name: &str) -> Option<&[Self::Scalar]> {
        self.parameters().find(|named| named.name == name).map(|named| named.values)
    }

    /// The values of the tensor of this name, to write to.
    fn parameter_mut(&mut self, name: &str) -> Option<&mut [Self::Scalar]> {
        let leaf = (0..leaves(Self::TABLE)).filter_map(leaf::<Self>).find(|leaf| leaf.name == name)?;
        self.flat_mut().get_mut(leaf.start..leaf.start + elements(leaf.dims))
    }

    /// Takes over the weights in the bytes of a [safetensors](https://github.com/huggingface/safetensors) file, such as
    /// PyTorch's `safetensors.torch.save_file(model.state_dict(), ..)` writes. Nothing is allocated.
    ///
    /// Tensors are found by their names, [`parameters`](Parameters::parameters) lists them; their order does not count. The
    /// `num_batches_tracked` of PyTorch's normalisations is passed over.
    /// Everything is checked before the first value is written: after an error the weights are what they were.
    ///
    /// ```
    /// # use dnn_core as dnn;
    /// use dnn::{Linear, Parameters};
    /// let bytes = Linear { weight: [[1.0f32, 2.0]], bias: [3.0] }.to_safetensors();
    /// let mut fc: Linear<2, 1> = dnn::zeros();
    /// fc.load_bytes(&bytes)?;
    /// assert_eq!(fc, Linear { weight: [[1.0, 2.0]], bias: [3.0] });
    ///
    /// let mut other: Linear<1, 2> = dnn::zeros();
    /// let fault = other.load_bytes(&bytes).unwrap_err();
    /// assert_eq!(fault.to_string(), "`weight` is [1, 2], but the network has [2, 1]: transpose it");
    /// # Ok::<(), dnn::WeightsFault>(())
    /// ```
    ///
    /// # Errors
    /// The bytes are not a whole file of the format, a tensor is missing or too many, or one has another shape or type
    /// than here: `F32` is for networks of `f32`, `F64` for those of `f64`.
    fn load_bytes(&mut self, file: &[u8]) -> Result<(), WeightsFault> {
        io::load(self, file)
    }

    /// All weights as the bytes of a [safetensors](https://github.com/huggingface/safetensors) file, with the names and
    /// shapes of PyTorch's `state_dict`.
    #[cfg(feature = "alloc")]
    fn to_safetensors(&self) -> alloc::vec::Vec<u8> {
        io::to_safetensors(self)
    }

    /// Takes over the weights in a file, as [`load_bytes`](Parameters::load_bytes).
    ///
    /// # Errors
    /// The file cannot be read, or it is not one of these weights.
    #[cfg(feature = "std")]
    fn load(&mut self, path: impl AsRef<std::path::Path>) -> Result<(), WeightsError> {
        io::open(self, path.as_ref())
    }

    /// Writes all weights to a file, as [`to_safetensors`](Parameters::to_safetensors) gives them.
    ///
    /// A file of that name is replaced at once, when all bytes are on the disk: whoever stops the program, there is the old
    /// file or the new one.
    ///
    /// # Errors
    /// The file cannot be written.
    #[cfg(feature = "std")]
    fn save(&self, path: impl AsRef<std::path::Path>) -> Result<(), WeightsError> {
        io::save(self, path.as_ref())
    }

    /// Takes over every value of `other`, in place.
    fn copy_from(&mut self, other: &Self) {
        for (to, from) in self.flat_mut().iter_mut().zip(other.flat()) {
            *to = *from;
        }
    }

    /// Sets every value to zero, in place.
    #[inline]
    fn set_zero(&mut self) {
        for value in self.flat_mut() {
            *value = Self::Scalar::ZERO;
        }
    }
}

/// A network, a layer or a gradient of zeros.
pub const fn zeros<P: Parameters>() -> P {
    // SAFETY: the contract of `Parameters` makes all zero bits a valid value.
    unsafe { core::mem::zeroed() }
}

/// A network of zeros on the heap; it is never on the stack, however large it is.
#[cfg(feature = "alloc")]
pub fn boxed_zeros<P: Parameters>() -> alloc::boxed::Box<P> {
    // SAFETY: the contract of `Parameters` makes all zero bits a valid value.
    unsafe { alloc::boxed::Box::new_zeroed().assume_init() }
}

/// The table itself, after a check that the type is its tensors, side by side. `borrowing` says of nested types whether they
/// hold references.
///
/// An aligned type ends with padding, which nobody reads. What lies inside it then has to end with its tensors.
///
/// # Panics
/// It holds something else. The build stops, since a table is a constant.
#[track_caller]
pub const fn sealed<P: Parameters>(table: &'static [Entry], borrowing: &[bool]) -> &'static [Entry] {
    let bytes = side_by_side::<P>(table, borrowing);
    assert!(
        bytes.next_multiple_of(align_of::<P>()) == size_of::<P>(),
        "it holds something that is no tensor of its scalar: padding, or another type"
    );
    table
}

/// The same for a type whose references to frozen layers begin at `offset`, behind its scalars.
///
/// # Panics
/// There is room for something else between them.
#[track_caller]
pub const fn sealed_before<P: Parameters>(
    table: &'static [Entry],
    borrowing: &[bool],
    offset: usize,
) -> &'static [Entry] {
    let bytes = side_by_side::<P>(table, borrowing);
    assert!(
        bytes.next_multiple_of(align_of::<Frozen<P>>()) == offset,
        "references to frozen layers lie behind the tensors"
    );
    table
}

/// The bytes of all tensors, which begin with the type and have nothing between them.
#[track_caller]
const fn side_by_side<P: Parameters>(table: &[Entry], borrowing: &[bool]) -> usize {
    let mut i = 0;
    while i < borrowing.len() {
        assert!(
            !borrowing[i],
            "a network inside it holds a reference to a frozen layer: write `#[frozen]` there and no `&'static`"
        );
        i += 1;
    }
    let (scalar, mut end) = (size_of::<P::Scalar>(), 0);
    let mut i = 0;
    while i < table.len() {
        let own = match &table[i] {
            Entry::Tensor { offset, dims, .. } => *offset + elements(dims) * scalar,
            Entry::Nested { count: Some(0), .. } => 0,
            Entry::Nested { offset, stride, count: times, table, .. } => {
                let before = match times {
                    Some(times) => (*times - 1) * *stride,
                    None => 0,
                };
                *offset + before + count(table, None) * scalar
            }
        };
        end = if own > end { own } else { end };
        i += 1;
    }
    let bytes = count(table, None) * scalar;
    // Tensors lie apart from each other, so that one ends behind their bytes where there is something else before it.
    assert!(
        end == bytes,
        "padding lies between its tensors, behind a network with `#[repr(align(..))]`: write that above the outer network alone"
    );
    bytes
}

/// Sets every element of a tensor to one value.
pub fn fill<X: Tensor<Scalar: Scalar>>(tensor: &mut X, value: f64) {
    for element in flat_mut(core::slice::from_mut(tensor)) {
        *element = X::Scalar::from_f64(value);
    }
}

/// Sets every element of a tensor to a random number in [-bound, bound).
pub fn fill_uniform<X: Tensor<Scalar: Scalar>, R: Generator>(tensor: &mut X, bound: f64, rng: &mut R) {
    for element in flat_mut(core::slice::from_mut(tensor)) {
        *element = X::Scalar::uniform(rng, X::Scalar::from_f64(bound));
    }
}

/// A network on the heap with PyTorch's default initialisation, built in place.
#[cfg(feature = "alloc")]
pub fn boxed<P: Parameters, R: Generator>(rng: &mut R) -> alloc::boxed::Box<P> {
    let mut network = boxed_zeros::<P>();
    network.init_in(rng);
    network
}

/// A tensor of a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Named<'a, T> {
    /// Its path: `fc1.weight`.
    pub name: Path,
    /// Its shape.
    pub dims: &'static [usize],
    /// What it is for.
    pub role: Role,
    /// Its values in row-major order.
    pub values: &'a [T],
}

/// Calls `each` with every run of trained scalars of a network and the range that it has in the flat gradient: once, for
/// everything, where a network holds no buffers.
#[inline(always)]
pub fn trained<N: Parameters>(network: &mut N, mut each: impl FnMut(&mut [N::Scalar], Range<usize>)) {
    let all = const { count(N::TABLE, None) };
    if const { count(N::TABLE, Some(Role::Parameter)) == count(N::TABLE, None) } {
        return each(network.flat_mut(), 0..all);
    }
    let mut done = 0;
    for leaf in (0..leaves(N::TABLE)).filter_map(leaf::<N>).filter(|leaf| leaf.role == Role::Parameter) {
        let len = elements(leaf.dims);
        if let Some(values) = network.flat_mut().get_mut(leaf.start..leaf.start + len) {
            each(values, done..done + len);
        }
        done += len;
    }
}

pub(crate) struct Leaf {
    pub(crate) name: Path,
    pub(crate) start: usize,
    pub(crate) dims: &'static [usize],
    role: Role,
}

/// The tensor number `index` of a type, with its start counted in scalars.
pub(crate) const fn leaf<P: Parameters>(index: usize) -> Option<Leaf> {
    let name = Path::new(P::TABLE, index);
    match name.walk().end() {
        Some(End { offset, dims, role }) => Some(Leaf { name, start: offset / size_of::<P::Scalar>(), dims, role }),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;
    // SAFETY: no scalars, and a table without tensors.
    unsafe impl Parameters for Nothing {
        type Scalar = f64;
        type Gradient = Nothing;
        const TABLE: &'static [Entry] = &[];
        fn init_in<R: Generator>(&mut self, _: &mut R) {}
    }

    #[test]
    fn a_type_of_no_scalars_is_an_empty_slice_wherever_it_lies() {
        let mut at_any_address = [Nothing, Nothing, Nothing];
        for nothing in &mut at_any_address {
            assert!(nothing.flat().is_empty() && nothing.flat_mut().is_empty());
            assert_eq!(nothing.parameters().count(), 0);
        }
    }
}
