//! SIMD levels: what a kernel needs of a vector register, and which registers this machine has.
//!
//! A kernel is a [`Kernel`] whose body is generic over a [`Vector`]. [`run`] picks the level by one relaxed load and calls
//! the body compiled for that level; the calls are out of line, one function for each kernel, scalar and level.

mod elementwise;
mod machine;
#[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
mod neon;
mod portable;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86;

pub(crate) use elementwise::elementwise;
pub(crate) use machine::best;
pub(super) use portable::Lanes;

use crate::kernels::blocks::Large;
use crate::kernels::convolution::planes::{Planes, Weights};
use crate::kernels::elementary::{Elementary, Entropies, Formulas, Function, Map, Powers, Probabilities};
#[cfg(not(feature = "deterministic"))]
use crate::kernels::elementary::{LogProbabilities, LogProbabilitiesBack, ProbabilitiesBack};
use crate::kernels::linear::{Dots, Rows};
use crate::kernels::pairs::{Largest, LargestBack};
use crate::kernels::route;
use crate::kernels::update::{self, Behind};
use crate::scalar::Scalar;
#[cfg(not(feature = "deterministic"))]
use core::mem::MaybeUninit;

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
    /// Whether masks have registers of their own, and a choice between two vectors runs beside two products.
    const MASKS: bool = false;
    /// Whether `pick` is one instruction.
    const PICKS: bool = false;
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
    /// LANES scalars of two vectors one behind the other, from number `first` on, which is at most LANES.
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn across(a: Self, b: Self, first: usize) -> Self {
        let mut both = MaybeUninit::<[T; 32]>::uninit();
        let scalars: *mut T = both.as_mut_ptr().cast();
        // SAFETY: no vector has more than 16 lanes.
        unsafe {
            a.store(scalars, Self::LANES);
            b.store(scalars.add(Self::LANES), Self::LANES);
            Self::load(scalars.add(first), Self::LANES)
        }
    }
    /// The first four scalars of each of LANES rows that begin at `from` and are `row` apart, as four columns. The first `rows`
    /// of them exist, one at least; the lanes of the others hold what there is.
    unsafe fn columns(from: *const T, row: usize, rows: usize) -> [Self; 4];
    /// The same of the first eight scalars, as eight columns.
    #[inline(always)]
    unsafe fn eight_columns(from: *const T, row: usize, rows: usize) -> [Self; 8] {
        // SAFETY: as of this function.
        let ([a, b, c, d], [e, f, g, h]) =
            unsafe { (Self::columns(from, row, rows), Self::columns(from.add(4), row, rows)) };
        [a, b, c, d, e, f, g, h]
    }
    /// Four columns as the first four scalars of each of the first `rows` of LANES rows, which begin at `to` and are `row` apart.
    unsafe fn to_rows(columns: [Self; 4], to: *mut T, row: usize, rows: usize);
    /// The even and the odd ones of the scalars of two vectors.
    unsafe fn split(a: Self, b: Self) -> [Self; 2];
    /// Scalars of both vectors in turn: the way back from `split`.
    unsafe fn merge(even: Self, odd: Self) -> [Self; 2];
    /// `a` in the lanes where this is larger than `than`, or NaN, else `b`.
    unsafe fn larger(self, than: Self, a: Self, b: Self) -> Self;
    /// The larger one of both, NaN where one is; of zeros any one.
    #[inline(always)]
    unsafe fn most(self, b: Self) -> Self {
        // SAFETY: as of this function.
        unsafe { b.larger(self, b, self) }
    }
    /// `a` in the lanes where this equals `to`, else `b`.
    unsafe fn equal(self, to: Self, a: Self, b: Self) -> Self;
    /// This, a NaN too, or `least` in the lanes where that is larger.
    #[inline(always)]
    unsafe fn at_least(self, least: Self) -> Self {
        // SAFETY: as of this function.
        unsafe { least.larger(self, least, self) }
    }
    /// Of numbers 0 to 3 what `pick` takes; any other one may become any of these.
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn places(self) -> Self {
        self
    }
    /// In each lane the one of four scalars that its place says: number k of sixteen fours, one behind the other.
    #[cfg(not(feature = "deterministic"))]
    #[inline(always)]
    unsafe fn pick(table: *const T, k: usize, places: Self) -> Self
    where
        T: Scalar,
    {
        // SAFETY: as of this function.
        unsafe {
            let [a, b, c, d] = *table.add(4 * k).cast::<[T; 4]>();
            let at =
                |place: usize, v: T, rest: Self| places.equal(Self::splat(T::from_usize(place)), Self::splat(v), rest);
            at(3, d, at(2, c, at(1, b, Self::splat(a))))
        }
    }
    /// Runs a kernel on these vectors, out of line.
    unsafe fn call<K: Kernel<Scalar = T>>(kernel: &mut K);
}

