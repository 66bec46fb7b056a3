//! Random numbers that are the same on every machine.
//!
//! [`Rng`] is xoshiro128++ (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021),
//! seeded by SplitMix64 as its authors advise. It works on 32-bit words, so it is as quick on a Cortex-M0 as elsewhere, and
//! no number that it gives depends on the width of `usize`.

/// A source of uniformly distributed 32-bit words: what initialisation, shuffling and dropout draw from.
///
/// [`Rng`] is one; with the feature `rand_core` every `rand_core::Rng` is.
pub trait Generator {
    /// The next 32 random bits.
    fn next_u32(&mut self) -> u32;

    /// A number from 0 up to, but without, `bound`, each with the same probability (D. Lemire, "Fast random integer
    /// generation in an interval", ACM TOMACS 29, 2019); 0 where `bound` is 0.
    fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound.max(1);
            while (product as u32) < threshold {
                product = u64::from(self.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// A number in [0, 1) on a grid of 2^-24: exact in `f32`.
    fn unit_f32(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// A number in [0, 1) on a grid of 2^-53; two words, the first one is the upper half.
    fn unit_f64(&mut self) -> f64 {
        let high = u64::from(self.next_u32());
        let bits = (high << 32) | u64::from(self.next_u32());
        (bits >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Puts the items into a random order (Fisher and Yates, from the end); beyond 2^32 items the rest keeps its place.
    fn shuffle<I>(&mut self, items: &mut [I]) {
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        for last in (1..count).rev() {
            let other = self.below(last + 1);
            items.swap(last as usize, other as usize);
        }
    }
}

/// The generator of this crate, xoshiro128++.
///
/// ```
/// use dnn_core::{Generator, Rng};
/// let mut rng = Rng::new(42);
/// assert_eq!(rng.next_u32(), Rng::new(42).next_u32());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    state: [u32; 4],
}

/// One step of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014):
/// a bijection that turns neighbouring numbers into unrelated ones.
pub(crate) const fn split_mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// A generator that gives the same numbers for the same seed, everywhere.
    pub const fn new(seed: u64) -> Rng {
        let a = split_mix(seed);
        let b = split_mix(seed.wrapping_add(0x9E37_79B9_7F4A_7C15));
        Rng { state: [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32] }
    }

    fn next(&mut self) -> u32 {
        let [mut a, mut b, mut c, mut d] = self.state;
        let result = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
        let shifted = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = d.rotate_left(11);
        self.state = [a, b, c, d];
        result
    }
}

#[cfg(not(feature = "rand_core"))]
impl Generator for Rng {
    fn next_u32(&mut self) -> u32 {
        self.next()
    }
}

#[cfg(feature = "rand_core")]
mod bridge {
    use super::{Generator, Rng};
    use core::convert::Infallible;

    impl rand_core::TryRng for Rng {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(self.next())
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            let low = u64::from(self.next());
            Ok(low | u64::from(self.next()) << 32)
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            for chunk in bytes.chunks_mut(4) {
                for (to, from) in chunk.iter_mut().zip(self.next().to_le_bytes()) {
                    *to = from;
                }
            }
            Ok(())
        }
    }

    impl<R: rand_core::Rng> Generator for R {
        fn next_u32(&mut self) -> u32 {
            rand_core::Rng::next_u32(self)
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn split_mix_gives_the_published_sequence() {
        // First outputs of the authors' splitmix64.c for the seed 1234567.
        assert_eq!(split_mix(1_234_567), 6_457_827_717_110_365_317);
        assert_eq!(split_mix(1_234_567u64.wrapping_add(0x9E37_79B9_7F4A_7C15)), 3_203_168_211_198_807_973);
    }

    #[test]
    fn xoshiro_gives_the_published_sequence() {
        // State 1, 2, 3, 4; the first outputs of the authors' xoshiro128plusplus.c.
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let first: [u32; 4] = core::array::from_fn(|_| rng.next());
        assert_eq!(first, [641, 1_573_767, 3_222_811_527, 3_517_856_514]);
    }

    #[test]
    fn numbers_below_a_bound_reach_every_value_evenly() {
        let mut rng = Rng::new(1);
        let mut count = [0; 6];
        for _ in 0..6000 {
            count[rng.below(6) as usize] += 1;
        }
        assert!(count.iter().all(|&n| (880..1120).contains(&n)), "{count:?}");
        assert_eq!(rng.below(1), 0);
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn unit_numbers_stay_below_one() {
        let mut rng = Rng::new(2);
        for _ in 0..1000 {
            assert!((0.0..1.0).contains(&rng.unit_f32()));
            assert!((0.0..1.0).contains(&rng.unit_f64()));
        }
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: [u32; 100] = core::array::from_fn(|i| i as u32);
        Rng::new(3).shuffle(&mut items);
        assert!(items.iter().enumerate().any(|(i, &v)| i as u32 != v));
        items.sort_unstable();
        assert!(items.iter().enumerate().all(|(i, &v)| i as u32 == v));
    }

    #[test]
    #[cfg(feature = "rand_core")]
    fn any_generator_of_rand_core_initialises_a_layer() {
        use crate::{Linear, Parameters, zeros};
        struct Constant;
        impl rand_core::TryRng for Constant {
            type Error = core::convert::Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
                Ok(1 << 31)
            }
            fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
                Ok(1 << 63)
            }
            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
                bytes.fill(0);
                Ok(())
            }
        }
        let mut fc: Linear<4, 1> = zeros();
        fc.weight = [[1.0; 4]];
        fc.init_in(&mut Constant);
        assert_eq!(fc.weight, [[0.0; 4]], "one half is the middle of the interval");
        let mut rng = Rng::new(1);
        assert_eq!(rand_core::Rng::next_u32(&mut rng), Rng::new(1).next());
    }
}
