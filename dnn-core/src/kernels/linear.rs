//! The three products of a fully connected layer. B samples, I inputs, O outputs.
//!
//! y[b][o] = sum over i of x[b][i] w[o][i] + bias[o]
//! dx[b][i] = sum over o of dy[b][o] w[o][i]
//! dw[o][i] += sum over b of dy[b][o] x[b][i]

use crate::layers::Bias;
use crate::scalar::Scalar;

/// y = x Wᵀ + b
#[inline(always)]
pub(crate) fn forward<T: Scalar, const I: usize, const O: usize>(
    y: &mut [[T; O]],
    x: &[[T; I]],
    weight: &[[T; I]; O],
    bias: &impl Bias<T>,
) {
    for (y, x) in y.iter_mut().zip(x) {
        for o in 0..O {
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
    for (dx, dy) in dx.iter_mut().zip(dy) {
        *dx = [T::ZERO; I];
        for o in 0..O {
            for i in 0..I {
                dx[i] += dy[o] * weight[o][i];
            }
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
    for (dy, x) in dy.iter().zip(x) {
        for o in 0..O {
            for i in 0..I {
                dweight[o][i] += dy[o] * x[i];
            }
        }
    }
}

/// db += sum over samples of dy
#[inline(always)]
pub(crate) fn gradient_bias<T: Scalar, const O: usize>(dbias: &mut impl Bias<T>, dy: &[[T; O]]) {
    for dy in dy {
        for o in 0..O {
            dbias.add(o, dy[o]);
        }
    }
}
