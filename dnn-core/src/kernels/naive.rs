//! The three products of a fully connected layer as they are written down.
//!
//! The code for small shapes and for targets without vectors. Each sum takes its terms one after the other: y starts from the
//! bias and takes inputs in ascending order, dx starts from 0 and takes outputs, dW starts from what lies in the gradient
//! and takes samples, so that a batch in parts gives the bits of the whole batch.
//!
//! Several sums at a time share what they are made of, and none of them waits for another. They are repeated in the source
//! because compilers do not unroll at opt-level "s". Native arrays and constant bounds keep panics out.

use crate::kernels::route;
use crate::layers::Bias;
use crate::scalar::Scalar;

/// Whether eight sums at a time find registers and enough to do; else four.
const fn wide(sums: usize) -> bool {
    route::ONE_BY_ONE && sums >= 8
}

/// sum[k] += a b[k] for each of W = 4 or W = 8
#[inline(always)]
fn add<T: Scalar, const W: usize>(sum: &mut [T; W], a: T, b: &[T; W]) {
    sum[0] += a * b[0];
    sum[1] += a * b[1];
    sum[2] += a * b[2];
    sum[3] += a * b[3];
    if W == 8 {
        sum[4] += a * b[4];
        sum[5] += a * b[5];
        sum[6] += a * b[6];
        sum[7] += a * b[7];
    }
}

/// y = x Wᵀ + b, four outputs and two inputs at a time
#[inline(always)]
pub(crate) fn forward<T: Scalar, const I: usize, const O: usize>(
    y: &mut [[T; O]],
    x: &[[T; I]],
    weight: &[[T; I]; O],
    bias: &impl Bias<T>,
) {
    for (y, x) in y.iter_mut().zip(x) {
        let (pairs, last) = x.as_chunks::<2>();
        for r in 0..O / 4 {
            let [w0, w1, w2, w3] = &weight.as_chunks::<4>().0[r];
            let (w0, w1, w2, w3) = (w0.as_chunks::<2>(), w1.as_chunks::<2>(), w2.as_chunks::<2>(), w3.as_chunks::<2>());
            let o = 4 * r;
            let mut sum = [bias.of(o), bias.of(o + 1), bias.of(o + 2), bias.of(o + 3)];
            for i in 0..I / 2 {
                let (x, w0, w1, w2, w3) = (&pairs[i], &w0.0[i], &w1.0[i], &w2.0[i], &w3.0[i]);
                sum[0] += x[0] * w0[0];
                sum[1] += x[0] * w1[0];
                sum[2] += x[0] * w2[0];
                sum[3] += x[0] * w3[0];
                sum[0] += x[1] * w0[1];
                sum[1] += x[1] * w1[1];
                sum[2] += x[1] * w2[1];
                sum[3] += x[1] * w3[1];
            }
            for i in 0..I % 2 {
                let (x, w0, w1, w2, w3) = (last[i], w0.1[i], w1.1[i], w2.1[i], w3.1[i]);
                sum[0] += x * w0;
                sum[1] += x * w1;
                sum[2] += x * w2;
                sum[3] += x * w3;
            }
            y.as_chunks_mut::<4>().0[r] = sum;
        }
        for o in O / 4 * 4..O {
            let mut sum = bias.of(o);
            for i in 0..I {
                sum += x[i] * weight[o][i];
            }
            y[o] = sum;
        }
    }
}

/// dx = dy W
#[inline(always)]
pub(crate) fn gradient_input<T: Scalar, const I: usize, const O: usize>(
    dx: &mut [[T; I]],
    dy: &[[T; O]],
    weight: &[[T; I]; O],
) {
    match const { wide(I) } {
        true => input_by::<T, I, O, 8>(dx, dy, weight),
        false => input_by::<T, I, O, 4>(dx, dy, weight),
    }
}

