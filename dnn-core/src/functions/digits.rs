//! Numbers that only rustc knows as types of typenum: spelled in binary digits, each a const argument.

use typenum::{B0, B1, UInt, UTerm};

/// A binary digit, 0 or 1.
pub struct Digit<const D: usize>;

/// The digit as a type of typenum.
pub trait Binary {
    /// `B0` or `B1`
    type Bit;
}

impl Binary for Digit<0> {
    type Bit = B0;
}

impl Binary for Digit<1> {
    type Bit = B1;
}

/// The type of a digit.
pub type Bit<const D: usize> = <Digit<D> as Binary>::Bit;

/// A number of 24 binary digits, the highest first, with zeros before it: typenum adds, subtracts and multiplies such numbers
/// as any others.
#[rustfmt::skip]
pub type Number<
    const D23: usize, const D22: usize, const D21: usize, const D20: usize, const D19: usize, const D18: usize,
    const D17: usize, const D16: usize, const D15: usize, const D14: usize, const D13: usize, const D12: usize,
    const D11: usize, const D10: usize, const D9: usize, const D8: usize, const D7: usize, const D6: usize,
    const D5: usize, const D4: usize, const D3: usize, const D2: usize, const D1: usize, const D0: usize,
> =
    UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<
    UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UInt<UTerm
    , Bit<D23>>, Bit<D22>>, Bit<D21>>, Bit<D20>>, Bit<D19>>, Bit<D18>>, Bit<D17>>, Bit<D16>>
    , Bit<D15>>, Bit<D14>>, Bit<D13>>, Bit<D12>>, Bit<D11>>, Bit<D10>>, Bit<D9>>, Bit<D8>>
    , Bit<D7>>, Bit<D6>>, Bit<D5>>, Bit<D4>>, Bit<D3>>, Bit<D2>>, Bit<D1>>, Bit<D0>>;

#[cfg(test)]
mod tests {
    use super::*;
    use typenum::{Diff, Prod, Sum, Unsigned};

    type Six = Number<0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0>;
    type Five = Number<0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1>;

    #[test]
    fn zeros_before_a_number_change_nothing() {
        assert_eq!((Six::USIZE, Five::USIZE), (6, 5));
        assert_eq!((Sum::<Six, Five>::USIZE, Diff::<Six, Five>::USIZE, Prod::<Six, Five>::USIZE), (11, 1, 30));
    }
}
