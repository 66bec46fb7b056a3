//! Elementary functions of `f32`, of one number or of every lane of a vector: short polynomials after reduction to a small
//! argument, each written once.
//!
//! e^x = 2^n e^r, n the integer next to x / ln 2, |r| <= ln(2)/2
//! 1 / (1 + e^-x) = 1 / (1 + s) for x >= 0 and s / (1 + s) for x < 0, with s = e^-|x| <= 1
//! tanh x = x + x^3 P(x^2) for |x| < 0.625, else 1 - 2 / (e^(2 |x|) + 1) with the sign of x
//! e^x - 1 = (2^n - 1) + 2^n (e^r - 1)
//! ln x = k ln 2 + ln(1 + f), x = 2^k (1 + f), 1 + f from 0.75 to below 1.5, ln(1 + f) = f - f^2/2 + f^3 P(f)
//! ln(1 + x) by the same k and f of 1 + x, where f = 2^-k x + (2^-k - 1) loses nothing of x
//! erf x = x + x P(x^2) for |x| < 0.9, else 1 - e^(|x| Q(|x|)) with the sign of x
//!
//! Nothing branches. One number and a vector go through the same operations, so that a result does not depend on the lane in
//! which it is computed, nor on how many lanes there are; it depends on whether the level fuses products and sums, which
//! AVX2 and AVX-512 do, while one number by itself and the portable vector do not. Polynomials are summed in pairs, which takes
//! a few operations more than Horner's order and a third of its time where one result waits for the other.
//!
//! Largest errors in units of the last place, over every `f32`:
//!
//! | | `exp` | `sigmoid` | `tanh` | `exp_m1` | `ln` | `ln_1p` | `erf` |
//! |---|---|---|---|---|---|---|---|
//! | fused | 1.25 | 2.41 | 1.23 | 1.61 | 0.92 | 0.92 | 1.04 |
//! | not fused | 1.28 | 2.41 | 1.23 | 1.77 | 0.97 | 1.00 | 1.10 |

use super::lanewise::{Lanewise, ROUND};
use core::f32::consts::LOG2_E;

/// ln 2 in two parts, the first with so many zero bits that its products with n are exact.
const LN_2: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];

/// e^r = 1 + r + r^2 (c0 + c1 r + ..): the polynomial of degree 4 whose largest error, 3.1e-9 of e^r, is least for
/// |r| <= ln(2)/2 (found by the algorithm of C. Lawson, "Contributions to the Theory of Linear Least Maximum Approximation",
/// 1961).
const POWER: [f32; 5] = [0.499_999_94, 0.166_665_21, 0.041_668_39, 0.008_368_745, 0.001_381_454];

/// P of tanh (S. Moshier, Cephes Mathematical Library, `tanhf.c`).
const TANH: [f32; 5] = [-0.333_332_8, 0.133_314_42, -0.053_739_715, 0.020_639_09, -0.005_704_988_7];

/// P of ln(1 + f): the polynomial of degree 7 whose largest error, 4.9e-9 of ln(1 + f), is least for f from -0.25 to 0.5 (found as
/// `POWER` was).
const LN: [f32; 8] = [
    0.333_334_5,
    -0.250_001_04,
    0.199_908_2,
    -0.166_469_99,
    0.144_783_21,
    -0.131_638_74,
    0.104_688_786,
    -0.045_112_055,
];

/// P of erf: the polynomial of degree 6 whose largest error, 8.9e-10 of erf x, is least for |x| < 0.9 (found as `POWER` was).
const ERF: [f32; 7] =
    [0.128_379_17, -0.376_126_3, 0.112_836_24, -0.026_855_56, 0.005_191_753, -0.000_803_975_3, 7.9431e-5];

/// Q of erf, ln(1 - erf x) / x: the polynomial of degree 5 by which the largest error of erf, 3.1e-9, is least from 0.9 to 3.95
/// (found as `POWER` was).
const TAIL: [f32; 6] = [-1.12852, -0.635_699_15, -0.105_287_16, 0.022_906_234, -0.003_220_040_6, 0.000_214_602_93];

/// c0 + c1 x + c2 x^2 + .., from the last to the first.
#[inline(always)]
unsafe fn polynomial<N: Lanewise, const C: usize>(x: N, c: [f32; C]) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let mut sum = N::all(0.0);
        for (i, c) in c.into_iter().rev().enumerate() {
            sum = if i == 0 { N::all(c) } else { sum.times_plus(x, N::all(c)) };
        }
        sum
    }
}

/// sign x = n ln 2 + r for a sign x from -104 to 89: n + `ROUND`, r, and what rounding r lost.
#[inline(always)]
unsafe fn reduced<N: Lanewise>(x: N, sign: f32) -> [N; 3] {
    // SAFETY: as of the trait.
    unsafe {
        let round = N::all(ROUND);
        let rounded = x.times_plus(N::all(sign * LOG2_E), round);
        let n = rounded.minus(round);
        let exact = n.times_plus(N::all(-LN_2[0]), x.times(N::all(sign)));
        let r = n.times_plus(N::all(-LN_2[1]), exact);
        [rounded, r, n.times_plus(N::all(-LN_2[1]), exact.minus(r))]
    }
}

/// e^r - 1 = r + r^2 (c0 + c1 r + ..), the sum of two terms, of which the first one is r or nearly so.
#[inline(always)]
unsafe fn terms<N: Lanewise>(r: N, first: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let square = r.times(r);
        let c = POWER.map(|c| N::all(c));
        let low = c[1].times_plus(r, c[0]);
        let high = c[4].times_plus(square, c[3].times_plus(r, c[2]));
        high.times_plus(square.times(square), low.times_plus(square, first))
    }
}