/// dx = dy W, W inputs at a time
#[inline(always)]
fn input_by<T: Scalar, const I: usize, const O: usize, const W: usize>(
    dx: &mut [[T; I]],
    dy: &[[T; O]],
    weight: &[[T; I]; O],
) {
    for (dx, dy) in dx.iter_mut().zip(dy) {
        for c in 0..I / W {
            let mut sum = [T::ZERO; W];
            for o in 0..O {
                add(&mut sum, dy[o], &weight[o].as_chunks().0[c]);
            }
            dx.as_chunks_mut().0[c] = sum;
        }
        for i in I / W * W..I {
            let mut sum = T::ZERO;
            for o in 0..O {
                sum += dy[o] * weight[o][i];
            }
            dx[i] = sum;
        }
    }
}

/// dW += dyᵀ x
#[inline(always)]
pub(crate) fn gradient_weight<T: Scalar, const I: usize, const O: usize>(
    dweight: &mut [[T; I]; O],
    dy: &[[T; O]],
    x: &[[T; I]],
) {
    match const { wide(I) } {
        true => weight_by::<T, I, O, 8>(dweight, dy, x),
        false => weight_by::<T, I, O, 4>(dweight, dy, x),
    }
}

/// dW += dyᵀ x, W inputs at a time
#[inline(always)]
fn weight_by<T: Scalar, const I: usize, const O: usize, const W: usize>(
    dweight: &mut [[T; I]; O],
    dy: &[[T; O]],
    x: &[[T; I]],
) {
    for o in 0..O {
        for c in 0..I / W {
            let mut sum = dweight[o].as_chunks::<W>().0[c];
            for (dy, x) in dy.iter().zip(x) {
                add(&mut sum, dy[o], &x.as_chunks().0[c]);
            }
            dweight[o].as_chunks_mut().0[c] = sum;
        }
        for i in I / W * W..I {
            let mut sum = dweight[o][i];
            for (dy, x) in dy.iter().zip(x) {
                sum += dy[o] * x[i];
            }
            dweight[o][i] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;
    use crate::tensor::flat_mut;

    fn random<const N: usize, const M: usize>(rng: &mut Rng) -> [[f32; N]; M] {
        let mut rows = [[0.0; N]; M];
        flat_mut(&mut rows).iter_mut().for_each(|v| *v = f32::uniform(rng, 1.0));
        rows
    }

    /// The bits of one sum after the other, as they are written in formulas.
    fn in_order<const I: usize, const O: usize, const W: usize>() {
        let rng = &mut Rng::new(11);
        let (x, dy, weight) = (random::<I, 5>(rng), random::<O, 5>(rng), random::<I, O>(rng));
        let ([bias], before) = (random::<O, 1>(rng), random::<I, O>(rng));
        let (mut y, mut dx, mut dweight) = ([[9.0; O]; 5], [[9.0; I]; 5], before);
        forward(&mut y, &x, &weight, &bias);
        input_by::<f32, I, O, W>(&mut dx, &dy, &weight);
        weight_by::<f32, I, O, W>(&mut dweight, &dy, &x);
        for b in 0..5 {
            for o in 0..O {
                assert_eq!(y[b][o], (0..I).fold(bias[o], |sum, i| sum + x[b][i] * weight[o][i]));
            }
            for i in 0..I {
                assert_eq!(dx[b][i], (0..O).fold(0.0, |sum, o| sum + dy[b][o] * weight[o][i]));
            }
        }
        for o in 0..O {
            for i in 0..I {
                assert_eq!(dweight[o][i], (0..5).fold(before[o][i], |sum, b| sum + dy[b][o] * x[b][i]));
            }
        }
        let mut parts = before;
        weight_by::<f32, I, O, W>(&mut parts, &dy[..2], &x[..2]);
        weight_by::<f32, I, O, W>(&mut parts, &dy[2..], &x[2..]);
        assert_eq!(parts, dweight);
    }

    #[test]
    fn sums_take_their_terms_one_after_the_other() {
        in_order::<1, 1, 4>();
        in_order::<2, 3, 4>();
        in_order::<4, 5, 4>();
        in_order::<7, 8, 4>();
        in_order::<8, 4, 8>();
        in_order::<9, 6, 8>();
        in_order::<23, 7, 8>();
        in_order::<32, 10, 8>();
    }
}
