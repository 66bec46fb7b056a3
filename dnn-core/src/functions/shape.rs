//! Shapes as constants: what a differentiable function computes with while it is compiled.
//!
//! A [`Shape`] is a value that rustc evaluates, so that the length of a row may come from an alias, a constant or another
//! function. The rules panic, and a panic in a constant is a compile error at the token whose span the call carries.

use crate::check::{Text, equal};
use crate::scalar::Scalar;
use crate::tensor::{self, Tensor};

pub use crate::tensor::zero;

/// The deepest nesting that a [`Shape`] describes.
pub const MAX_RANK: usize = 6;

/// Stands where an axis may stand, and means the whole tensor.
pub const WHOLE: usize = usize::MAX;

/// The lengths of a tensor's dimensions, outermost first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shape {
    rank: usize,
    /// 1 behind the last dimension
    dims: [usize; MAX_RANK],
}

impl Shape {
    /// The shape of a scalar.
    pub const SCALAR: Shape = Shape { rank: 0, dims: [1; MAX_RANK] };

    /// The shape of these dimensions.
    #[track_caller]
    pub const fn new(dims: &[usize]) -> Shape {
        if dims.len() > MAX_RANK {
            let text = Text::new().shape(dims).text(" has ").number(dims.len()).text(" dimensions, and at most ");
            text.number(MAX_RANK).text(" are possible: regroup it by `reshape`").panic();
        }
        let mut shape = Shape { rank: dims.len(), ..Shape::SCALAR };
        let mut i = 0;
        while i < dims.len() {
            shape.dims[i] = dims[i];
            i += 1;
        }
        shape
    }

    /// Lengths of 1.
    pub(super) const fn of_rank(rank: usize) -> Shape {
        Shape { rank, ..Shape::SCALAR }
    }

    /// The shape of a type.
    #[track_caller]
    pub const fn of<X: Tensor>() -> Shape {
        Shape::new(X::DIMS)
    }

    /// The shape of what a signature names by an alias.
    #[track_caller]
    pub const fn of_alias<X: Alias>() -> Shape {
        Shape::new(X::DIMS)
    }

    /// The shape of a value.
    #[track_caller]
    pub const fn of_value<X: Tensor>(_: &X) -> Shape {
        Shape::of::<X>()
    }

    /// The number of dimensions.
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// The length of a dimension; 1 where there is none, so that it can stand in an array's type that is not used.
    pub const fn dim(&self, at: usize) -> usize {
        if at < self.rank { self.dims[at] } else { 1 }
    }

    /// The length of a dimension that is counted from the last one, 0; 1 where there is none.
    pub const fn from_last(&self, at: usize) -> usize {
        if at < self.rank { self.dims[self.rank - 1 - at] } else { 1 }
    }

    /// The lengths.
    pub const fn dims(&self) -> &[usize] {
        self.dims.split_at(self.rank).0
    }

    /// The number of elements.
    pub const fn len(&self) -> usize {
        crate::parameters::elements(self.dims())
    }

    /// Whether there is no element.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last length as that of a chunk, which is never 0.
    pub(super) const fn last(&self) -> usize {
        if self.is_empty() || self.rank == 0 { 1 } else { self.dims[self.rank - 1] }
    }

    /// The same without a dimension.
    pub(super) const fn without(&self, axis: usize) -> Shape {
        let mut shape = Shape { rank: self.rank - 1, ..Shape::SCALAR };
        let mut i = 0;
        while i < shape.rank {
            shape.dims[i] = self.dims[if i < axis { i } else { i + 1 }];
            i += 1;
        }
        shape
    }

    /// The same with another length of a dimension.
    pub(super) const fn with(mut self, axis: usize, length: usize) -> Shape {
        self.dims[axis] = length;
        self
    }
}

/// What a signature may name by an alias: a tensor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tensor, so that it has no gradient",
    label = "is no tensor",
    note = "what has no gradient is an integer, a `bool`, an array of them, or what has fields or variants, `mode == Mode::Sum`"
)]
pub trait Alias {
    /// Its lengths.
    const DIMS: &'static [usize];
}

#[diagnostic::do_not_recommend]
impl<X: Tensor> Alias for X {
    const DIMS: &'static [usize] = X::DIMS;
}

