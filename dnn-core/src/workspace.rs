//! Memory for what a pass keeps: a flat slice of scalars in which the memory plan gives every buffer its place.

use crate::frozen::Frozen;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat_mut};
use core::ops::Range;

/// A number of scalars that grows with the batch: `sample` for each sample and `batch` once.
///
/// It says how much workspace a layer or a network needs, and where in it a buffer lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Scalars for each sample.
    pub sample: usize,
    /// Scalars once in a batch.
    pub batch: usize,
}

impl Extent {
    /// Nothing at all.
    pub const NONE: Extent = Extent { sample: 0, batch: 0 };

    /// `sample` scalars for each sample and `batch` once.
    pub const fn new(sample: usize, batch: usize) -> Extent {
        Extent { sample, batch }
    }

    /// The scalars for `samples` samples.
    #[inline(always)]
    pub const fn len(self, samples: usize) -> usize {
        self.sample.wrapping_mul(samples).wrapping_add(self.batch)
    }

    /// Whether nothing is needed, whatever the batch.
    pub const fn is_empty(self) -> bool {
        self.sample == 0 && self.batch == 0
    }

    /// Whether it is another extent, in a constant.
    pub(crate) const fn differs(self, other: Extent) -> bool {
        self.sample != other.sample || self.batch != other.batch
    }

    /// Both one after the other.
    pub const fn and(self, other: Extent) -> Extent {
        Extent { sample: self.sample + other.sample, batch: self.batch + other.batch }
    }

    /// Enough for either.
    pub const fn or(self, other: Extent) -> Extent {
        Extent {
            sample: if self.sample > other.sample { self.sample } else { other.sample },
            batch: if self.batch > other.batch { self.batch } else { other.batch },
        }
    }
}

/// Where a buffer lies in the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The scalars before it.
    pub offset: Extent,
    /// The scalars in it.
    pub len: Extent,
}

impl Place {
    /// A buffer of `len` scalars a sample behind `offset` scalars a sample: what the macro plans.
    pub const fn new(offset: usize, len: usize) -> Place {
        Place { offset: Extent::new(offset, 0), len: Extent::new(len, 0) }
    }

    /// A buffer of `len` behind `offset`.
    pub const fn at(offset: Extent, len: Extent) -> Place {
        Place { offset, len }
    }

    /// What lies before its end.
    pub const fn end(self) -> Extent {
        self.offset.and(self.len)
    }

    /// The range of scalars for `samples` samples.
    #[inline(always)]
    pub const fn range(self, samples: usize) -> Range<usize> {
        let start = self.offset.len(samples);
        start..start.wrapping_add(self.len.len(samples))
    }
}

/// Whether a pass over `samples` samples can run: the other batches, by name, have as many, and the workspace is long enough.
///
/// # Panics
/// Where it cannot. Release builds without the feature `alloc`, where no panic may be reachable, return `false` instead; the
/// pass then gives NaN, so that a mistake is seen there too.
#[inline(always)]
#[track_caller]
pub fn check<const K: usize>(samples: usize, batches: [(&str, usize); K], workspace: usize, need: Extent) -> bool {
    let loud = cfg!(any(feature = "alloc", debug_assertions));
    for (name, len) in batches {
        if len != samples {
            return if loud { different_length(samples, name, len) } else { false };
        }
    }
    if workspace < need.len(samples) {
        return if loud { short_workspace(samples, workspace, need.len(samples)) } else { false };
    }
    true
}

