//! Numbers that only rustc knows as types of typenum: spelled in binary digits, each a const argument.

use super::shape::Shape;
use typenum::{B0, B1, Bit, UInt, UTerm, Unsigned};

/// A binary digit, 0 or 1.
pub struct Digit<const D: usize>;

/// A digit behind the number `N`: 2 N + D. Zeros before a number are left out, as typenum's division takes it.
pub trait Append<N> {
    /// 2 N + D
    type Number: Unsigned;
}

impl Append<UTerm> for Digit<0> {
    type Number = UTerm;
}

impl Append<UTerm> for Digit<1> {
    type Number = UInt<UTerm, B1>;
}

impl<U: Unsigned, B: Bit> Append<UInt<U, B>> for Digit<0> {
    type Number = UInt<UInt<U, B>, B0>;
}

impl<U: Unsigned, B: Bit> Append<UInt<U, B>> for Digit<1> {
    type Number = UInt<UInt<U, B>, B1>;
}

/// The number `N` with a digit behind it.
pub type Behind<N, const D: usize> = <Digit<D> as Append<N>>::Number;

/// A number of 32 binary digits, the highest first.
#[rustfmt::skip]
pub type Number<
    const D31: usize, const D30: usize, const D29: usize, const D28: usize, const D27: usize, const D26: usize,
    const D25: usize, const D24: usize, const D23: usize, const D22: usize, const D21: usize, const D20: usize,
    const D19: usize, const D18: usize, const D17: usize, const D16: usize, const D15: usize, const D14: usize,
    const D13: usize, const D12: usize, const D11: usize, const D10: usize, const D9: usize, const D8: usize,
    const D7: usize, const D6: usize, const D5: usize, const D4: usize, const D3: usize, const D2: usize,
    const D1: usize, const D0: usize,
> =
    Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<
    Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<Behind<UTerm
    , D31>, D30>, D29>, D28>, D27>, D26>, D25>, D24>
    , D23>, D22>, D21>, D20>, D19>, D18>, D17>, D16>
    , D15>, D14>, D13>, D12>, D11>, D10>, D9>, D8>
    , D7>, D6>, D5>, D4>, D3>, D2>, D1>, D0>;

/// A length that `result` was made of. Where there is no result, because its rule has panicked, there is no number to prove
/// either, and nothing is said but what the rule says.
pub const fn part_of(result: Shape, length: usize) -> usize {
    let _ = result;
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use typenum::{Diff, Prod, Quot, Sum};

    macro_rules! number {
        ($n:literal) => {
            Number<
                { ($n >> 31) & 1 }, { ($n >> 30) & 1 }, { ($n >> 29) & 1 }, { ($n >> 28) & 1 },
                { ($n >> 27) & 1 }, { ($n >> 26) & 1 }, { ($n >> 25) & 1 }, { ($n >> 24) & 1 },
                { ($n >> 23) & 1 }, { ($n >> 22) & 1 }, { ($n >> 21) & 1 }, { ($n >> 20) & 1 },
                { ($n >> 19) & 1 }, { ($n >> 18) & 1 }, { ($n >> 17) & 1 }, { ($n >> 16) & 1 },
                { ($n >> 15) & 1 }, { ($n >> 14) & 1 }, { ($n >> 13) & 1 }, { ($n >> 12) & 1 },
                { ($n >> 11) & 1 }, { ($n >> 10) & 1 }, { ($n >> 9) & 1 }, { ($n >> 8) & 1 },
                { ($n >> 7) & 1 }, { ($n >> 6) & 1 }, { ($n >> 5) & 1 }, { ($n >> 4) & 1 },
                { ($n >> 3) & 1 }, { ($n >> 2) & 1 }, { ($n >> 1) & 1 }, { ($n >> 0) & 1 },
            >
        };
    }

    type Six = number!(6usize);
    type Five = number!(5usize);
    type Two = number!(2usize);
    type Zero = number!(0usize);

    #[test]
    fn numbers_are_those_of_typenum() {
        assert_eq!((Six::USIZE, Five::USIZE, Zero::USIZE, <number!(0xFFFF_FFFFusize)>::USIZE), (6, 5, 0, 0xFFFF_FFFF));
        assert_eq!((Sum::<Six, Five>::USIZE, Diff::<Six, Five>::USIZE, Prod::<Six, Five>::USIZE), (11, 1, 30));
        assert_eq!((Quot::<Six, Two>::USIZE, Quot::<Five, Two>::USIZE, Quot::<Zero, Two>::USIZE), (3, 2, 0));
        assert_eq!((Sum::<Zero, Five>::USIZE, Prod::<Zero, Five>::USIZE, Diff::<Five, Five>::USIZE), (5, 0, 0));
        typenum::assert_type_eq!(Six, typenum::U6);
        typenum::assert_type_eq!(Zero, typenum::U0);
    }

    #[test]
    fn a_part_of_a_result_is_what_it_is() {
        assert_eq!(part_of(Shape::SCALAR, 3), 3);
    }
}
