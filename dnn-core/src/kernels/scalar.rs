//! The products of a fully connected layer one scalar at a time, for targets without vectors. B samples, I inputs, O outputs.
//!
//! y[b][o] = bias[o] + sum over i of x[b][i] w[o][i]
//! dx[b][i] = 0 + sum over o of dy[b][o] w[o][i]
//! dw[o][i] += sum over b of dy[b][o] x[b][i]
//!
//! Each sum takes its terms one after the other, in the order of the formulas: those of dW begin with what lies in the
//! gradient, so that a batch in parts gives the bits of the whole batch.
//!
//! Lengths are known at run time, so that all layers share this code: a compiler that knows them makes kilobytes of code of
//! each layer, and fills the stack with addresses. Several sums at a time share what they are made of, and none waits for
//! another one; they are written out, because compilers do not unroll at opt-level "s".

use crate::scalar::Scalar;

/// y = x Wᵀ + b; `bias` has an element for each output, one for all, or none. `shape` is samples, outputs, inputs.
///
/// Nothing is done where a slice is too short for the shape, which no layer lets happen.
#[inline(always)]
pub(crate) fn forward<T: Scalar>(y: &mut [T], x: &[T], weight: &[T], bias: &[T], shape: [usize; 3]) {
    let [samples, outputs, inputs] = shape;
    let zero = T::ZERO;
    let bias = match bias {
        [] => (&raw const zero, 0),
        one if one.len() < outputs => (one.as_ptr(), 0),
        all => (all.as_ptr(), 1),
    };
    if holds(y, samples, outputs) && holds(x, samples, inputs) && holds(weight, outputs, inputs) {
        // SAFETY: the slices are as long as the shape says, and there is a bias for each step.
        unsafe { dots(y.as_mut_ptr(), x.as_ptr(), weight.as_ptr(), bias, shape) };
    }
}

/// dx += dy W; `shape` is samples, outputs, inputs. Nothing is done where a slice is too short for it.
#[inline(always)]
pub(crate) fn gradient_input<T: Scalar>(dx: &mut [T], dy: &[T], weight: &[T], shape: [usize; 3]) {
    let [samples, outputs, inputs] = shape;
    if holds(dx, samples, inputs) && holds(dy, samples, outputs) && holds(weight, outputs, inputs) {
        // SAFETY: the slices are as long as the shape says.
        unsafe { rows(dx.as_mut_ptr(), (dy.as_ptr(), [outputs, 1]), weight.as_ptr(), shape) };
    }
}

/// dW += dyᵀ x; `shape` is samples, outputs, inputs. Nothing is done where a slice is too short for it.
#[inline(always)]
pub(crate) fn gradient_weight<T: Scalar>(dweight: &mut [T], dy: &[T], x: &[T], shape: [usize; 3]) {
    let [samples, outputs, inputs] = shape;
    if holds(dweight, outputs, inputs) && holds(dy, samples, outputs) && holds(x, samples, inputs) {
        // SAFETY: the slices are as long as the shape says.
        unsafe { rows(dweight.as_mut_ptr(), (dy.as_ptr(), [1, outputs]), x.as_ptr(), [outputs, samples, inputs]) };
    }
}

/// Whether there are that many rows of that many elements.
#[inline(always)]
fn holds<T>(scalars: &[T], rows: usize, columns: usize) -> bool {
    scalars.len() >= rows.saturating_mul(columns)
}

/// `$do` for all k: four of them at a time, then one.
macro_rules! by_four {
    ($k:ident < $count:expr => $do:expr) => {{
        let mut first = 0;
        while first + 4 <= $count {
            by_four!($k = first => $do);
            by_four!($k = first + 1 => $do);
            by_four!($k = first + 2 => $do);
            by_four!($k = first + 3 => $do);
            first += 4;
        }
        while first < $count {
            by_four!($k = first => $do);
            first += 1;
        }
    }};
    ($k:ident = $value:expr => $do:expr) => {{
        let $k = $value;
        $do;
    }};
}

/// y[b][o] = bias[o step] + sum over i of x[b][i] w[o][i]
///
/// # Safety
/// `y` is [B, O], `x` is [B, I] and `weight` [O, I]; there is a bias for each step.
#[inline(never)]
unsafe fn dots<T: Scalar>(
    mut y: *mut T,
    mut x: *const T,
    weight: *const T,
    bias: (*const T, usize),
    [samples, outputs, inputs]: [usize; 3],
) {
    for _ in 0..samples {
        let (mut w, (mut bias, step), mut left) = (weight, bias, outputs);
        // SAFETY: by the contract of this function; o, i and b are below their numbers.
        unsafe {
            while left >= 4 {
                let (w0, w1, w2, w3) = (w, w.add(inputs), w.add(2 * inputs), w.add(3 * inputs));
                let mut sum = [*bias, *bias.add(step), *bias.add(2 * step), *bias.add(3 * step)];
                by_four!(i < inputs => {
                    sum[0] += *x.add(i) * *w0.add(i);
                    sum[1] += *x.add(i) * *w1.add(i);
                    sum[2] += *x.add(i) * *w2.add(i);
                    sum[3] += *x.add(i) * *w3.add(i);
                });
                y.cast::<[T; 4]>().write(sum);
                (y, w, bias, left) = (y.add(4), w.add(4 * inputs), bias.add(4 * step), left - 4);
            }
            while left > 0 {
                let mut sum = *bias;
                by_four!(i < inputs => sum += *x.add(i) * *w.add(i));
                *y = sum;
                (y, w, bias, left) = (y.add(1), w.add(inputs), bias.add(step), left - 1);
            }
            x = x.add(inputs);
        }
    }
}

