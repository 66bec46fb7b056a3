//! Values on the heap that begin with a line of the cache.

use alloc::boxed::Box;
use core::alloc::Layout;
use core::mem::MaybeUninit;

/// A value that begins with a line of the cache, where there is one.
#[repr(C)]
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), repr(align(64)))]
pub struct Line<T>(pub T);

/// The value where a line begins, never on the stack.
pub(crate) fn lined<T>(value: Box<T>) -> Box<Line<T>> {
    // SAFETY: a line begins with its value.
    unsafe { moved::<T, T, Line<T>>(value) }
}

/// The value of a line, never on the stack.
pub(crate) fn unlined<T>(line: Box<Line<T>>) -> Box<T> {
    // SAFETY: as above.
    unsafe { moved::<T, Line<T>, T>(line) }
}

/// Moves a `T` to another place, where `From` and `To` lie differently.
///
/// # Safety
/// `From` and `To` are a `T`, and padding behind it.
unsafe fn moved<T, From, To>(from: Box<From>) -> Box<To> {
    if Layout::new::<From>() == Layout::new::<To>() {
        // SAFETY: as of this function; memory of one layout may be freed as the other type.
        return unsafe { Box::from_raw(Box::into_raw(from).cast()) };
    }
    let mut to = Box::<To>::new_uninit();
    // SAFETY: as of this function; the first place is then freed as one that holds nothing.
    unsafe {
        let from = Box::into_raw(from).cast::<MaybeUninit<From>>();
        to.as_mut_ptr().cast::<T>().copy_from_nonoverlapping(from.cast(), 1);
        drop(Box::from_raw(from));
        to.assume_init()
    }
}