/// The vector types of a scalar type, and the kernels on them: out of line and compiled with this crate, whatever networks
/// are built with it.
pub trait Vectors: Formulas {
    /// what every target has
    type Portable: Vector<Self>;
    /// 256 bits
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    type Avx2: Vector<Self>;
    /// 512 bits
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    type Avx512: Vector<Self>;
    /// 128 bits
    #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
    type Neon: Vector<Self>;
    /// Runs at the best level of this machine.
    fn dots(kernel: &mut Dots<'_, Self>);
    /// The same of a layer that may be made in blocks.
    fn large_dots(kernel: &mut Dots<'_, Self>);
    /// Runs at the best level of this machine.
    fn rows(kernel: &mut Rows<'_, Self>);
    /// The same of a layer that may be made in blocks.
    fn large_rows(kernel: &mut Rows<'_, Self>);
    /// Runs at the best level of this machine.
    fn descent(kernel: &mut Behind<'_, Self>);
    /// Runs at the best level of this machine.
    fn rolling(kernel: &mut Behind<'_, Self>);
    /// Runs at the best level of this machine.
    fn planes(kernel: &mut Planes<'_, Self>);
    /// Runs at the best level of this machine.
    fn map(kernel: &mut Map<'_, Self>);
    /// A function of each of so few numbers that a call for the level of the machine does not pay.
    #[inline(always)]
    fn few(function: Function, x: &mut [Self])
    where
        Self: Scalar,
    {
        for x in x {
            *x = function.of(*x);
        }
    }
    /// Runs at the best level of this machine.
    fn powers(kernel: &mut Powers<'_, Self>);
    /// Runs at the best level of this machine.
    fn entropies(kernel: &mut Entropies<'_, Self>);
    /// Runs at the best level of this machine.
    fn softmax(kernel: &mut Probabilities<'_, Self>);
    /// Runs at the best level of this machine.
    #[cfg(not(feature = "deterministic"))]
    fn softmax_back(kernel: &mut ProbabilitiesBack<'_, Self>);
    /// Runs at the best level of this machine.
    #[cfg(not(feature = "deterministic"))]
    fn log_softmax(kernel: &mut LogProbabilities<'_, Self>);
    /// Runs at the best level of this machine.
    #[cfg(not(feature = "deterministic"))]
    fn log_softmax_back(kernel: &mut LogProbabilitiesBack<'_, Self>);
    /// Runs at the best level of this machine.
    fn weights(kernel: &mut Weights<'_, Self>);
    /// Runs at the best level of this machine.
    fn largest(kernel: &mut Largest<'_, Self>);
    /// Runs at the best level of this machine.
    fn largest_back(kernel: &mut LargestBack<'_, Self>);
}

macro_rules! vectors {
    ($scalar:ty, $avx2:ident, $avx512:ident, $neon:ident $(, $few:item)?) => {
        impl Vectors for $scalar {
            $($few)?
            type Portable = Lanes<$scalar>;
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            type Avx2 = core::arch::x86_64::$avx2;
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            type Avx512 = core::arch::x86_64::$avx512;
            #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
            type Neon = core::arch::aarch64::$neon;
            #[inline(never)]
            fn dots(kernel: &mut Dots<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(part)) {
                    return;
                }
                run(kernel);
            }
            #[inline(never)]
            fn large_dots(kernel: &mut Dots<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(&mut Large(part))) {
                    return;
                }
                run(&mut Large(kernel));
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
            fn large_rows(kernel: &mut Rows<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(&mut Large(part))) {
                    return;
                }
                run(&mut Large(kernel));
            }
            #[inline(never)]
            fn descent(kernel: &mut Behind<'_, $scalar>) {
                update::run::<$scalar, update::Descent>(kernel);
            }
            #[inline(never)]
            fn rolling(kernel: &mut Behind<'_, $scalar>) {
                update::run::<$scalar, update::Rolling>(kernel);
            }
            #[inline(never)]
            fn planes(kernel: &mut Planes<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(part)) {
                    return;
                }
                run(kernel);
            }
            #[inline(never)]
            fn map(kernel: &mut Map<'_, $scalar>) {
                match best() {
                    Level::Portable => kernel.one_by_one(),
                    _ => run(kernel),
                }
            }
            #[inline(never)]
            fn powers(kernel: &mut Powers<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn entropies(kernel: &mut Entropies<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn softmax(kernel: &mut Probabilities<'_, $scalar>) {
                run(kernel);
            }
            #[cfg(not(feature = "deterministic"))]
            #[inline(never)]
            fn softmax_back(kernel: &mut ProbabilitiesBack<'_, $scalar>) {
                run(kernel);
            }
            #[cfg(not(feature = "deterministic"))]
            #[inline(never)]
            fn log_softmax(kernel: &mut LogProbabilities<'_, $scalar>) {
                run(kernel);
            }
            #[cfg(not(feature = "deterministic"))]
            #[inline(never)]
            fn log_softmax_back(kernel: &mut LogProbabilitiesBack<'_, $scalar>) {
                run(kernel);
            }
            #[inline(never)]
            fn weights(kernel: &mut Weights<'_, $scalar>) {
                #[cfg(feature = "std")]
                if kernel.share(|part| run(part)) {
                    return;
                }
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
vectors!(
    f32,
    __m256,
    __m512,
    float32x4_t,
    #[cfg(all(target_arch = "x86_64", not(miri), not(feature = "deterministic")))]
    #[inline(always)]
    fn few(function: Function, x: &mut [f32]) {
        crate::kernels::elementary::few::few(function, x);
    }
);
vectors!(f64, __m256d, __m512d, float64x2_t);

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
    Portable = 1,
    /// 16 registers of 256 bits, fused multiplication and addition
    Avx2,
    /// 32 registers of 512 bits
    Avx512,
    /// 32 registers of 128 bits, fused multiplication and addition
    Neon,
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
        #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(miri)))]
        // SAFETY: as of this function.
        Level::Neon => unsafe { <K::Scalar as Vectors>::Neon::call(kernel) },
        // SAFETY: an array needs no instructions that could be missing.
        _ => unsafe { <K::Scalar as Vectors>::Portable::call(kernel) },
    }
}