/// The shape in which two values meet element by element: shapes are aligned at their last dimensions, and a dimension of
/// length 1, or one that is absent, is repeated.
#[track_caller]
pub const fn broadcast(a: Shape, b: Shape) -> Shape {
    let rank = if a.rank > b.rank { a.rank } else { b.rank };
    let mut shape = Shape { rank, ..Shape::SCALAR };
    let mut i = 1;
    while i <= rank {
        let x = if i <= a.rank { a.dims[a.rank - i] } else { 1 };
        let y = if i <= b.rank { b.dims[b.rank - i] } else { 1 };
        if x != y && x != 1 && y != 1 {
            let text = Text::new().shape(a.dims()).text(" and ").shape(b.dims()).text(" do not broadcast: ");
            text.number(x).text(" meets ").number(y).text(", make them equal or one of them 1").panic();
        }
        shape.dims[rank - i] = if x == 1 { y } else { x };
        i += 1;
    }
    shape
}

/// What an expression has is what its declaration says; `what` is `` `z` `` or another subject of the message.
#[track_caller]
pub const fn same(found: Shape, declared: Shape, what: &str) {
    if !equal(found.dims(), declared.dims()) {
        let text = Text::new().text(what).text(" has the shape ").shape(found.dims()).text(", but is declared with ");
        text.shape(declared.dims()).text(": write ").shape(found.dims()).panic();
    }
}

/// A shape that the macro computed is the one that the rule of this crate gives.
#[track_caller]
pub const fn proved(function: &str, computed: Shape, rule: Shape) {
    if !equal(computed.dims(), rule.dims()) {
        let text = Text::new().text("dnn computed the shape ").shape(computed.dims()).text(" for `").text(function);
        text.text("`, but its rule gives ").shape(rule.dims()).text(": please report this bug of dnn").panic();
    }
}

/// A value has the shape that is taken: `what` takes it.
#[track_caller]
pub(super) const fn takes(what: &str, found: Shape, taken: Shape) {
    if !equal(found.dims(), taken.dims()) {
        let text = Text::new().text(what).text(" is ").shape(taken.dims()).text(" here, and not ");
        text.shape(found.dims()).text(": change one of them").panic();
    }
}

/// The index of an axis, which is counted from the last one where it is negative.
#[track_caller]
pub const fn axis(of: Shape, axis: isize) -> usize {
    let index = if axis < 0 { of.rank as isize + axis } else { axis };
    if index < 0 || index >= of.rank as isize {
        let text = Text::new().shape(of.dims()).text(" has no axis ").text(if axis < 0 { "-" } else { "" });
        no_axis(text.number(axis.unsigned_abs()), of);
    }
    index as usize
}

/// The shape whose axis has the length 1; for [`WHOLE`] all of them have.
#[track_caller]
pub const fn kept(of: Shape, axis: usize) -> Shape {
    if axis == WHOLE {
        let mut shape = of;
        let mut i = 0;
        while i < of.rank {
            shape.dims[i] = 1;
            i += 1;
        }
        return shape;
    }
    has_axis(of, axis);
    of.with(axis, 1)
}

/// The shape with a further axis of length 1 at the index `at`, which counts from behind the last one where it is negative.
#[track_caller]
pub const fn unsqueeze(of: Shape, at: isize) -> Shape {
    let index = if at < 0 { of.rank as isize + 1 + at } else { at };
    if index < 0 || index > of.rank as isize {
        let text = Text::new().shape(of.dims()).text(" has no place ").text(if at < 0 { "-" } else { "" });
        text.number(at.unsigned_abs()).text(" for a further axis: write 0 to ").number(of.rank).panic();
    }
    let mut dims = [1; MAX_RANK];
    let mut i = 0;
    while i < of.rank && i < MAX_RANK {
        let place = if (i as isize) < index { i } else { i + 1 };
        if place < MAX_RANK {
            dims[place] = of.dims[i];
        }
        i += 1;
    }
    let rank = of.rank + 1;
    if rank > MAX_RANK {
        let text = Text::new().text("`unsqueeze` of ").shape(of.dims()).text(": at most ").number(MAX_RANK);
        text.text(" dimensions are possible").panic();
    }
    Shape { rank, dims }
}

/// Panics where a shape has no such axis; the whole tensor is no axis.
#[track_caller]
pub(super) const fn has_axis(of: Shape, axis: usize) {
    if axis >= of.rank {
        no_axis(Text::new().shape(of.dims()).text(" has no axis ").number(axis), of);
    }
}

