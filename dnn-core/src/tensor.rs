//! A tensor is a nested array, a batch is a slice of tensors.
//!
//! Nothing stands between a user and the data: `[[f32; 28]; 28]` is a tensor of shape `[28, 28]`, `&[[f32; 784]]` is a
//! batch of vectors. The casts of this module change how the same scalars are grouped and nothing else.

/// A nested native array of scalars, or a scalar itself.
///
/// ```
/// use dnn_core::Tensor;
/// assert_eq!(<[[f32; 3]; 2]>::DIMS, [2, 3]);
/// assert_eq!(<[[f32; 3]; 2]>::LEN, 6);
/// ```
///
/// # Safety
/// The type consists of exactly `LEN` values of `Scalar` in row-major order, without padding, with the alignment of
/// `Scalar`, and the value of all zero bits is valid.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tensor",
    label = "a tensor is a scalar or a nested array of scalars, such as `[[f32; 28]; 28]`"
)]
pub unsafe trait Tensor: Copy + 'static {
    /// The type of one element.
    type Scalar: Tensor;
    /// The number of dimensions.
    const RANK: usize;
    /// The number of elements.
    const LEN: usize;
    /// The length of each dimension, outermost first.
    const DIMS: &'static [usize];
}

macro_rules! scalars {
    ($($scalar:ty)*) => {$(
        // SAFETY: a number is one value of itself, and all zero bits are the number zero.
        unsafe impl Tensor for $scalar {
            type Scalar = $scalar;
            const RANK: usize = 0;
            const LEN: usize = 1;
            const DIMS: &'static [usize] = &[];
        }
    )*};
}
scalars!(f32 f64 u8 u16 u32 u64 usize i8 i16 i32 i64);

/// The deepest nesting of arrays that [`Tensor::DIMS`] can describe.
pub const MAX_RANK: usize = 8;

struct Dims<A, const N: usize>(core::marker::PhantomData<A>);

impl<A: Tensor, const N: usize> Dims<A, N> {
    const BUFFER: [usize; MAX_RANK] = {
        assert!(A::RANK < MAX_RANK, "a tensor has at most 8 dimensions");
        let mut dims = [0; MAX_RANK];
        dims[0] = N;
        let mut i = 0;
        while i < A::RANK {
            dims[i + 1] = A::DIMS[i];
            i += 1;
        }
        dims
    };
}

// SAFETY: an array is its elements one after the other, without padding between or around them.
unsafe impl<A: Tensor, const N: usize> Tensor for [A; N] {
    type Scalar = A::Scalar;
    const RANK: usize = A::RANK + 1;
    const LEN: usize = N * A::LEN;
    const DIMS: &'static [usize] = Dims::<A, N>::BUFFER.split_at(Self::RANK).0;
}

/// A tensor of zeros.
pub const fn zero<X: Tensor>() -> X {
    // SAFETY: the contract of `Tensor` makes all zero bits a valid value.
    unsafe { core::mem::zeroed() }
}

/// The scalars of a batch, sample after sample.
#[inline(always)]
pub fn flat<X: Tensor>(x: &[X]) -> &[X::Scalar] {
    // SAFETY: by the contract of `Tensor`, `x.len()` tensors are `x.len() * LEN` scalars.
    unsafe { core::slice::from_raw_parts(x.as_ptr().cast(), x.len() * X::LEN) }
}

/// The scalars of a batch, sample after sample, to write to.
#[inline(always)]
pub fn flat_mut<X: Tensor>(x: &mut [X]) -> &mut [X::Scalar] {
    // SAFETY: as in `flat`; the borrow is exclusive.
    unsafe { core::slice::from_raw_parts_mut(x.as_mut_ptr().cast(), x.len() * X::LEN) }
}

/// Scalars as a batch: as many whole tensors as fit.
#[inline(always)]
pub fn batch<X: Tensor>(scalars: &[X::Scalar]) -> &[X] {
    const { assert!(X::LEN > 0) };
    // SAFETY: `len / LEN` tensors take at most `len` scalars, and a tensor has the alignment of its scalar.
    unsafe { core::slice::from_raw_parts(scalars.as_ptr().cast(), scalars.len() / X::LEN) }
}

/// Scalars as a batch to write to: as many whole tensors as fit.
#[inline(always)]
pub fn batch_mut<X: Tensor>(scalars: &mut [X::Scalar]) -> &mut [X] {
    const { assert!(X::LEN > 0) };
    // SAFETY: as in `batch`; the borrow is exclusive.
    unsafe { core::slice::from_raw_parts_mut(scalars.as_mut_ptr().cast(), scalars.len() / X::LEN) }
}

/// A batch seen as tensors of another shape with the same scalars in the same order: `[[f32; 28]; 28]` as `[f32; 784]`,
/// or as 28 rows of `[f32; 28]`.
///
/// `R` divides `X`; a build stops where it does not.
#[inline(always)]
pub fn view<X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &[X]) -> &[R] {
    const { assert!(R::LEN > 0 && X::LEN.is_multiple_of(R::LEN)) };
    batch(flat(x))
}

/// As [`view`], to write to.
#[inline(always)]
pub fn view_mut<X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &mut [X]) -> &mut [R] {
    const { assert!(R::LEN > 0 && X::LEN.is_multiple_of(R::LEN)) };
    batch_mut(flat_mut(x))
}

/// One tensor seen as one of another shape with the same scalars in the same order.
///
/// Both have as many scalars; a build stops where they have not.
#[inline(always)]
pub(crate) fn regrouped<X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &X) -> &R {
    const { assert!(R::LEN == X::LEN) };
    // SAFETY: by the contract of `Tensor` both are `LEN` scalars of one type.
    unsafe { &*(&raw const *x).cast() }
}

