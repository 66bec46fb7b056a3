//! Shape rules as const functions: the second opinion on every length that the macro computes. All of them are total.

use crate::parameters::elements;

/// Elements of `Flatten`'s output.
pub const fn flatten(dims: &[usize]) -> usize {
    elements(dims)
}

/// The length of a dimension that `Reshape` infers: what is left of `from` for the product `known` of the others.
pub const fn inferred(from: &[usize], known: usize) -> usize {
    match elements(from).checked_div(known) {
        Some(length) => length,
        None => 0,
    }
}

/// Positions of a window of `kernel` elements, `dilation` apart, that moves by `stride` over `length` elements and `padding`
/// more, before and behind them together: floor((length + padding - dilation (kernel - 1) - 1) / stride) + 1. Where the
/// window does not fit it is 0.
pub const fn windows(length: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> usize {
    let Some(gaps) = dilation.wrapping_mul(kernel.wrapping_sub(1)).checked_add(1) else { return 0 };
    match length.wrapping_add(padding).checked_sub(gaps) {
        Some(rest) => match rest.checked_div(stride) {
            Some(steps) => steps + 1,
            None => 0,
        },
        None => 0,
    }
}

/// As [`windows`], but of a window that may reach beyond the end if it begins before it (`ceil_mode`), with `padding` zeros
/// on each side.
pub const fn windows_ceil(length: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> usize {
    let whole = windows(length, kernel, stride, 2 * padding, dilation);
    let begin = whole.wrapping_mul(stride);
    let ends = whole > 0 && begin.wrapping_sub(stride) + dilation * (kernel - 1) + 1 == length + 2 * padding;
    if whole == 0 || ends || begin >= length + padding { whole } else { whole + 1 }
}

/// The length whose windows are `length`: (length - 1) stride - padding + dilation (kernel - 1) + further + 1, 0 where the
/// padding takes it all.
pub const fn transposed(
    length: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    further: usize,
) -> usize {
    let all = length.wrapping_sub(1).wrapping_mul(stride).wrapping_add(dilation.wrapping_mul(kernel.wrapping_sub(1)));
    all.wrapping_add(further + 1).saturating_sub(padding)
}

/// A length with zeros before and behind it.
pub const fn padded(length: usize, before: usize, behind: usize) -> usize {
    length.wrapping_add(before).wrapping_add(behind)
}

/// A length whose every element is there `factor` times.
pub const fn scaled(length: usize, factor: usize) -> usize {
    length.wrapping_mul(factor)
}

/// The length behind `Concat`.
pub const fn sum(lengths: &[usize]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < lengths.len() {
        sum += lengths[i];
        i += 1;
    }
    sum
}
