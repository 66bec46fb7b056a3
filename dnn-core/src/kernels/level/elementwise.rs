//! Loops of which the compiler makes vectors, at every level.

/// Defines a function over slices of one length, and options, that goes through them element by element. Where they are long
/// its loop is compiled for each level, and the compiler makes vectors of it; threads share it, if there are any. Where they are
/// short, or the target has no vectors, it is inlined.
///
/// Nothing is fused and sums are not made this way, so that every level and any number of threads gives the same bits.
macro_rules! elementwise {
    (
        $(#[$doc:meta])*
        fn $name:ident[$($generic:tt)*](
            $first:ident: $slice:ty $(, $other:ident: $slices:ty)* $(; $option:ident: $ty:ty $(, $options:ident: $types:ty)*)?
        ) $body:block
    ) => {
        $(#[$doc])*
        #[inline(always)]
        #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formula names")]
        fn $name<$($generic)*>(
            $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
        ) {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn plain<$($generic)*>(
                $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
            ) $body
            #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
            #[allow(clippy::too_many_arguments)]
            #[inline(never)]
            fn at_best<$($generic)*>(
                $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
            ) {
                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
                #[inline(never)]
                fn avx512<$($generic)*>(
                    $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
                ) {
                    plain($first $(, $other)* $(, $option $(, $options)*)?)
                }
                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx2,fma")]
                #[inline(never)]
                fn avx2<$($generic)*>(
                    $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
                ) {
                    plain($first $(, $other)* $(, $option $(, $options)*)?)
                }
                match crate::kernels::level::best() {
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: the machine has its best level.
                    crate::kernels::level::Level::Avx512 => unsafe {
                        avx512($first $(, $other)* $(, $option $(, $options)*)?)
                    },
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: as above.
                    crate::kernels::level::Level::Avx2 => unsafe {
                        avx2($first $(, $other)* $(, $option $(, $options)*)?)
                    },
                    _ => plain($first $(, $other)* $(, $option $(, $options)*)?),
                }
            }
            // One function wherever it is called from: what threads share makes much code.
            #[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
            #[allow(clippy::too_many_arguments)]
            #[inline(never)]
            fn on_threads<$($generic)*>(
                $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
            ) {
                let Some(parts) = crate::kernels::team::parts($first.len()) else {
                    return at_best($first $(, $other)* $(, $option $(, $options)*)?);
                };
                let (each, mut $first) = ($first.len().div_ceil(parts), $first);
                $(let mut $other = $other;)*
                let mut shared = [const { None }; crate::kernels::team::MOST];
                for part in shared.iter_mut().take(parts) {
                    use crate::kernels::team::Split;
                    *part = Some((
                        $first.take_first(each), $($other.take_first(each),)* $($option, $($options,)*)?
                    ));
                }
                crate::kernels::team::share(shared, |($first, $($other,)* $($option, $($options,)*)?)| {
                    at_best(
                        core::mem::take($first) $(, core::mem::take($other))* $(, *$option $(, *$options)*)?
                    )
                });
            }
            #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
            if $first.len() >= crate::kernels::route::LONG {
                #[cfg(feature = "std")]
                return on_threads($first $(, $other)* $(, $option $(, $options)*)?);
                #[cfg(not(feature = "std"))]
                return at_best($first $(, $other)* $(, $option $(, $options)*)?);
            }
            plain($first $(, $other)* $(, $option $(, $options)*)?)
        }
    };
}
pub(crate) use elementwise;
