//! What elementary functions are made of: operations on one number, or on each lane of a vector.

/// What the functions are made of: operations on a number, or on each lane of a vector.
///
/// # Safety
/// The methods of a vector only run on a machine that has its instructions.
pub(super) trait Lanewise: Copy {
    /// x everywhere
    unsafe fn all(x: f32) -> Self;
    /// self + b
    unsafe fn plus(self, b: Self) -> Self;
    /// self - b
    unsafe fn minus(self, b: Self) -> Self;
    /// self b
    unsafe fn times(self, b: Self) -> Self;
    /// self / b
    unsafe fn over(self, b: Self) -> Self;
    /// self b + c, where the level fuses rounded once
    unsafe fn times_plus(self, b: Self, c: Self) -> Self;
    /// The larger one of self and a bound; a NaN stays.
    unsafe fn at_least(self, least: f32) -> Self;
    /// The smaller one of self and a bound; a NaN stays.
    unsafe fn at_most(self, most: f32) -> Self;
    /// |self|
    unsafe fn magnitude(self) -> Self;
    /// self, which is not negative, with the sign of x
    unsafe fn with_sign_of(self, x: Self) -> Self;
    /// `yes` where self is less than a bound, else `no`
    unsafe fn below(self, bound: f32, yes: Self, no: Self) -> Self;
    /// self 2^n for an integer n from -150 to 150, of which `rounded` is n + `ROUND`
    unsafe fn scaled(self, rounded: Self) -> Self;
    /// The integer k with self 2^-k from 0.75 to below 1.5, of a number that is positive, finite and normal.
    unsafe fn exponent(self) -> Self;
}

/// Adding it rounds to the nearest integer, which then is in the lowest bits.
pub(super) const ROUND: f32 = 1.5 * (1u32 << 23) as f32;

/// Where the range of what `exponent` leaves begins.
pub(super) const FIRST: f32 = 0.75;

/// 2^k for a normal number.
#[inline(always)]
fn power_of_two(k: i32) -> f32 {
    f32::from_bits(((k + 127) << 23) as u32)
}

impl Lanewise for f32 {
    #[inline(always)]
    unsafe fn all(x: f32) -> f32 {
        x
    }
    #[inline(always)]
    unsafe fn plus(self, b: f32) -> f32 {
        self + b
    }
    #[inline(always)]
    unsafe fn minus(self, b: f32) -> f32 {
        self - b
    }
    #[inline(always)]
    unsafe fn times(self, b: f32) -> f32 {
        self * b
    }
    #[inline(always)]
    unsafe fn over(self, b: f32) -> f32 {
        self / b
    }
    #[inline(always)]
    unsafe fn times_plus(self, b: f32, c: f32) -> f32 {
        self * b + c
    }
    #[inline(always)]
    unsafe fn at_least(self, least: f32) -> f32 {
        if self < least { least } else { self }
    }
    #[inline(always)]
    unsafe fn at_most(self, most: f32) -> f32 {
        if self > most { most } else { self }
    }
    #[inline(always)]
    unsafe fn magnitude(self) -> f32 {
        self.abs()
    }
    #[inline(always)]
    unsafe fn with_sign_of(self, x: f32) -> f32 {
        self.copysign(x)
    }
    #[inline(always)]
    unsafe fn below(self, bound: f32, yes: f32, no: f32) -> f32 {
        if self < bound { yes } else { no }
    }
    #[inline(always)]
    unsafe fn scaled(self, rounded: f32) -> f32 {
        // In two factors, since the power may be beyond every normal number.
        let k = rounded.to_bits() as i32 - ROUND.to_bits() as i32;
        let half = k >> 1;
        self * power_of_two(half) * power_of_two(k - half)
    }
    #[inline(always)]
    unsafe fn exponent(self) -> f32 {
        (self.to_bits().wrapping_sub(FIRST.to_bits()) as i32 >> 23) as f32
    }
}
