//! Classes: what a sample is, as an index below the number of classes.

/// The index of one of `N` classes, checked when it is made.
///
/// A raw label, such as `3u8`, is a target too, but one that does not exist is found only when training meets it.
///
/// ```
/// use dnn_core::Class;
/// let class = Class::<10>::new(3).unwrap();
/// assert_eq!(class.index(), 3);
/// assert_eq!(Class::<10>::new(10), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Class<const N: usize>(u32);

impl<const N: usize> Class<N> {
    /// The class of this index, where there is one. At most 2^32 classes can be told apart.
    #[inline]
    pub const fn new(index: usize) -> Option<Class<N>> {
        if index < N && index <= u32::MAX as usize { Some(Class(index as u32)) } else { None }
    }

    /// Its index, which is less than `N`: the compiler is told so, and an array of `N` elements is indexed without a check.
    #[inline(always)]
    pub const fn index(self) -> usize {
        let index = self.0 as usize;
        // SAFETY: `new` is the only way to a `Class`, and lets no other index pass.
        unsafe { core::hint::assert_unchecked(index < N) };
        index
    }
}

/// A target of a loss over `N` classes: an unsigned integer or a [`Class<N>`].
pub trait Label<const N: usize>: Copy {
    /// The index of the class.
    fn index(self) -> usize;

    /// Panics at the first label that is no class, naming it and its sample, where the first one is that of sample number
    /// `first`; does nothing where the type rules that out.
    fn check_from(first: usize, labels: &[Self]);
}

impl<const N: usize> Label<N> for Class<N> {
    #[inline(always)]
    fn index(self) -> usize {
        Class::index(self)
    }
    #[inline(always)]
    fn check_from(_: usize, _: &[Class<N>]) {}
}

macro_rules! labels {
    ($($integer:ty)*) => {$(
        impl<const N: usize> Label<N> for $integer {
            #[inline(always)]
            fn index(self) -> usize {
                usize::try_from(self).unwrap_or(usize::MAX)
            }
            #[track_caller]
            fn check_from(first: usize, labels: &[$integer]) {
                for (sample, label) in labels.iter().enumerate() {
                    let sample = first + sample;
                    let index = Label::<N>::index(*label);
                    assert!(index < N, "sample {sample} has the label {label}, but the network gives {N} classes");
                }
            }
        }
    )*};
}
labels!(u8 u16 u32 u64 usize);

/// What the classes of a loss count: `()` where all count the same, or a weight for each.
pub trait ClassWeights<const N: usize> {
    /// The weight of a class.
    fn of(&self, class: usize) -> f64;
}

impl<const N: usize> ClassWeights<N> for () {
    #[inline(always)]
    fn of(&self, _: usize) -> f64 {
        1.0
    }
}

impl<const N: usize> ClassWeights<N> for [f64; N] {
    #[inline(always)]
    fn of(&self, class: usize) -> f64 {
        if class < N { self[class] } else { 0.0 }
    }
}

/// The class of the largest output, the first one of several; none where an output is NaN.
pub(super) fn decision<T: PartialOrd>(y: &[T]) -> Option<usize> {
    let (mut class, mut largest) = (0, y.first()?);
    for (c, v) in y.iter().enumerate() {
        if largest.partial_cmp(v)? == core::cmp::Ordering::Less {
            (class, largest) = (c, v);
        }
    }
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_less_than_the_number_of_classes() {
        assert_eq!(Class::<3>::new(2).map(Class::index), Some(2));
        assert_eq!(Class::<3>::new(3), None);
        assert_eq!(Class::<0>::new(0), None);
        assert_eq!(size_of::<Option<Class<3>>>(), 8);
    }

    #[test]
    fn labels_that_are_classes_pass() {
        <u8 as Label<3>>::check_from(0, &[0, 1, 2]);
        <Class<3> as Label<3>>::check_from(0, &[Class(0), Class(2)]);
        assert_eq!(Label::<3>::index(Class::<3>(2)), 2);
        assert_eq!(<u64 as Label<3>>::index(7), 7);
    }

    #[test]
    #[should_panic(expected = "sample 3 has the label 12, but the network gives 10 classes")]
    fn a_label_that_is_no_class_panics_with_its_sample() {
        <u16 as Label<10>>::check_from(0, &[0, 9, 1, 12, 13]);
    }

    #[test]
    fn the_first_of_equal_outputs_decides_and_nan_decides_nothing() {
        assert_eq!(decision(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(decision(&[f32::NEG_INFINITY; 2]), Some(0));
        assert_eq!(decision(&[1.0, 2.0, f32::NAN]), None);
        assert_eq!(decision(&[f32::NAN]), None);
        assert_eq!(decision::<f32>(&[]), None);
    }
}
