//! A frozen layer that lies outside of its network.

use core::fmt;

/// A frozen layer or network behind a reference: the type of the field that `network!` makes of `body: &'static Body`.
///
/// The network then holds the reference alone, so that a body whose weights lie in flash takes no RAM, and many networks
/// share one body. It has no gradient and no state of an optimiser.
///
/// All zero bits are "not there yet", so that a network of zeros, such as in a [`Memory`](crate::Memory), is valid: the
/// field is set before the first pass. A pass without it panics, and gives NaN in a release build without the feature `alloc`.
///
/// ```
/// use dnn_core::{Frozen, Linear};
/// static BODY: Linear<2, 1> = Linear { weight: [[1.0, 2.0]], bias: [3.0] };
/// let body = Frozen::new(&BODY);
/// assert_eq!(body.get().map(|body| body.bias), Some([3.0]));
/// assert_eq!(Frozen::<Linear<2, 1>>::default().get(), None);
/// ```
#[repr(transparent)]
pub struct Frozen<L: 'static>(Option<&'static L>);

impl<L> Frozen<L> {
    /// The layer at a place that lasts as long as the program.
    pub const fn new(layer: &'static L) -> Frozen<L> {
        Frozen(Some(layer))
    }

    /// The layer, if it is there.
    #[inline(always)]
    pub const fn get(self) -> Option<&'static L> {
        self.0
    }
}

impl<L> From<&'static L> for Frozen<L> {
    fn from(layer: &'static L) -> Frozen<L> {
        Frozen::new(layer)
    }
}

// By hand, because what is behind a reference need not be `Clone` or `Default` itself.
impl<L> Clone for Frozen<L> {
    fn clone(&self) -> Frozen<L> {
        *self
    }
}

impl<L> Copy for Frozen<L> {}

impl<L> Default for Frozen<L> {
    fn default() -> Frozen<L> {
        Frozen(None)
    }
}

/// Two are equal where the layers are.
impl<L: PartialEq> PartialEq for Frozen<L> {
    fn eq(&self, other: &Frozen<L>) -> bool {
        self.0 == other.0
    }
}

/// Without its numbers, of which there may be millions.
impl<L> fmt::Debug for Frozen<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Frozen(..)" } else { "Frozen(none)" })
    }
}
