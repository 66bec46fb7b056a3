//! SIMD levels: what a kernel needs of a vector register, and which registers this machine has.
//!
//! A kernel is a [`Kernel`] whose body is generic over a [`Vector`]. [`run`] picks the level by one relaxed load and calls
//! the body compiled for that level; the calls are out of line, one function for each kernel, scalar and level.

use crate::kernels::columns;
use crate::kernels::convolution::planes::{Planes, Weights};
use crate::kernels::elementary::{Elementary, Map, Powers};
use crate::kernels::linear::{Dots, Rows};
use crate::kernels::pairs::{Largest, LargestBack};
use crate::kernels::route;
use crate::scalar::Scalar;

/// Scalars that fit in one register.
///
/// # Safety
/// A method of a vector of level L must only run on a machine that has the instructions of L.
pub trait Vector<T>: Elementary<T> {
    /// The number of scalars.
    const LANES: usize;
    /// Samples in a tile of dot products, four outputs wide: `4 SAMPLES` sums, `SAMPLES` samples and a weight fit in registers.
    const SAMPLES: usize;
    /// Rows in a tile of weighted sums of rows, two vectors wide: `2 ROWS` sums, two vectors and a factor fit in registers.
    const ROWS: usize;
    /// x in every lane
    unsafe fn splat(x: T) -> Self;
    /// The first `lanes` of `LANES` scalars behind `from`, zero in the other lanes.
    unsafe fn load(from: *const T, lanes: usize) -> Self;
    /// The first `lanes` of `LANES` scalars to `to`.
    unsafe fn store(self, to: *mut T, lanes: usize);
    /// self + b
    unsafe fn add(self, b: Self) -> Self;
    /// self b + c, where the machine rounds once if it can; with the feature `deterministic`, the product is rounded too.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// The sum of the lanes of each of four vectors.
    #[cfg(not(feature = "deterministic"))] // its order depends on the number of lanes
    unsafe fn sums(of: [Self; 4]) -> [T; 4];
    /// The first four scalars of each of LANES rows that begin at `from` and are `row` apart, as four columns. The first `rows`
    /// of them exist, one at least; the lanes of the others hold what there is.
    unsafe fn columns(from: *const T, row: usize, rows: usize) -> [Self; 4];
    /// Four columns as the first four scalars of each of the first `rows` of LANES rows, which begin at `to` and are `row` apart.
    unsafe fn to_rows(columns: [Self; 4], to: *mut T, row: usize, rows: usize);
    /// The even and the odd ones of the scalars of two vectors.
    unsafe fn split(a: Self, b: Self) -> [Self; 2];
    /// Scalars of both vectors in turn: the way back from `split`.
    unsafe fn merge(even: Self, odd: Self) -> [Self; 2];
    /// `a` in the lanes where this is larger than `than`, or NaN, else `b`.
    unsafe fn larger(self, than: Self, a: Self, b: Self) -> Self;
    /// `a` in the lanes where this equals `to`, else `b`.
    unsafe fn equal(self, to: Self, a: Self, b: Self) -> Self;
    /// Runs a kernel on these vectors, out of line.
    unsafe fn call<K: Kernel<Scalar = T>>(kernel: &mut K);
}

