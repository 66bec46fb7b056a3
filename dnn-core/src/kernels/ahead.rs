//! Memory that is read soon, asked for beforehand, while something else is computed.
//!
//! Rows of a large matrix are too far apart for a processor to guess which line of the cache comes next, and the third cache
//! takes as long as hundreds of multiplications.

/// Bytes of a line of the cache.
pub(super) const LINE: usize = 64;

/// Pieces of memory, `length` scalars long and `apart` scalars apart, of which there need not be any.
#[derive(Clone, Copy)]
pub(super) struct Ahead<T> {
    at: *const T,
    apart: usize,
    length: usize,
    pieces: usize,
    left: usize,
}

impl<T> Ahead<T> {
    #[inline(always)]
    pub(super) fn new(at: *const T, apart: usize, length: usize, pieces: usize) -> Self {
        Ahead { at, apart, length, pieces, left: pieces }
    }

    /// Asks for the next pieces, of which this is the share of one of `turns` turns.
    #[inline(always)]
    pub(super) fn fetch(&mut self, turns: usize) {
        let share = if turns > 0 { self.pieces.div_ceil(turns) } else { self.pieces };
        let share = if share < self.left { share } else { self.left };
        for _ in 0..share {
            let mut i = 0;
            while i < self.length {
                prefetch(self.at.wrapping_add(i));
                i += LINE / size_of::<T>();
            }
            self.at = self.at.wrapping_add(self.apart);
        }
        self.left -= share;
    }
}

/// Asks for the line at an address, where there need not be anything, to be in the second cache.
#[inline(always)]
fn prefetch<T>(at: *const T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: every x86-64 has the instruction, which reads nothing that a program could see.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(at.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = at;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_share_all_pieces() {
        let scalars = [0.0f32; 70];
        for (pieces, turns) in [(0, 3), (1, 3), (7, 3), (7, 7), (7, 1), (7, 0)] {
            let mut ahead = Ahead::new(scalars.as_ptr(), 10, 10, pieces);
            for _ in 0..turns.max(1) {
                ahead.fetch(turns);
            }
            assert_eq!((ahead.left, ahead.at), (0, scalars.as_ptr().wrapping_add(pieces * 10)), "{pieces}, {turns}");
            ahead.fetch(turns);
            assert_eq!(ahead.left, 0);
        }
    }
}
