//! The square root where there is no standard library: one instruction on targets that have it, a function of
//! `compiler_builtins` or of C on others.
//!
//! `libm` has it in software alone on ARM, which makes a step of Adam 2.5 times dearer; `core` has none. All of them round
//! correctly, so that the bits are the same.

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2", not(miri))))]
unsafe extern "C" {
    // SAFETY: a number in and a number out, the `sqrtf` and `sqrt` of C for every number.
    pub(crate) safe fn sqrtf(x: f32) -> f32;
    pub(crate) safe fn sqrt(x: f64) -> f64;
}

/// The square root as the compiler's own operation, which it makes vectors of; a call of C's function it does not.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
mod instruction {
    use core::arch::x86_64::*;

    #[inline(always)]
    pub(crate) fn sqrtf(x: f32) -> f32 {
        // SAFETY: the target has SSE2.
        unsafe { _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))) }
    }

    #[inline(always)]
    pub(crate) fn sqrt(x: f64) -> f64 {
        // SAFETY: as above.
        unsafe { _mm_cvtsd_f64(_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(x))) }
    }
}
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
pub(crate) use instruction::{sqrt, sqrtf};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_correctly_rounded() {
        assert_eq!(sqrtf(2.0), core::f32::consts::SQRT_2);
        assert_eq!(sqrt(2.0), core::f64::consts::SQRT_2);
        // Exactly between two numbers is never a root; these squares lie closest to the middle.
        assert_eq!(sqrtf(1.0 - f32::EPSILON / 2.0).to_bits(), (1.0f32 - f32::EPSILON / 2.0).to_bits());
        assert_eq!(sqrt(1.0 + f64::EPSILON), 1.0);
        for x in [0.0f32, -0.0, 1e-45, f32::MIN_POSITIVE, f32::MAX, f32::INFINITY] {
            assert_eq!(sqrtf(x).to_bits(), (sqrt(f64::from(x)) as f32).to_bits(), "{x}");
        }
        assert!(sqrtf(-1.0).is_nan() && sqrt(-1.0).is_nan() && sqrtf(f32::NAN).is_nan());
    }
}
