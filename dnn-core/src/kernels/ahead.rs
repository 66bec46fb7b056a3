//! Memory that is read soon, asked for beforehand, while something else is computed.
//!
//! Rows of a large matrix are too far apart for a processor to guess which line of the cache comes next, and the third cache
//! takes as long as hundreds of multiplications.

use core::ptr::null;

/// Bytes of a line of the cache.
pub(super) const LINE: usize = 64;

/// Pieces of memory, `length` scalars long and `apart` scalars apart, of which there need not be any.
#[derive(Clone, Copy)]
pub(super) struct Ahead<T> {
    at: *const T,
    apart: usize,
    length: usize,
    /// Scalars of the first piece that are asked for.
    done: usize,
    pieces: usize,
    /// Lines to ask for at a time.
    lines: usize,
}

impl<T> Ahead<T> {
    /// Nothing.
    pub(super) const NONE: Self = Ahead { at: null(), apart: 0, length: 0, done: 0, pieces: 0, lines: 0 };

    #[inline(always)]
    pub(super) fn new(at: *const T, apart: usize, length: usize, pieces: usize) -> Self {
        Ahead { at, apart, length, done: 0, pieces, lines: 0 }
    }

    /// All of it is asked for in so many times.
    #[inline(always)]
    pub(super) fn during(self, times: usize) -> Self {
        let lines = self.pieces * self.length.div_ceil(LINE / size_of::<T>());
        Ahead { lines: if times > 0 { lines.div_ceil(times) } else { 0 }, ..self }
    }

    /// Asks for the next lines, as many as are left.
    #[inline(always)]
    pub(super) fn fetch(&mut self) {
        for _ in 0..self.lines {
            if self.pieces == 0 {
                return;
            }
            prefetch::<2, T>(self.at.wrapping_add(self.done));
            self.done += LINE / size_of::<T>();
            if self.done >= self.length {
                self.at = self.at.wrapping_add(self.apart);
                self.done = 0;
                self.pieces -= 1;
            }
        }
    }
}

/// Asks for the line at an address, where there need not be anything, to be in the first cache or in the second one.
#[inline(always)]
pub(super) fn prefetch<const CACHE: u8, T>(at: *const T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: every x86-64 has the instruction, which reads nothing that a program could see.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};
        match CACHE {
            1 => _mm_prefetch::<_MM_HINT_T0>(at.cast()),
            _ => _mm_prefetch::<_MM_HINT_T1>(at.cast()),
        }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = at;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_pieces_are_asked_for() {
        let scalars = [0.0f32; 70];
        for (pieces, length, times) in
            [(0, 10, 1), (1, 10, 1), (7, 10, 7), (7, 10, 3), (4, 16, 4), (3, 17, 6), (3, 17, 4)]
        {
            let mut ahead = Ahead::new(scalars.as_ptr(), 10, length, pieces).during(times);
            for _ in 0..times {
                ahead.fetch();
            }
            assert_eq!((ahead.pieces, ahead.at), (0, scalars.as_ptr().wrapping_add(pieces * 10)), "{pieces}, {length}");
            ahead.fetch();
            assert_eq!(ahead.pieces, 0);
        }
        let mut none = Ahead::new(scalars.as_ptr(), 10, 10, 7).during(0);
        none.fetch();
        assert_eq!(none.pieces, 7);
    }
}
