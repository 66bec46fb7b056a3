//! The three products of G gates of H units each, which are those of a fully connected layer of G H outputs. I inputs.
//!
//! y[b][g][h] = sum over i of x[b][i] w[g][h][i] + bias[g][h]
//! dx[b][i] = sum over g and h of dy[b][g][h] w[g][h][i]
//! dw[g][h][i] += sum over b of dy[b][g][h] x[b][i]

use crate::kernels::linear::{Dots, Rows};
use crate::kernels::{blocks, route, scalar};
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::{flat, flat_mut};

/// y = x Wᵀ + b
#[inline(always)]
pub(crate) fn forward<T: Scalar, const I: usize, const H: usize, const G: usize>(
    y: &mut [[[T; H]; G]],
    x: &[[T; I]],
    weight: &[[[T; I]; H]; G],
    bias: &impl Bias<T>,
) {
    let shape = [x.len(), G * H, I];
    if const { route::dots_by_gemm(I, G * H) } && x.len() >= route::MANY {
        Dots::new(flat_mut(y), flat(x), flat(weight), bias.as_slice(), shape).gemm();
    } else if const { route::dots_by_vectors(I, G * H) } {
        Dots::new(flat_mut(y), flat(x), flat(weight), bias.as_slice(), shape)
            .by_vectors(const { blocks::outputs_of_some::<T>(I, G * H) });
    } else if const { route::by_scalars(I, G * H) } {
        scalar::forward(flat_mut(y), flat(x), flat(weight), bias.as_slice(), shape);
    } else {
        naive::forward(y, x, weight, bias);
    }
}

/// dx = dy W, or dx += dy W
#[inline(always)]
pub(crate) fn gradient_input<T: Scalar, const I: usize, const H: usize, const G: usize>(
    dx: &mut [[T; I]],
    dy: &[[[T; H]; G]],
    weight: &[[[T; I]; H]; G],
    add: bool,
) {
    let shape = [dy.len(), G * H, I];
    if const { route::rows_by_gemm(I, G * H) } && dy.len() >= route::MANY {
        Rows::of_product(flat_mut(dx), flat(dy), flat(weight), shape).adding(add).gemm();
    } else if const { route::rows_by_vectors(I, G * H) } {
        Rows::of_product(flat_mut(dx), flat(dy), flat(weight), shape)
            .adding(add)
            .by_vectors(const { blocks::sums_of_some::<T>(I, G * H) });
    } else if const { route::by_scalars(I, G * H) } {
        if !add {
            flat_mut(dx).fill(T::ZERO);
        }
        scalar::gradient_input(flat_mut(dx), flat(dy), flat(weight), shape);
    } else {
        naive::gradient_input(dx, dy, weight, add);
    }
}

/// dW += dyᵀ x
#[inline(always)]
pub(crate) fn gradient_weight<T: Scalar, const I: usize, const H: usize, const G: usize>(
    dweight: &mut [[[T; I]; H]; G],
    dy: &[[[T; H]; G]],
    x: &[[T; I]],
) {
    let shape = [G * H, x.len(), I];
    if const { route::rows_by_gemm(I, G * H) } && x.len() >= route::MANY {
        Rows::of_gradient(flat_mut(dweight), flat(dy), flat(x), shape).gemm();
    } else if const { route::rows_by_vectors(I, G * H) } {
        Rows::of_gradient(flat_mut(dweight), flat(dy), flat(x), shape)
            .by_vectors(const { blocks::sums_of_some::<T>(I, G * H) });
    } else if const { route::by_scalars(I, G * H) } {
        scalar::gradient_weight(flat_mut(dweight), flat(dy), flat(x), [x.len(), G * H, I]);
    } else {
        naive::gradient_weight(dweight, dy, x);
    }
}

/// db += sum over samples of dy
#[inline(always)]
pub(crate) fn gradient_bias<T: Scalar, const H: usize, const G: usize>(dbias: &mut impl Bias<T>, dy: &[[[T; H]; G]]) {
    for dy in dy {
        for (db, dy) in dbias.values().iter_mut().zip(dy.as_flattened()) {
            *db += *dy;
        }
    }
}

/// The same as they are written down, for small shapes and for targets without vectors.
mod naive {
    use super::{Bias, Scalar};
    use crate::kernels::naive;
    use core::slice::{from_mut, from_ref};