#[track_caller]
const fn no_axis(text: Text, of: Shape) -> ! {
    match of.rank {
        0 => text.text(": a scalar has none, write the scalar itself").panic(),
        1 => text.text(": write 0").panic(),
        rank => text.text(": write 0 to ").number(rank - 1).panic(),
    }
}

/// The shape behind `reshape`; one length may be -1, which stands for what is left.
#[track_caller]
pub const fn reshape(from: Shape, to: &[isize]) -> Shape {
    if to.len() > MAX_RANK {
        let text = Text::new().text("`reshape` to ").number(to.len()).text(" dimensions: at most ");
        text.number(MAX_RANK).text(" are possible, write fewer").panic();
    }
    let mut shape = Shape { rank: to.len(), ..Shape::SCALAR };
    let (mut known, mut inferred, mut i) = (1, None, 0);
    while i < to.len() {
        if to[i] >= 0 {
            shape.dims[i] = to[i] as usize;
            known *= shape.dims[i];
        } else if to[i] == -1 && inferred.is_none() {
            inferred = Some(i);
        } else {
            Text::new().text("`reshape` infers one length: write -1 once").panic();
        }
        i += 1;
    }
    if let Some(at) = inferred {
        if known == 0 || !from.len().is_multiple_of(known) {
            let text = Text::new().text("the ").number(from.len()).text(" elements of ").shape(from.dims());
            text.text(" are no multiple of ").number(known).text(": change the lengths beside -1").panic();
        }
        shape.dims[at] = from.len() / known;
    } else if known != from.len() {
        let text = Text::new().shape(from.dims()).text(" has ").number(from.len()).text(" elements, and ");
        let text = text.shape(shape.dims()).text(" has ").number(known).text(": write lengths whose product is ");
        text.number(from.len()).panic();
    }
    shape
}

/// The shape behind `flatten`.
pub const fn flatten(from: Shape) -> Shape {
    Shape { rank: 1, ..Shape::SCALAR }.with(0, from.len())
}

/// The array of a shape whose numbers stand in a type: rank and lengths, of which those behind the last one are not read.
pub struct Dims<
    const R: usize,
    const A: usize,
    const B: usize,
    const C: usize,
    const D: usize,
    const E: usize,
    const F: usize,
>;

/// The array of a shape, over scalars `T`.
pub trait Nest<T> {
    /// `[[T; B]; A]` for the rank 2
    type Array: Tensor<Scalar = T>;
}

macro_rules! nest {
    ($($rank:literal: $array:ty),*) => {$(
        impl<T: Scalar, const A: usize, const B: usize, const C: usize, const D: usize, const E: usize, const F: usize> Nest<T>
            for Dims<$rank, A, B, C, D, E, F>
        {
            type Array = $array;
        }
    )*};
}
nest! {
    0: T, 1: [T; A], 2: [[T; B]; A], 3: [[[T; C]; B]; A], 4: [[[[T; D]; C]; B]; A], 5: [[[[[T; E]; D]; C]; B]; A],
    6: [[[[[[T; F]; E]; D]; C]; B]; A]
}

/// What a rule says of shapes: `true` where it holds. Where it does not, its evaluation is an error, and rustc knows nothing of
/// types that are made by it, so that it says nothing more about what has such a type.
pub struct Rule<const HOLDS: bool>;

/// A rule that holds.
pub trait Holds {
    /// X
    type Same<X>;
}

impl Holds for Rule<true> {
    type Same<X> = X;
}

/// A shape is there: its rule holds.
pub const fn holds(_: Shape) -> bool {
    true
}

/// The same scalars as a tensor of another shape, which has as many: `reshape` and `flatten`.
#[inline(always)]
pub fn as_shape<X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &X) -> &R {
    tensor::regrouped(x)
}

