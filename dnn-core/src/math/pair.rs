//! Numbers of twice the precision, as sums of two: what elementary functions compute intermediate results in.
//!
//! T. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971. Nothing is
//! fused, so that the bits are the same on every machine.

#![cfg_attr(
    all(any(feature = "std", feature = "libm"), not(feature = "deterministic")),
    allow(dead_code, reason = "only tests call it then")
)]

/// `high + low`, where `low` is below the last place of `high`.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) high: f64,
    pub(super) low: f64,
}

/// a + b exactly, if a is the larger one or 0.
pub(super) fn sum(a: f64, b: f64) -> Pair {
    let high = a + b;
    Pair { high, low: b - (high - a) }
}

/// a b exactly, if neither is beyond 2^970 and the product's last bit is a number.
pub(super) fn product(a: f64, b: f64) -> Pair {
    // The upper half of the bits, and the rest.
    let split = |x: f64| {
        let large = x * 134_217_729.0; // 2^27 + 1
        let upper = large - (large - x);
        (upper, x - upper)
    };
    let ((a1, a2), (b1, b2), high) = (split(a), split(b), a * b);
    Pair { high, low: ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2 }
}

impl Pair {
    /// The product, to a few units of the last place of a pair.
    pub(super) fn times(self, other: Pair) -> Pair {
        let Pair { high, low } = product(self.high, other.high);
        Pair { high, low: low + (self.high * other.low + self.low * other.high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_are_exact() {
        let (a, b) = (1.0 + 2f64.powi(-30), 1.0 + 2f64.powi(-31));
        let Pair { high, low } = product(a, b);
        assert_eq!((high, low), (1.0 + 2f64.powi(-30) + 2f64.powi(-31), 2f64.powi(-61)));
        let Pair { high, low } = sum(1.0, 2f64.powi(-60));
        assert_eq!((high, low), (1.0, 2f64.powi(-60)));
    }
}
