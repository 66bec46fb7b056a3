//! Weights as vectors along the channels that are made, [read channels][KH KW][panel].

use super::samples::View;
use crate::kernels::columns::transpose;
use crate::kernels::level::{Kernel, Vector};
use crate::scalar::Scalar;

/// The weights of `here` channels from channel r on of a group, which begins at `from`.
///
/// # Safety
/// The machine has the instructions of `V`, the channels exist, and there is room for the panel.
#[inline(always)]
pub(super) unsafe fn turn<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, view: &View<'_>, r: usize, here: usize) {
    let (taps, channels) = (view.shape.kernel[0] * view.shape.kernel[1], view.read[0]);
    let next = here.next_multiple_of(V::LANES);
    for v in (0..here).step_by(V::LANES) {
        let lanes = if here - v < V::LANES { here - v } else { V::LANES };
        // SAFETY: as of this function.
        unsafe {
            if view.gathers {
                let (from, row) = (from.add((r + v) * channels * taps), channels * taps);
                V::call(&mut Turned { to: to.add(v), next, from, row, lanes, len: row });
            } else {
                for c in 0..channels {
                    let (to, from) = (to.add(c * taps * next + v), from.add((c * view.made[0] + r + v) * taps));
                    V::call(&mut Turned { to, next, from, row: taps, lanes, len: taps });
                }
            }
        }
    }
}

/// [`transpose`], out of line.
struct Turned<T> {
    to: *mut T,
    next: usize,
    from: *const T,
    row: usize,
    lanes: usize,
    len: usize,
}

impl<T: Scalar> Kernel for Turned<T> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Turned { to, next, from, row, lanes, len } = *self;
        // SAFETY: as of this function. A full vector needs no question for each row.
        unsafe {
            if lanes == V::LANES {
                transpose::<V, T>(to, next, from, row, [V::LANES, len]);
            } else {
                transpose::<V, T>(to, next, from, row, [lanes, len]);
            }
        }
    }
}
