//! Batch normalisation of features or sequences; formulas and code are those of [`BatchNorm`], with S = L.

use super::batch_norm::BatchNorm;

/// Batch normalisation of C features or of C channels of L values, PyTorch's
/// [`BatchNorm1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html): from `[C]` to `[C]`, or from [C, L]
/// to [C, L]. [`BatchNorm`] has the formulas and what training needs.
///
/// In a declaration it is written `norm: BatchNorm1d<C>`, or `norm: BatchNorm1d<C, affine = false>(eps = 1e-3, momentum =
/// 0.01)`; `bias = false` leaves out the bias. Tensors have PyTorch's names. It always tracks running statistics; PyTorch's
/// `num_batches_tracked` is not among them, because the momentum is constant.
///
/// [`Linear::folded`](crate::Linear::folded) makes one layer for inference of a product and the normalisation behind it.
///
/// ```
/// use dnn_core::{BatchNorm1d, Layer, Pass};
/// let mut norm: BatchNorm1d<2> =
///     BatchNorm1d { weight: [2.0, 1.0], bias: [0.0, 5.0], running_mean: [0.0; 2], running_var: [1.0; 2] };
/// let x = [[[1.0f32], [10.0]], [[3.0], [10.0]]]; // two samples of [C, 1]
/// let (mut y, mut saved) = (x, [0.0; 5 * 2]);
/// norm.forward(&Pass::default(), &x, &mut y, &mut saved);
/// assert_eq!(y.map(|y| [y[0][0].round(), y[1][0]]), [[-2.0, 5.0], [2.0, 5.0]]);
/// Layer::<[[f32; 1]; 2]>::absorb(&mut norm, 2, &saved);
/// assert_eq!(norm.running_mean, [0.2, 1.0]);
/// assert_eq!(norm.running_var, [0.9 + 0.2, 0.9]); // the unbiased variance of 1 and 3 is 2
/// ```
pub type BatchNorm1d<
    const C: usize,
    T = f32,
    const W: usize = C,
    const B: usize = W,
    const EPS: u64 = { 1e-5f64.to_bits() },
    const MOMENTUM: u64 = { 0.1f64.to_bits() },