/// e^(sign x) = 2^n (1 + rest) for a sign x from -104 to 89: n + `ROUND`, and rest.
#[inline(always)]
unsafe fn power<N: Lanewise>(x: N, sign: f32) -> (N, N) {
    // SAFETY: as of the trait.
    unsafe {
        let [rounded, r, _] = reduced(x, sign);
        (rounded, terms(r, r))
    }
}

/// e^x, which is 0 from -104 down and infinite from 89 up; a NaN stays.
#[inline(always)]
pub(super) unsafe fn exp<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let (rounded, rest) = power(x.at_least(-104.0).at_most(89.0), 1.0);
        rest.plus(N::all(1.0)).scaled(rounded)
    }
}

/// 1 / (1 + e^-x); a NaN stays.
///
/// Numerator and denominator are sums whose first term, 1, 2^n or 1 + 2^n, is there before the polynomial is.
#[inline(always)]
pub(super) unsafe fn sigmoid<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let (zero, one) = (N::all(0.0), N::all(1.0));
        let (rounded, rest) = power(x.magnitude().at_most(104.0), -1.0);
        let scale = one.scaled(rounded);
        let numerator = rest.times_plus(x.below(0.0, scale, zero), x.below(0.0, scale, one));
        numerator.over(rest.times_plus(scale, one.plus(scale)))
    }
}

/// tanh x; a NaN stays, and so does the sign of a zero.
#[inline(always)]
pub(super) unsafe fn tanh<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let (one, a, square) = (N::all(1.0), x.magnitude(), x.times(x));
        let small = polynomial(square, TANH).times(square).times_plus(a, a);
        // From 10 on, the result is 1 to the last bit.
        let (rounded, rest) = power(a.plus(a).at_most(20.0), 1.0);
        let scale = one.scaled(rounded);
        let large = one.minus(N::all(2.0).over(rest.times_plus(scale, one.plus(scale))));
        a.below(0.625, small, large).with_sign_of(x)
    }
}

/// e^x - 1; a NaN stays, and so does the sign of a zero.
#[inline(always)]
pub(super) unsafe fn exp_m1<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        // From -25 down, the result is -1 to the last bit.
        let [rounded, r, lost] = reduced(x.at_least(-25.0).at_most(89.0), 1.0);
        let rest = terms(r, lost).plus(r);
        // Half of each, since 2^n may be beyond every number.
        let half = N::all(0.5).scaled(rounded);
        let value = rest.times_plus(half, half.minus(N::all(0.5)));
        x.magnitude().below(1e-9, x, value.plus(value))
    }
}

/// k ln 2 + ln(1 + f)
#[inline(always)]
unsafe fn logarithm<N: Lanewise>(k: N, f: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let inner = polynomial(f, LN).times_plus(f, N::all(-0.5));
        // What rounding k ln 2 + f loses is known: k is 0, or its part is the larger one.
        let high = k.times(N::all(LN_2[0]));
        let sum = high.plus(f);
        let lost = high.minus(sum).plus(f);
        let low = k.times_plus(N::all(LN_2[1]), lost);
        sum.plus(inner.times_plus(f.times(f), low))
    }
}

/// `value` of a finite positive x, -inf at 0, inf at inf and NaN below 0; a NaN stays.
#[inline(always)]
unsafe fn ends<N: Lanewise>(x: N, value: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let above = x.below(f32::INFINITY, value, x);
        let at_zero = x.below(f32::from_bits(1), N::all(f32::NEG_INFINITY), above);
        x.below(0.0, N::all(f32::NAN), at_zero)
    }
}

/// ln x; -inf at either zero, NaN below, and a NaN stays.
#[inline(always)]
pub(super) unsafe fn ln<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        // Numbers that are not normal are made so.
        let normal = x.below(f32::MIN_POSITIVE, x.times(N::all((1u32 << 24) as f32)), x);
        let k = normal.exponent();
        let f = normal.scaled(N::all(ROUND).minus(k)).minus(N::all(1.0));
        let shift = x.below(f32::MIN_POSITIVE, N::all(24.0), N::all(0.0));
        ends(x, logarithm(k.minus(shift), f))
    }
}

/// ln(1 + x); -inf at -1, NaN below, a NaN stays, and so does the sign of a zero.
#[inline(always)]
pub(super) unsafe fn ln_1p<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let one = N::all(1.0);
        let sum = one.plus(x);
        let k = sum.exponent();
        let down = N::all(ROUND).minus(k);
        let f = x.scaled(down).plus(one.scaled(down).minus(one));
        ends(sum, logarithm(k, f)).magnitude().with_sign_of(x)
    }
}

/// erf x; a NaN stays, and so does the sign of a zero.
#[inline(always)]
pub(super) unsafe fn erf<N: Lanewise>(x: N) -> N {
    // SAFETY: as of the trait.
    unsafe {
        let a = x.magnitude();
        let small = polynomial(x.times(x), ERF).times_plus(a, a);
        // From 3.92 on, the result is 1 to the last bit.
        let b = a.at_most(3.95);
        let (rounded, rest) = power(polynomial(b, TAIL).times(b), 1.0);
        let scale = N::all(-1.0).scaled(rounded);
        let large = rest.times_plus(scale, scale.plus(N::all(1.0)));
        a.below(0.9, small, large).with_sign_of(x)
    }
}