/// As [`regrouped`], to write to.
#[inline(always)]
pub(crate) fn regrouped_mut<X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &mut X) -> &mut R {
    const { assert!(R::LEN == X::LEN) };
    // SAFETY: as in `regrouped`; the borrow is exclusive.
    unsafe { &mut *(&raw mut *x).cast() }
}

/// The elements of the first axis from START on, as many as R has, seen as an R.
///
/// A build stops where there are fewer.
#[inline(always)]
pub(crate) fn rows<const START: usize, X: Tensor, R: Tensor<Scalar = X::Scalar>>(x: &X) -> &R {
    let begin = const {
        let row = if X::LEN == 0 { 0 } else { X::LEN / X::DIMS[0] };
        assert!(START * row + R::LEN <= X::LEN, "no such part");
        START * row
    };
    // SAFETY: by the contract of `Tensor` these are scalars of one type, and the part ends within x.
    unsafe { &*(&raw const *x).cast::<X::Scalar>().add(begin).cast() }
}

/// Copies a batch, as far as both reach.
#[inline(always)]
pub fn copy<X: Tensor>(to: &mut [X], from: &[X]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// What one sample is: a tensor, or a tuple of tensors for a network of several inputs.
///
/// A batch of a tensor is a slice; a batch of a tuple is a tuple of slices.
pub trait Sample {
    /// Several samples to read.
    type Batch<'a>: Copy;
    /// Several samples to write: where `backward` puts the gradient of the input.
    type BatchMut<'a>;
    /// How many samples a batch holds: the smallest number where the slices of a tuple differ.
    fn len(batch: Self::Batch<'_>) -> usize;
    /// The largest number of samples in a slice of a batch: not `len` where the slices of a tuple differ, by mistake.
    #[inline(always)]
    fn longest(batch: Self::Batch<'_>) -> usize {
        Self::len(batch)
    }
    /// The samples from `start` on, at most `count` of them.
    fn part<'a>(batch: Self::Batch<'a>, start: usize, count: usize) -> Self::Batch<'a>;
}

#[inline(always)]
fn part<X>(batch: &[X], start: usize, count: usize) -> &[X] {
    let rest = batch.get(start..).unwrap_or(&[]);
    rest.get(..count).unwrap_or(rest)
}

impl<X: Tensor> Sample for X {
    type Batch<'a> = &'a [X];
    type BatchMut<'a> = &'a mut [X];
    #[inline(always)]
    fn len(batch: &[X]) -> usize {
        batch.len()
    }
    #[inline(always)]
    fn part<'a>(batch: Self::Batch<'a>, start: usize, count: usize) -> Self::Batch<'a> {
        part(batch, start, count)
    }
}

macro_rules! tuples {
    ($(($($tensor:ident $at:tt),+))*) => {$(
        impl<$($tensor: Tensor),+> Sample for ($($tensor),+) {
            type Batch<'a> = ($(&'a [$tensor]),+);
            type BatchMut<'a> = ($(&'a mut [$tensor]),+);
            #[inline(always)]
            fn len(batch: Self::Batch<'_>) -> usize {
                let mut least = usize::MAX;
                $(if batch.$at.len() < least { least = batch.$at.len() })+
                least
            }
            #[inline(always)]
            fn longest(batch: Self::Batch<'_>) -> usize {
                let mut most = 0;
                $(if batch.$at.len() > most { most = batch.$at.len() })+
                most
            }
            #[inline(always)]
            fn part<'a>(batch: Self::Batch<'a>, start: usize, count: usize) -> Self::Batch<'a> {
                ($(part(batch.$at, start, count)),+)
            }
        }
    )*};
}
tuples! { (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dims_are_outermost_first() {
        assert_eq!(<[[[u8; 5]; 4]; 3]>::DIMS, [3, 4, 5]);
        assert_eq!(<[[[u8; 5]; 4]; 3]>::RANK, 3);
        assert_eq!(f64::DIMS, [] as [usize; 0]);
    }

    #[test]
    fn views_keep_the_order_of_scalars() {
        let mut x = [[[1.0f32, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]];
        assert_eq!(view::<_, [f32; 4]>(&x), [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]);
        view_mut::<_, [f32; 2]>(&mut x)[3][0] = 9.0;
        assert_eq!(flat(&x), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0, 8.0]);
    }

    #[test]
    fn a_batch_takes_as_many_tensors_as_fit() {
        let mut scalars = [1.0f32, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(batch::<[f32; 2]>(&scalars), [[1.0, 2.0], [3.0, 4.0]]);
        batch_mut::<[f32; 2]>(&mut scalars)[1] = [0.0; 2];
        assert_eq!(scalars, [1.0, 2.0, 0.0, 0.0, 5.0]);
        assert_eq!(zero::<[[f32; 2]; 1]>(), [[0.0, 0.0]]);
    }

    #[test]
    fn parts_of_a_batch_end_with_it() {
        let x = [1u8, 2, 3];
        assert_eq!(<u8 as Sample>::part(&x, 1, 5), [2, 3]);
        assert_eq!(<u8 as Sample>::part(&x, 4, 5), [0u8; 0]);
        let y = [1.0f32, 2.0];
        assert_eq!(<(u8, f32) as Sample>::len((&x, &y)), 2);
        assert_eq!(<(u8, f32) as Sample>::part((&x, &y), 0, 1), (&x[..1], &y[..1]));
    }
}