/// What a pass that cannot run gives: NaN in every element.
#[cold]
pub fn spoil<X: Tensor<Scalar: Scalar>>(batch: &mut [X]) {
    for value in flat_mut(batch) {
        *value = X::Scalar::from_f64(f64::NAN);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn different_length(samples: usize, name: &str, len: usize) -> ! {
    panic!("`x` has {samples} samples, but `{name}` has {len}")
}

#[cold]
#[inline(never)]
#[track_caller]
fn short_workspace(samples: usize, workspace: usize, need: usize) -> ! {
    panic!("a workspace of {workspace} scalars, but {samples} samples take {need}")
}

/// A frozen layer that lies behind a reference, for a pass that needs it.
///
/// # Panics
/// There is none yet. As for [`check`], a release build without the feature `alloc` returns `None`, and the pass gives NaN.
#[inline(always)]
#[track_caller]
pub fn present<L>(name: &str, layer: Frozen<L>) -> Option<&'static L> {
    if cfg!(any(feature = "alloc", debug_assertions)) && layer.get().is_none() {
        missing(name)
    }
    layer.get()
}

/// A gradient with respect to the input that is wanted, but ends at frozen layers.
///
/// # Panics
/// It does. As for [`check`], a release build without the feature `alloc` gives NaN instead.
#[cold]
#[inline(never)]
#[track_caller]
pub fn detached<X: Tensor<Scalar: Scalar>>(network: &str, dx: &mut [X]) {
    if cfg!(any(feature = "alloc", debug_assertions)) {
        panic!("`{network}` has no gradient with respect to its input: it ends at the first frozen layers");
    }
    spoil(dx);
}

#[cold]
#[inline(never)]
#[track_caller]
fn missing(name: &str) -> ! {
    panic!("the frozen `{name}` is not there yet: set the field, `network.{name} = Frozen::new(&WEIGHTS)`")
}

/// The buffers at `places`, which the memory plan keeps apart.
///
/// Places that overlap or reach beyond the workspace give empty buffers: no input makes this fail, and the plan's checker
/// and [`check`] at the entry of a pass rule it out.
#[inline(always)]
pub fn buffers<T, const K: usize>(workspace: &mut [T], samples: usize, places: [Place; K]) -> [&mut [T]; K] {
    match workspace.get_disjoint_mut(places.map(|place| place.range(samples))) {
        Ok(buffers) => buffers,
        Err(_) => [(); K].map(|()| -> &mut [T] { &mut [] }),
    }
}

/// The number of samples for one step of a long pass, as if it were another one each time: where the buffers of a step lie is
/// then computed in that step, and not for all steps at once, to be kept on the stack. With a heap there is stack enough.
#[inline(always)]
pub fn anew(samples: usize) -> usize {
    if cfg!(feature = "alloc") { samples } else { core::hint::black_box(samples) }
}

/// The buffer at one place, to read.
#[inline(always)]
pub fn buffer<T>(workspace: &[T], samples: usize, place: Place) -> &[T] {
    workspace.get(place.range(samples)).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_lie_where_the_plan_says() {
        let mut workspace = [0, 1, 2, 3, 4, 5, 6, 7];
        let [a, b] = buffers(&mut workspace, 2, [Place::new(2, 2), Place::new(0, 1)]);
        assert_eq!((&*a, &*b), (&[4, 5, 6, 7][..], &[0, 1][..]));
    }

    #[test]
    fn overlapping_or_distant_places_give_nothing() {
        let mut workspace = [0; 4];
        let [a, b] = buffers(&mut workspace, 1, [Place::new(0, 3), Place::new(2, 2)]);
        assert!(a.is_empty() && b.is_empty());
        let [a] = buffers(&mut workspace, 3, [Place::new(1, 1)]);
        assert!(a.is_empty());
    }

    #[test]
    #[should_panic(expected = "`x` has 3 samples, but `dy` has 2")]
    fn batches_of_one_pass_have_one_length() {
        check(3, [("y", 3), ("dy", 2)], 0, Extent::NONE);
    }

    #[test]
    #[should_panic(expected = "a workspace of 12 scalars, but 3 samples take 13")]
    fn a_workspace_has_room_for_its_pass() {
        check(3, [], 13, Extent::new(4, 1));
        check(3, [], 12, Extent::new(4, 1));
    }

    #[test]
    fn extents_add_and_compare() {
        let own = Extent::new(3, 5);
        assert_eq!(own.len(4), 17);
        assert_eq!(own.and(Extent::new(1, 0)), Extent::new(4, 5));
        assert_eq!(own.or(Extent::new(4, 1)), Extent::new(4, 5));
        assert_eq!(Place::at(Extent::new(2, 0), own).range(2), 4..15);
    }
}
