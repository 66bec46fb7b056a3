//! The level of the machine that a program runs on.
//!
//! An x86-64 processor is asked what it has, by `cpuid`, and whether the operating system keeps those registers, by `xgetbv`: with
//! the standard library and without. On other targets, and where there is no operating system, the level is what every machine
//! of the target has.

use super::Level;

/// With the standard library, the environment variable `DNN_LEVEL`, `avx2` or `portable`, lowers the level, to measure that.
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2", not(target_os = "none"), not(miri)),
    all(feature = "std", target_arch = "aarch64", not(miri))
))]
#[inline(always)]
pub(crate) fn best() -> Level {
    use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
    static LEVEL: AtomicU8 = AtomicU8::new(0);
    #[cold]
    #[inline(never)]
    fn choose() -> Level {
        let level = lowered(here());
        LEVEL.store(level as u8, Relaxed);
        level
    }
    // Nothing could lower the level that every machine of the target has, and none is above it.
    if const { cfg!(not(feature = "std")) && matches!(promised(), Level::Avx512) } {
        return Level::Avx512;
    }
    match LEVEL.load(Relaxed) {
        0 => choose(),
        1 => Level::Portable,
        2 => Level::Avx2,
        3 => Level::Avx512,
        _ => Level::Neon,
    }
}

/// As above.
#[cfg(not(any(
    all(target_arch = "x86_64", target_feature = "sse2", not(target_os = "none"), not(miri)),
    all(feature = "std", target_arch = "aarch64", not(miri))
)))]
#[inline(always)]
pub(crate) fn best() -> Level {
    promised()
}

/// The level that the environment asks for, if it is below that of the machine.
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
fn lowered(here: Level) -> Level {
    let most = std::env::var_os("DNN_LEVEL");
    match (most.as_ref().and_then(|level| level.to_str()), here) {
        (Some("portable"), _) => Level::Portable,
        (Some("avx2"), Level::Avx512) => Level::Avx2,
        (_, here) => here,
    }
}

/// Without the standard library there is no environment.
#[cfg(all(not(feature = "std"), target_arch = "x86_64", target_feature = "sse2", not(target_os = "none"), not(miri)))]
fn lowered(here: Level) -> Level {
    here
}

/// What this machine has.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(target_os = "none"), not(miri)))]
fn here() -> Level {
    use core::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

    /// The registers that the operating system keeps: bits 1 and 2 are those of AVX, bits 5 to 7 those that AVX-512 adds.
    #[target_feature(enable = "xsave")]
    fn kept() -> u64 {
        // SAFETY: this function has the feature; register 0 is there with it.
        unsafe { _xgetbv(0) }
    }

    const AVX: u64 = 0b110;
    const AVX512: u64 = 0b1110_0110;
    let has = |register: u32, bits: &[u32]| bits.iter().all(|bit| register >> bit & 1 == 1);
    if __cpuid(0).eax < 7 {
        return Level::Portable;
    }
    // Bits of leaf 1, ecx: FMA 12, OSXSAVE 27, AVX 28; of leaf 7, ebx: AVX2 5, AVX512F 16, AVX512VL 31.
    let (first, seventh) = (__cpuid(1).ecx, __cpuid_count(7, 0).ebx);
    if !has(first, &[12, 27, 28]) || !has(seventh, &[5]) {
        return Level::Portable;
    }
    // SAFETY: OSXSAVE says that there is `xgetbv`.
    match unsafe { kept() } {
        kept if kept & AVX512 == AVX512 && has(seventh, &[16, 31]) => Level::Avx512,
        kept if kept & AVX == AVX => Level::Avx2,
        _ => Level::Portable,
    }
}

/// What every machine of the target has, which is all that there is to know.
#[cfg(all(feature = "std", target_arch = "aarch64", not(miri)))]
fn here() -> Level {
    promised()
}

/// What every machine of the compiler's target has.
const fn promised() -> Level {
    if cfg!(miri) {
        Level::Portable
    } else if cfg!(all(target_feature = "avx512f", target_feature = "avx512vl")) {
        Level::Avx512
    } else if cfg!(all(target_feature = "avx2", target_feature = "fma")) {
        Level::Avx2
    } else if cfg!(all(target_arch = "aarch64", target_feature = "neon")) {
        Level::Neon
    } else {
        Level::Portable
    }
}

#[cfg(all(test, target_arch = "x86_64", not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn the_processor_says_what_the_standard_library_says() {
        let avx2 = std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
        let avx512 = std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512vl");
        assert_eq!((here() as u8 >= Level::Avx2 as u8, here() == Level::Avx512), (avx2, avx2 && avx512));
    }
}