> = BatchNorm<C, T, W, B, EPS, MOMENTUM>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Layer, Pass};
    use crate::parameters::{Parameters, Role};
    use crate::{Linear, Rng, Scalar, zeros};

    /// Two channels of two values, with eps = 1: variances of 3 and 0 have round roots.
    type Norm<const W: usize = 2, const B: usize = W> =
        BatchNorm1d<2, f32, W, B, { 1f64.to_bits() }, { 0.5f64.to_bits() }>;
    type X = [[f32; 2]; 2];

    const NORM: Norm =
        BatchNorm1d { weight: [4.0, 2.0], bias: [1.0, 7.0], running_mean: [2.0, -2.0], running_var: [0.0, 15.0] };
    // Mean 3 and variance 3 in the first channel: 0 - 3, 4 - 3, 4 - 3, 4 - 3 squared is 9 + 1 + 1 + 1. The second is constant.
    const BATCH: [X; 2] = [[[0.0, 4.0], [5.0, 5.0]], [[4.0, 4.0], [5.0, 5.0]]];
    const DY: [X; 2] = [[[1.0, 2.0], [3.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]];

    #[test]
    fn a_batch_has_its_own_statistics_and_moves_the_running_ones() {
        let (mut norm, mut y, mut saved) = (NORM, BATCH, [9.0; 10]);
        norm.forward(&Pass::default(), &BATCH, &mut y, &mut saved);
        // scales 4 / sqrt(3 + 1) and 2 / sqrt(0 + 1)
        assert_eq!(y, [[[-5.0, 3.0], [7.0, 7.0]], [[3.0, 3.0], [7.0, 7.0]]]);
        Layer::<X>::absorb(&mut norm, 2, &saved);
        assert_eq!((norm.running_mean, norm.running_var), ([2.5, 1.5], [2.0, 7.5])); // unbiased: 3 * 4 / 3
        assert_eq!((norm.weight, norm.bias), (NORM.weight, NORM.bias));
    }

    #[test]
    fn gradients_couple_the_samples_of_a_batch() {
        let (mut y, mut saved, mut dy, mut dx) = (BATCH, [9.0; 10], DY, BATCH);
        let mut dp: <Norm as Parameters>::Gradient = zeros();
        dp.bias = [10.0, 0.0];
        NORM.forward(&Pass::default(), &BATCH, &mut y, &mut saved);
        NORM.backward(&Pass::default(), &BATCH, &y, &mut saved, &mut dy, Some(&mut dx), Some(&mut dp));
        // First channel: the sum of dy is 4, of dy (x - m) -3 + 2 + 0 + 1 = 0; second: the sum of dy is 4, x - m is 0.
        assert_eq!((dp.weight, dp.bias), ([0.0, 0.0], [14.0, 4.0]));
        assert_eq!(dx, [[[0.0, 2.0], [4.0, -2.0]], [[-2.0, 0.0], [-2.0, 0.0]]]);
        assert_eq!(dy, DY);
    }

    #[test]
    fn a_gradient_along_the_values_is_taken_out() {
        let x: [[[f32; 1]; 1]; 2] = [[[-1.0]], [[1.0]]];
        let norm: BatchNorm1d<1, f32, 0, 0, { 3f64.to_bits() }> = zeros();
        let (mut y, mut saved, mut dx) = (x, [0.0; 5], x);
        norm.forward(&Pass::default(), &x, &mut y, &mut saved);
        assert_eq!(y, [[[-0.5]], [[0.5]]]);
        norm.backward(&Pass::default(), &x, &y, &mut saved, &mut [[[-4.0]], [[4.0]]], Some(&mut dx), None);
        // (dy - 0 - x 8 / (2 (1 + 3))) / 2
        assert_eq!(dx, [[[-1.5]], [[1.5]]]);
    }

    #[test]
    fn a_frozen_layer_and_inference_use_the_running_statistics() {
        let frozen = Pass::default().frozen();
        let (mut y, mut inferred, mut saved, mut dx) = (BATCH, BATCH, [9.0; 10], BATCH);
        NORM.infer(&BATCH, &mut inferred, &mut [0.0; 2]);
        NORM.forward(&frozen, &BATCH, &mut y, &mut saved);
        // scales 4 / sqrt(0 + 1) and 2 / sqrt(15 + 1)
        assert_eq!(y, [[[-7.0, 9.0], [10.5, 10.5]], [[9.0, 9.0], [10.5, 10.5]]]);
        assert_eq!(y, inferred);
        NORM.backward(&frozen, &[], &[], &mut saved, &mut DY.clone(), Some(&mut dx), None);
        assert_eq!(dx, [[[4.0, 8.0], [1.5, 0.0]], [[0.0, 4.0], [0.0, 0.5]]]);
        let mut dp: <Norm as Parameters>::Gradient = zeros();
        NORM.backward(&frozen, &BATCH, &[], &mut saved, &mut DY.clone(), None, Some(&mut dp));
        assert_eq!((dp.weight, dp.bias), ([-2.0 + 2.0 * 2.0 + 2.0, 7.0], [4.0, 4.0])); // dy (x - m) / sqrt(v + eps)
    }

    #[test]
    fn a_table_lists_what_there_is() {
        let names = |parameters: &mut dyn Iterator<Item = (std::string::String, Role)>| -> std::vec::Vec<_> {
            parameters.collect()
        };
        let of = |norm: &Norm| names(&mut norm.parameters().map(|t| (std::format!("{}", t.name), t.role)));
        let all = ["weight", "bias", "running_mean", "running_var"].map(std::string::String::from);
        let roles = [Role::Parameter, Role::Parameter, Role::Buffer, Role::Buffer];
        assert!(of(&NORM).into_iter().eq(all.into_iter().zip(roles)));
        assert_eq!(<Norm<2, 0>>::TABLE.len(), 3);
        assert_eq!(<Norm<0>>::TABLE.len(), 2);
        assert_eq!(<<Norm as Parameters>::Gradient>::TABLE.len(), 2);
        assert_eq!(<<Norm<2, 0> as Parameters>::Gradient>::TABLE.len(), 1);
        assert_eq!(size_of::<<Norm<0> as Parameters>::Gradient>(), 0);
        let mut norm: Norm = zeros();
        norm.init_in(&mut Rng::new(1));
        assert_eq!(norm.flat(), [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_constant_batch_gives_the_bias_and_a_finite_gradient() {
        let mut norm: BatchNorm1d<1> = zeros();
        norm.init_in(&mut Rng::new(1));
        norm.bias = [0.25];
        let x = [[[3.5f32]]; 5];
        let (mut y, mut saved, mut dx) = (x, [0.0; 5], x);
        norm.forward(&Pass::default(), &x, &mut y, &mut saved);
        assert_eq!(y, [[[0.25]]; 5]);
        norm.backward(&Pass::default(), &x, &y, &mut saved, &mut [[[1.0]]; 5], Some(&mut dx), None);
        assert_eq!(dx, [[[0.0]]; 5]);
        Layer::<[[f32; 1]; 1]>::absorb(&mut norm, 5, &saved);
        assert_eq!(norm.running_var, [0.9]);
    }

    #[test]
    fn a_nan_spoils_its_channel_alone() {
        let (mut norm, mut x, mut saved) = (NORM, BATCH, [0.0; 10]);
        for wrong in [f32::NAN, f32::INFINITY] {
            x[1][1][0] = wrong;
            let mut y = x;
            norm.forward(&Pass::default(), &x, &mut y, &mut saved);
            assert!(y.iter().all(|y| y[0].iter().all(|v| v.is_finite())), "{wrong}");
            assert!(y.iter().all(|y| y[1].iter().all(|v| v.is_nan())), "{wrong}");
        }
        Layer::<X>::absorb(&mut norm, 2, &saved);
        assert!(norm.running_mean[0].is_finite() && norm.running_var[0].is_finite());
        assert!(!norm.running_mean[1].is_finite() && norm.running_var[1].is_nan());
    }

    #[test]
    #[should_panic(expected = "a batch of 1 sample with 1 value of each channel, but a variance takes 2 values")]
    fn one_value_has_no_variance() {
        let norm: BatchNorm1d<2> = zeros();
        norm.forward(&Pass::default(), &[[[1.0], [2.0]]], &mut [[[0.0]; 2]], &mut [0.0; 10]);
    }

    #[test]
    fn no_samples_change_nothing() {
        let (mut norm, mut saved) = (NORM, [f32::NAN; 10]);
        norm.forward(&Pass::default(), &[] as &[X], &mut [], &mut saved);
        Layer::<X>::absorb(&mut norm, 0, &saved);
        assert_eq!(norm, NORM);
    }

    #[test]
    fn a_folded_product_is_the_product_and_its_normalisation() {
        let mut rng = Rng::new(1);
        let mut fc: Linear<5, 4, f64> = zeros();
        fc.init_in(&mut rng);
        let mut norm: BatchNorm1d<4, f64> = zeros();
        for value in norm.flat_mut() {
            *value = 0.5 + f64::uniform(&mut rng, 0.4);
        }
        let x: [[f64; 5]; 3] = core::array::from_fn(|_| core::array::from_fn(|_| f64::uniform(&mut rng, 2.0)));
        let (mut middle, mut y, mut short) = ([[0.0; 4]; 3], [[[0.0]; 4]; 3], [[0.0; 4]; 3]);
        fc.infer(&x, &mut middle, &mut []);
        norm.infer(&middle.map(|row| row.map(|v| [v])), &mut y, &mut [0.0; 4]);
        fc.folded(&norm).infer(&x, &mut short, &mut []);
        for (y, short) in y.as_flattened().as_flattened().iter().zip(short.as_flattened()) {
            assert!((y - short).abs() < 1e-14, "{y} {short}");
        }
    }
}
