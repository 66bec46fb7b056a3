//! What an option of an optimiser remembers: nothing where it is off, and one scalar for each parameter where it is on.

use super::Zeroed;
use crate::parameters::Parameters;
use core::ops::Range;

/// An option of an optimiser: `()` where it is off, which takes no memory, or a type with its name.
pub trait Remember: Copy + 'static {
    /// What is remembered for parameters whose gradient is `G`.
    type Memory<G: Parameters>: Zeroed;

    /// What is remembered for a range of parameters, where the option is on.
    fn slice<G: Parameters>(memory: &mut Self::Memory<G>, range: Range<usize>) -> Option<&mut [G::Scalar]>;
}

impl Remember for () {
    type Memory<G: Parameters> = ();

    #[inline(always)]
    fn slice<G: Parameters>((): &mut (), _: Range<usize>) -> Option<&mut [G::Scalar]> {
        None
    }
}

/// One scalar for each parameter, zero at the start.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct Kept<G>(pub G);

// SAFETY: zero bits are a valid gradient by the contract of `Parameters`.
unsafe impl<G: Parameters> Zeroed for Kept<G> {}

macro_rules! options {
    ($($option:ty)*) => {$(
        impl Remember for $option {
            type Memory<G: Parameters> = Kept<G>;

            #[inline(always)]
            fn slice<G: Parameters>(memory: &mut Kept<G>, range: Range<usize>) -> Option<&mut [G::Scalar]> {
                memory.0.flat_mut().get_mut(range)
            }
        }
    )*};
}
options!(super::Amsgrad super::Centered super::Momentum);