    #[inline(always)]
    pub(super) fn forward<T: Scalar, const I: usize, const H: usize, const G: usize>(
        y: &mut [[[T; H]; G]],
        x: &[[T; I]],
        weight: &[[[T; I]; H]; G],
        bias: &impl Bias<T>,
    ) {
        for (y, x) in y.iter_mut().zip(x) {
            for g in 0..G {
                let (y, x, weight) = (from_mut(&mut y[g]), from_ref(x), &weight[g]);
                match bias.as_slice().as_chunks::<H>().0.get(g) {
                    Some(bias) => naive::forward(y, x, weight, bias),
                    None => naive::forward(y, x, weight, &()),
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn gradient_input<T: Scalar, const I: usize, const H: usize, const G: usize>(
        dx: &mut [[T; I]],
        dy: &[[[T; H]; G]],
        weight: &[[[T; I]; H]; G],
        add: bool,
    ) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            if !add {
                *dx = [T::ZERO; I];
            }
            for g in 0..G {
                for h in 0..H {
                    for i in 0..I {
                        dx[i] += dy[g][h] * weight[g][h][i];
                    }
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn gradient_weight<T: Scalar, const I: usize, const H: usize, const G: usize>(
        dweight: &mut [[[T; I]; H]; G],
        dy: &[[[T; H]; G]],
        x: &[[T; I]],
    ) {
        for (dy, x) in dy.iter().zip(x) {
            for g in 0..G {
                for h in 0..H {
                    for i in 0..I {
                        dweight[g][h][i] += dy[g][h] * x[i];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Rng;
    use std::vec::Vec;

    /// Vectors against the plain loops, in f64, with `samples` samples.
    fn check<const I: usize, const H: usize, const G: usize>(samples: usize) {
        let mut rng = Rng::new(7);
        let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| f64::uniform(&mut rng, 1.0)).collect() };
        let (x, dy, weight, bias) = (draw(samples * I), draw(samples * G * H), draw(G * H * I), draw(G * H));
        let (x, dy): (&[[f64; I]], &[[[f64; H]; G]]) = (crate::tensor::batch(&x), crate::tensor::batch(&dy));
        let (weight, bias) =
            (&crate::tensor::batch::<[[[f64; I]; H]; G]>(&weight)[0], &crate::tensor::batch::<[[f64; H]; G]>(&bias)[0]);
        let bound = if cfg!(feature = "deterministic") { 0.0 } else { 1e-12 };
        let close = |a: &[f64], b: &[f64]| assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= bound), "{I} {H} {G}");

        let (mut y, mut expected) = (std::vec![[[9.0; H]; G]; samples], std::vec![[[9.0; H]; G]; samples]);
        forward(&mut y, x, weight, bias);
        naive::forward(&mut expected, x, weight, bias);
        close(flat(&y), flat(&expected));
        for add in [false, true] {
            let (mut dx, mut expected) = (std::vec![[2.0; I]; samples], std::vec![[2.0; I]; samples]);
            gradient_input(&mut dx, dy, weight, add);
            naive::gradient_input(&mut expected, dy, weight, add);
            close(flat(&dx), flat(&expected));
        }
        let (mut dw, mut expected) = ([[[3.0; I]; H]; G], [[[3.0; I]; H]; G]);
        gradient_weight(&mut dw, dy, x);
        naive::gradient_weight(&mut expected, dy, x);
        close(flat(&dw), flat(&expected));
    }

    #[test]
    fn gates_are_one_fully_connected_layer() {
        for samples in [0, 1, 2, 7, 33] {
            check::<1, 1, 1>(samples);
            check::<8, 5, 3>(samples);
            check::<17, 9, 4>(samples);
            check::<512, 8, 3>(samples);
        }
    }

    #[test]
    fn worked_numbers() {
        let (x, weight) = ([[1.0f32, 2.0]], [[[3.0f32, 4.0]], [[5.0, 6.0]]]); // I = 2, H = 1, G = 2
        let mut y = [[[0.0]; 2]];
        forward(&mut y, &x, &weight, &[[10.0], [20.0]]);
        assert_eq!(y, [[[21.0], [37.0]]]);
        let mut dx = [[1.0, 1.0]];
        gradient_input(&mut dx, &[[[1.0], [2.0]]], &weight, true);
        assert_eq!(dx, [[14.0, 17.0]]);
        let (mut dw, mut db) = ([[[0.0; 2]; 1]; 2], [[1.0f32]; 2]);
        gradient_weight(&mut dw, &[[[1.0], [2.0]]], &x);
        gradient_bias(&mut db, &[[[1.0], [2.0]]]);
        assert_eq!((dw, db), ([[[1.0, 2.0]], [[2.0, 4.0]]], [[2.0], [3.0]]));
    }
}