/// to[r][i] += sum over k of factors[r by[0] + k by[1]] rows[k][i], for R rows of N elements and K terms.
///
/// # Safety
/// `to` is [R, N] and `rows` [K, N]; there is a factor for each r and k.
#[inline(never)]
unsafe fn rows<T: Scalar>(
    mut to: *mut T,
    (factors, by): (*const T, [usize; 2]),
    rows: *const T,
    [count, terms, length]: [usize; 3],
) {
    for r in 0..count {
        let (mut rows, mut left) = (rows, length);
        // SAFETY: by the contract of this function; r, k and i are below their numbers. Pointers behind the last row are made,
        // by `wrapping_add`, but not read.
        unsafe {
            let factors = factors.wrapping_add(r.wrapping_mul(by[0]));
            while left >= 8 {
                let (mut a, mut row, mut sum) = (factors, rows, to.cast::<[T; 8]>().read());
                for _ in 0..terms {
                    sum[0] += *a * *row;
                    sum[1] += *a * *row.add(1);
                    sum[2] += *a * *row.add(2);
                    sum[3] += *a * *row.add(3);
                    sum[4] += *a * *row.add(4);
                    sum[5] += *a * *row.add(5);
                    sum[6] += *a * *row.add(6);
                    sum[7] += *a * *row.add(7);
                    (a, row) = (a.wrapping_add(by[1]), row.wrapping_add(length));
                }
                to.cast::<[T; 8]>().write(sum);
                (to, rows, left) = (to.add(8), rows.wrapping_add(8), left - 8);
            }
            while left > 0 {
                let (mut a, mut row, mut sum) = (factors, rows, *to);
                for _ in 0..terms {
                    sum += *a * *row;
                    (a, row) = (a.wrapping_add(by[1]), row.wrapping_add(length));
                }
                *to = sum;
                (to, rows, left) = (to.add(1), rows.wrapping_add(1), left - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::naive;
    use crate::random::Rng;
    use crate::tensor::{flat, flat_mut};

    fn random<const N: usize, const M: usize>(rng: &mut Rng) -> [[f32; N]; M] {
        let mut rows = [[0.0; N]; M];
        flat_mut(&mut rows).iter_mut().for_each(|v| *v = f32::uniform(rng, 1.0));
        rows
    }

    /// The products of a shape, here and in `naive`, are bit for bit the sums as they are written down.
    fn in_order<const I: usize, const O: usize>() {
        let rng = &mut Rng::new(11);
        let (x, dy, weight) = (random::<I, 5>(rng), random::<O, 5>(rng), random::<I, O>(rng));
        let ([bias], before) = (random::<O, 1>(rng), random::<I, O>(rng));
        let y = core::array::from_fn(|b| {
            core::array::from_fn(|o| (0..I).fold(bias[o], |sum, i| sum + x[b][i] * weight[o][i]))
        });
        let dx = core::array::from_fn(|b| {
            core::array::from_fn(|i| (0..O).fold(0.0, |sum, o| sum + dy[b][o] * weight[o][i]))
        });
        let dweight: [[f32; I]; O] = core::array::from_fn(|o| {
            core::array::from_fn(|i| (0..5).fold(before[o][i], |sum, b| sum + dy[b][o] * x[b][i]))
        });
        let mut results = [([[9.0; O]; 5], [[9.0; I]; 5], before); 2];
        let [(y0, dx0, dw0), (y1, dx1, dw1)] = &mut results;
        let shape = |samples| [samples, O, I];
        forward(flat_mut(y0), flat(&x), flat(&weight), &bias, shape(5));
        naive::forward(y1, &x, &weight, &bias);
        flat_mut(dx0).fill(0.0);
        gradient_input(flat_mut(dx0), flat(&dy), flat(&weight), shape(5));
        naive::gradient_input(dx1, &dy, &weight, false);
        // In two parts, as a large batch is worked through.
        for part in [0..2, 2..5] {
            let (dy, x) = (&dy[part.clone()], &x[part]);
            gradient_weight(flat_mut(dw0), flat(dy), flat(x), shape(x.len()));
            naive::gradient_weight(dw1, dy, x);
        }
        assert!(results.into_iter().all(|result| result == (y, dx, dweight)), "{I} x {O}");
    }

    #[test]
    fn sums_take_their_terms_one_after_the_other() {
        in_order::<1, 1>();
        in_order::<2, 3>();
        in_order::<4, 5>();
        in_order::<7, 8>();
        in_order::<8, 4>();
        in_order::<9, 6>();
        in_order::<23, 7>();
        in_order::<32, 10>();
    }

    #[test]
    fn slices_that_are_too_short_are_left_alone() {
        let (mut y, mut dweight) = ([9.0f32; 3], [9.0f32; 6]);
        forward(&mut y, &[1.0; 4], &[1.0; 6], &[], [2, 3, 2]);
        forward(&mut y, &[1.0; 1], &[1.0; 6], &[], [1, 3, 2]);
        forward(&mut y, &[1.0; 2], &[1.0; 5], &[], [1, 3, 2]);
        forward(&mut y, &[1.0; 2], &[1.0; 6], &[], [usize::MAX, 3, 2]);
        gradient_input(&mut y, &[1.0; 2], &[1.0; 6], [1, 3, 2]);
        gradient_weight(&mut dweight, &[1.0; 6], &[1.0; 3], [2, 3, 2]);
        assert_eq!((y, dweight), ([9.0; 3], [9.0; 6]));
    }
}