/// As [`as_shape`], to write to.
#[inline(always)]
pub fn as_shape_mut<X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &mut X) -> &mut R {
    tensor::regrouped_mut(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Shape = Shape::of::<[[f32; 3]; 2]>();

    #[test]
    fn an_axis_of_length_1_is_kept_or_put_in() {
        let shape = Shape::new(&[2, 3]);
        assert_eq!(kept(shape, 1), Shape::new(&[2, 1]));
        assert_eq!(kept(shape, WHOLE), Shape::new(&[1, 1]));
        let places = [0, 1, 2, -1, -3].map(|at| unsqueeze(shape, at));
        let [first, middle, last] = [[1, 2, 3], [2, 1, 3], [2, 3, 1]].map(|dims| Shape::new(&dims));
        assert_eq!(places, [first, middle, last, last, first]);
    }

    #[test]
    #[should_panic(expected = "[2, 3] has no place -4 for a further axis: write 0 to 2")]
    fn a_further_axis_has_a_place() {
        unsqueeze(Shape::new(&[2, 3]), -4);
    }

    #[test]
    fn a_shape_is_the_dimensions_of_a_type() {
        assert_eq!((A.rank(), A.dims(), A.len(), A.dim(1), A.dim(4)), (2, &[2, 3][..], 6, 3, 1));
        assert_eq!([A.from_last(0), A.from_last(1), A.from_last(2)], [3, 2, 1]);
        assert_eq!(Shape::of_value(&1.0f64), Shape::SCALAR);
        assert_eq!(Shape::new(&[2, 3]), A);
        assert_eq!(flatten(A), Shape::new(&[6]));
        assert!(Shape::new(&[2, 0]).is_empty());
    }

    #[test]
    fn broadcasting_aligns_the_last_dimensions() {
        let shape = |dims| Shape::new(dims);
        assert_eq!(broadcast(A, Shape::SCALAR), A);
        assert_eq!(broadcast(shape(&[3]), A), A);
        assert_eq!(broadcast(shape(&[2, 1]), shape(&[1, 3])), A);
        assert_eq!(broadcast(shape(&[4, 1, 1]), A), shape(&[4, 2, 3]));
    }

    #[test]
    #[should_panic(expected = "[2, 3] and [4] do not broadcast: 3 meets 4, make them equal or one of them 1")]
    fn other_lengths_do_not_broadcast() {
        broadcast(A, Shape::new(&[4]));
    }

    #[test]
    fn negative_axes_count_from_the_last_one() {
        assert_eq!([axis(A, 0), axis(A, 1), axis(A, -1), axis(A, -2)], [0, 1, 1, 0]);
    }

    #[test]
    #[should_panic(expected = "[2, 3] has no axis -3: write 0 to 1")]
    fn an_axis_before_the_first_one() {
        axis(A, -3);
    }

    #[test]
    #[should_panic(expected = "[] has no axis 0: a scalar has none")]
    fn a_scalar_has_no_axis() {
        has_axis(Shape::SCALAR, 0);
    }

    #[test]
    fn reshape_infers_one_length() {
        assert_eq!(reshape(A, &[3, -1]), Shape::new(&[3, 2]));
        assert_eq!(reshape(A, &[-1]), Shape::new(&[6]));
        assert_eq!(reshape(A, &[1, 6, 1]), Shape::new(&[1, 6, 1]));
        assert_eq!(reshape(Shape::SCALAR, &[1]), Shape::new(&[1]));
    }

    #[test]
    #[should_panic(expected = "[2, 3] has 6 elements, and [4, 2] has 8: write lengths whose product is 6")]
    fn reshape_keeps_the_number_of_elements() {
        reshape(A, &[4, 2]);
    }

    #[test]
    #[should_panic(expected = "the 6 elements of [2, 3] are no multiple of 4: change the lengths beside -1")]
    fn reshape_infers_whole_lengths() {
        reshape(A, &[4, -1]);
    }

    #[test]
    #[should_panic(expected = "`z` has the shape [2, 3], but is declared with [3]: write [2, 3]")]
    fn a_declared_shape_is_the_one_that_comes_out() {
        same(A, Shape::new(&[3]), "`z`");
    }

    #[test]
    fn a_type_is_named_through_the_numbers_of_a_shape() {
        fn zeros<T: Scalar>() -> <Dims<{ A.rank() }, { A.dim(0) }, { A.dim(1) }, 1, 1, 1, 1> as Nest<T>>::Array {
            [[T::ZERO; 3]; 2]
        }
        assert_eq!(as_shape::<_, [f64; 6]>(&zeros::<f64>()), &[0.0; 6]);
        let mut x = zeros::<f32>();
        as_shape_mut::<_, [f32; 6]>(&mut x)[5] = 1.0;
        assert_eq!(x[1][2], 1.0);
        let six: <Dims<6, 1, 1, 1, 1, 1, 2> as Nest<f32>>::Array = [[[[[[1.0, 2.0]]]]]];
        assert_eq!(Shape::of_value(&six).dims(), [1, 1, 1, 1, 1, 2]);
    }
}