/// The vector types of a scalar type, and the kernels on them: out of line and compiled with this crate, whatever networks
/// are built with it.
pub trait Vectors: Sized {
    /// what every target has
    type Portable: Vector<Self>;
    /// 256 bits
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    type Avx2: Vector<Self>;
    /// 512 bits
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    type Avx512: Vector<Self>;
    /// Runs at the best level of this machine.
    fn dots(kernel: &mut Dots<'_, Self>);
    /// Runs at the best level of this machine.
    fn rows(kernel: &mut Rows<'_, Self>);
    /// Runs at the best level of this machine.
    fn planes(kernel: &mut Planes<'_, Self>);
    /// Runs at the best level of this machine.
    fn map(kernel: &mut Map<'_, Self>);
    /// Runs at the best level of this machine.
    fn powers(kernel: &mut Powers<'_, Self>);
    /// Runs at the best level of this machine.
    fn weights(kernel: &mut Weights<'_, Self>);
    /// Runs at the best level of this machine.
    fn largest(kernel: &mut Largest<'_, Self>);
    /// Runs at the best level of this machine.
    fn largest_back(kernel: &mut LargestBack<'_, Self>);
}

macro_rules! vectors {
    ($scalar:ty, $avx2:ident, $avx512:ident) => {
        impl Vectors for $scalar {
            type Portable = Lanes<$scalar>;
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            type Avx2 = core::arch::x86_64::$avx2;
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            type Avx512 = core::arch::x86_64::$avx512;
            #[inline(never)]
            fn dots(kernel: &mut Dots<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(part)) {
                    return;
                }
                run(kernel);
            }
            #[inline(never)]
            fn rows(kernel: &mut Rows<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(part)) {
                    return;
                }
                run(kernel);
            }
            #[inline(never)]
            fn planes(kernel: &mut Planes<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn map(kernel: &mut Map<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn powers(kernel: &mut Powers<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn weights(kernel: &mut Weights<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn largest(kernel: &mut Largest<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn largest_back(kernel: &mut LargestBack<'_, $scalar>) {
                run(kernel);
            }
        }
    };
}
vectors!(f32, __m256, __m512);
vectors!(f64, __m256d, __m512d);

/// Work on vectors.
pub trait Kernel {
    type Scalar: Scalar;
    /// # Safety
    /// The machine has the instructions of `V`.
    unsafe fn run<V: Vector<Self::Scalar>>(&mut self);
}

/// What a machine can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Level {
    /// What the compiler's target has.
    Portable,
    /// 16 registers of 256 bits, fused multiplication and addition
    Avx2,
    /// 32 registers of 512 bits
    Avx512,
}

/// Runs a kernel at the best level of this machine. Targets without vectors have none: nothing is routed here.
#[inline(always)]
pub(crate) fn run<K: Kernel>(kernel: &mut K) {
    if route::TARGET {
        // SAFETY: the machine has its best level.
        unsafe { run_at(best(), kernel) }
    }
}

/// Runs a kernel at a level.
///
/// # Safety
/// The machine has the level.
#[inline(always)]
pub(crate) unsafe fn run_at<K: Kernel>(level: Level, kernel: &mut K) {
    match level {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: as of this function.
        Level::Avx512 => unsafe { <K::Scalar as Vectors>::Avx512::call(kernel) },
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: as of this function.
        Level::Avx2 => unsafe { <K::Scalar as Vectors>::Avx2::call(kernel) },
        // SAFETY: an array needs no instructions that could be missing.
        _ => unsafe { <K::Scalar as Vectors>::Portable::call(kernel) },
    }
}

/// The best level of this machine, or the one that the environment variable `DNN_LEVEL` names, `avx2` or `portable`, to
/// measure it; without the standard library, the best that the compiler's target promises.
#[inline(always)]
pub(crate) fn best() -> Level {
    #[cfg(all(target_arch = "x86_64", feature = "std", not(miri)))]
    {
        use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
        static LEVEL: AtomicU8 = AtomicU8::new(0);
        #[cold]
        fn detect() -> Level {
            let most = std::env::var_os("DNN_LEVEL");
            let most = most.as_ref().and_then(|level| level.to_str()).unwrap_or("avx512");
            let avx512 = std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512vl");
            let avx2 = std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
            let (level, number) = match most {
                "portable" => (Level::Portable, 1),
                "avx2" if avx2 => (Level::Avx2, 2),
                _ if avx512 => (Level::Avx512, 3),
                _ if avx2 => (Level::Avx2, 2),
                _ => (Level::Portable, 1),
            };
            LEVEL.store(number, Relaxed);
            level
        }
        match LEVEL.load(Relaxed) {
            0 => detect(),
            1 => Level::Portable,
            2 => Level::Avx2,
            _ => Level::Avx512,
        }
    }
    #[cfg(not(all(target_arch = "x86_64", feature = "std", not(miri))))]
    if cfg!(miri) {
        Level::Portable
    } else if cfg!(all(target_feature = "avx512f", target_feature = "avx512vl")) {
        Level::Avx512
    } else if cfg!(all(target_feature = "avx2", target_feature = "fma")) {
        Level::Avx2
    } else {
        Level::Portable
    }
}

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
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            #[allow(clippy::too_many_arguments)]
            #[inline(never)]
            fn at_best<$($generic)*>(
                $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
            ) {
                #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
                #[inline(never)]
                fn avx512<$($generic)*>(
                    $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
                ) {
                    plain($first $(, $other)* $(, $option $(, $options)*)?)
                }
                #[target_feature(enable = "avx2,fma")]
                #[inline(never)]
                fn avx2<$($generic)*>(
                    $first: $slice $(, $other: $slices)* $(, $option: $ty $(, $options: $types)*)?
                ) {
                    plain($first $(, $other)* $(, $option $(, $options)*)?)
                }
                match crate::kernels::level::best() {
                    // SAFETY: the machine has its best level.
                    crate::kernels::level::Level::Avx512 => unsafe {
                        avx512($first $(, $other)* $(, $option $(, $options)*)?)
                    },
                    // SAFETY: as above.
                    crate::kernels::level::Level::Avx2 => unsafe {
                        avx2($first $(, $other)* $(, $option $(, $options)*)?)
                    },
                    crate::kernels::level::Level::Portable => plain($first $(, $other)* $(, $option $(, $options)*)?),
                }
            }
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            if $first.len() >= crate::kernels::route::LONG {
                #[cfg(feature = "std")]
                if let Some(parts) = crate::kernels::team::parts($first.len()) {
                    let (each, mut $first) = ($first.len().div_ceil(parts), $first);
                    $(let mut $other = $other;)*
                    let mut shared = [const { None }; crate::kernels::team::MOST];
                    for part in shared.iter_mut().take(parts) {
                        use crate::kernels::team::Split;
                        *part = Some((
                            $first.take_first(each), $($other.take_first(each),)* $($option, $($options,)*)?
                        ));
                    }
                    return crate::kernels::team::share(shared, |($first, $($other,)* $($option, $($options,)*)?)| {
                        at_best(
                            core::mem::take($first) $(, core::mem::take($other))* $(, *$option $(, *$options)*)?
                        )
                    });
                }
                return at_best($first $(, $other)* $(, $option $(, $options)*)?);
            }
            plain($first $(, $other)* $(, $option $(, $options)*)?)
        }
    };
}
pub(crate) use elementwise;

/// The portable vector: four scalars, which the compiler maps to what the target has.
#[derive(Clone, Copy)]
pub struct Lanes<T>(pub(super) [T; 4]);

impl<T: Scalar> Vector<T> for Lanes<T> {
    const LANES: usize = 4;
    const SAMPLES: usize = 2;
    const ROWS: usize = 4;
    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Lanes([x; 4])
    }
    #[inline(always)]
    unsafe fn load(from: *const T, lanes: usize) -> Self {
        let mut v = [T::ZERO; 4];
        for i in 0..4 {
            if i < lanes {
                // SAFETY: the caller owns `lanes` scalars.
                v[i] = unsafe { from.add(i).read() };
            }
        }
        Lanes(v)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T, lanes: usize) {
        for i in 0..4 {
            if i < lanes {
                // SAFETY: the caller owns `lanes` scalars.
                unsafe { to.add(i).write(self.0[i]) };
            }
        }
    }
    #[inline(always)]
    unsafe fn add(mut self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] += b.0[i];
        }
        self
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, mut c: Self) -> Self {
        for i in 0..4 {
            c.0[i] += self.0[i] * b.0[i];
        }
        c
    }
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn sums(of: [Self; 4]) -> [T; 4] {
        // Unless they are opaque here, LLVM transposes the loops before, at less than half their speed.
        core::hint::black_box(of).map(|v| (v.0[0] + v.0[1]) + (v.0[2] + v.0[3]))
    }
    #[inline(always)]
    unsafe fn columns(from: *const T, row: usize, rows: usize) -> [Self; 4] {
        // SAFETY: as of the trait.
        unsafe { columns::of_4(from, row, rows) }.map(Lanes)
    }
    #[inline(always)]
    unsafe fn to_rows(columns: [Self; 4], to: *mut T, row: usize, rows: usize) {
        // SAFETY: as of the trait.
        unsafe { columns::to_4(columns.map(|v| v.0), to, row, rows) }
    }
    #[inline(always)]
    unsafe fn split(Lanes([a, b, c, d]): Self, Lanes([e, f, g, h]): Self) -> [Self; 2] {
        [Lanes([a, c, e, g]), Lanes([b, d, f, h])]
    }
    #[inline(always)]
    unsafe fn merge(Lanes([a, b, c, d]): Self, Lanes([e, f, g, h]): Self) -> [Self; 2] {
        [Lanes([a, e, b, f]), Lanes([c, g, d, h])]
    }
    #[inline(always)]
    unsafe fn larger(self, than: Self, a: Self, mut b: Self) -> Self {
        for i in 0..4 {
            #[allow(clippy::eq_op, reason = "only a NaN is not equal to itself")]
            let is_larger = (self.0[i] > than.0[i]) | (self.0[i] != self.0[i]);
            b.0[i] = if is_larger { a.0[i] } else { b.0[i] };
        }
        b
    }
    #[inline(always)]
    unsafe fn equal(self, to: Self, a: Self, mut b: Self) -> Self {
        for i in 0..4 {
            b.0[i] = if self.0[i] == to.0[i] { a.0[i] } else { b.0[i] };
        }
        b
    }
    #[inline(never)]
    unsafe fn call<K: Kernel<Scalar = T>>(kernel: &mut K) {
        // SAFETY: an array needs no instructions that could be missing.
        unsafe { kernel.run::<Self>() }
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86 {
    use super::{Kernel, Vector};
    use crate::kernels::{columns, pairs};
    use core::arch::x86_64::*;

    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    #[inline(never)]
    fn avx512<K: Kernel, V: Vector<K::Scalar>>(kernel: &mut K) {
        // SAFETY: this function has the features.
        unsafe { kernel.run::<V>() }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline(never)]
    fn avx2<K: Kernel, V: Vector<K::Scalar>>(kernel: &mut K) {
        // SAFETY: this function has the features.
        unsafe { kernel.run::<V>() }
    }

    /// All bits set in the first half: a window that starts n before the middle begins with n true lanes.
    static WINDOW: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

    /// Implements `Vector` by intrinsics. `mask` makes what the masked load and store take.
    macro_rules! vector {
        (
            $level:ident: $vector:ident of $scalar:ident, lanes $lanes:literal, samples $samples:literal, rows $rows:literal,
            $splat:ident $load:ident $store:ident $add:ident $mul:ident $mul_add:ident,
            masked $load_first:path, $store_first:path, |$n:ident| $mask:expr, sums |$of:ident| $sums:expr,
            columns $columns:path, $to_rows:path, pairs $split:ident $merge:ident $larger:ident $equal:ident
        ) => {
            // SAFETY (of every block in here): the callers of `Vector`'s methods have the instructions and own the lanes.
            #[allow(clippy::undocumented_unsafe_blocks)]
            impl Vector<$scalar> for $vector {
                const LANES: usize = $lanes;
                const SAMPLES: usize = $samples;
                const ROWS: usize = $rows;
                #[inline(always)]
                unsafe fn splat(x: $scalar) -> Self {
                    unsafe { $splat(x) }
                }
                #[inline(always)]
                unsafe fn load(from: *const $scalar, $n: usize) -> Self {
                    unsafe { if $n == $lanes { $load(from) } else { $load_first(from, $mask) } }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut $scalar, $n: usize) {
                    unsafe { if $n == $lanes { $store(to, self) } else { $store_first(to, $mask, self) } }
                }
                #[inline(always)]
                unsafe fn add(self, b: Self) -> Self {
                    unsafe { $add(self, b) }
                }
                #[inline(always)]
                unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                    #[cfg(not(feature = "deterministic"))]
                    unsafe {
                        $mul_add(self, b, c)
                    }
                    #[cfg(feature = "deterministic")]
                    unsafe {
                        $add($mul(self, b), c)
                    }
                }
                #[cfg(not(feature = "deterministic"))]
                #[inline(always)]
                unsafe fn sums($of: [Self; 4]) -> [$scalar; 4] {
                    unsafe { $sums }
                }
                #[inline(always)]
                unsafe fn columns(from: *const $scalar, row: usize, rows: usize) -> [Self; 4] {
                    unsafe { $columns(from, row, rows) }
                }
                #[inline(always)]
                unsafe fn to_rows(columns: [Self; 4], to: *mut $scalar, row: usize, rows: usize) {
                    unsafe { $to_rows(columns, to, row, rows) }
                }
                #[inline(always)]
                unsafe fn split(a: Self, b: Self) -> [Self; 2] {
                    unsafe { pairs::$split(a, b) }
                }
                #[inline(always)]
                unsafe fn merge(even: Self, odd: Self) -> [Self; 2] {
                    unsafe { pairs::$merge(even, odd) }
                }
                #[inline(always)]
                unsafe fn larger(self, than: Self, a: Self, b: Self) -> Self {
                    unsafe { pairs::$larger(self, than, a, b) }
                }
                #[inline(always)]
                unsafe fn equal(self, to: Self, a: Self, b: Self) -> Self {
                    unsafe { pairs::$equal(self, to, a, b) }
                }
                #[inline(always)]
                unsafe fn call<K: Kernel<Scalar = $scalar>>(kernel: &mut K) {
                    unsafe { $level::<K, Self>(kernel) }
                }
            }
        };
    }

    #[inline(always)]
    unsafe fn load_first_ps(from: *const f32, mask: __mmask16) -> __m512 {
        // SAFETY: as of the intrinsic.
        unsafe { _mm512_maskz_loadu_ps(mask, from) }
    }
    #[inline(always)]
    unsafe fn load_first_pd(from: *const f64, mask: __mmask8) -> __m512d {
        // SAFETY: as of the intrinsic.
        unsafe { _mm512_maskz_loadu_pd(mask, from) }
    }

    /// The upper half added to the lower half.
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn fold_ps(v: __m512) -> __m256 {
        // SAFETY: as of the intrinsics.
        unsafe {
            let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(v)));
            _mm256_add_ps(_mm512_castps512_ps256(v), high)
        }
    }
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn fold_pd(v: __m512d) -> __m256d {
        // SAFETY: as of the intrinsics.
        unsafe { _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd::<1>(v)) }
    }

    vector! {
        avx512: __m512 of f32, lanes 16, samples 6, rows 12,
        _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_mul_ps _mm512_fmadd_ps,
        masked load_first_ps, _mm512_mask_storeu_ps, |n| (1u16 << n) - 1,
        sums |of| <__m256 as Vector<f32>>::sums([fold_ps(of[0]), fold_ps(of[1]), fold_ps(of[2]), fold_ps(of[3])]),
        columns columns::of_16_singles, columns::to_16_singles,
        pairs split_16 merge_16 larger_16 equal_16
    }
    vector! {
        avx512: __m512d of f64, lanes 8, samples 6, rows 12,
        _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_mul_pd _mm512_fmadd_pd,
        masked load_first_pd, _mm512_mask_storeu_pd, |n| (1u8 << n) - 1,
        sums |of| <__m256d as Vector<f64>>::sums([fold_pd(of[0]), fold_pd(of[1]), fold_pd(of[2]), fold_pd(of[3])]),
        columns columns::of_8_doubles, columns::to_8_doubles,
        pairs split_8_doubles merge_8_doubles larger_8_doubles equal_8_doubles
    }
    vector! {
        avx2: __m256 of f32, lanes 8, samples 3, rows 6,
        _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_mul_ps _mm256_fmadd_ps,
        masked _mm256_maskload_ps, _mm256_maskstore_ps, |n| _mm256_loadu_si256(WINDOW.as_ptr().add(8 - n).cast()),
        sums |of| {
            let pairs = _mm256_hadd_ps(_mm256_hadd_ps(of[0], of[1]), _mm256_hadd_ps(of[2], of[3]));
            let sums = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps::<1>(pairs));
            core::mem::transmute::<__m128, [f32; 4]>(sums)
        },
        columns columns::of_8_singles, columns::to_8_singles,
        pairs split_8 merge_8 larger_8 equal_8
    }
    vector! {
        avx2: __m256d of f64, lanes 4, samples 3, rows 6,
        _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_mul_pd _mm256_fmadd_pd,
        masked _mm256_maskload_pd, _mm256_maskstore_pd, |n| _mm256_loadu_si256(WINDOW.as_ptr().add(8 - 2 * n).cast()),
        sums |of| {
            let (a, b) = (_mm256_hadd_pd(of[0], of[1]), _mm256_hadd_pd(of[2], of[3]));
            let sums = _mm256_add_pd(_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b));
            core::mem::transmute::<__m256d, [f64; 4]>(sums)
        },
        columns columns::of_4_doubles, columns::to_4_doubles,
        pairs split_4_doubles merge_4_doubles larger_4_doubles equal_4_doubles
    }
}
