//! y = x / (1 - p) with probability 1 - p, else 0; y = x for inference
//!
//! dx = dy / (1 - p) where x was kept, else 0
//!
//! Nothing is remembered: whether an element is kept is a function of the seed, the step, the layer and the element's number
//! in the whole batch, so that `backward`, micro-batches and threads find the mask again. A dropped element is 0 whatever
//! it was, NaN included.

use crate::layer::{InPlace, Keeps, Pass};
use crate::random::split_mix;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat_mut};
use core::slice::from_mut;

/// Sets elements to zero at random while training and scales the others by 1 / (1 - p), PyTorch's
/// [`Dropout`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html)
/// (N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15, 2014).
///
/// ```
/// use dnn_core::{Dropout, InPlace, Pass};
/// let mut buffer = [[1.0f32; 8]];
/// Dropout { p: 0.5, layer: 0 }.forward(&Pass { seed: 1, ..Pass::default() }, &mut buffer);
/// assert!(buffer[0].iter().all(|&v| v == 0.0 || v == 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// The probability of an element to be dropped: 0.5 by default, 0 drops nothing and 1 everything.
    pub p: f64,
    /// The number of the layer in its network, so that two layers drop different elements.
    pub layer: u64,
}

impl Default for Dropout {
    fn default() -> Dropout {
        Dropout { p: 0.5, layer: 0 }
    }
}

/// What random layers keep in a pass: a function of the number of what is kept or dropped.
pub(super) struct Mask<T> {
    key: u64,
    limit: u64,
    scale: T,
}

impl<T: Scalar> Mask<T> {
    #[inline(always)]
    pub(super) fn new(p: f64, layer: u64, pass: &Pass) -> Mask<T> {
        let keep = 1.0 - p;
        Mask {
            key: split_mix(split_mix(split_mix(pass.seed).wrapping_add(pass.step)).wrapping_add(layer)),
            // A probability in units of 2^-32: all of 2^32 where nothing is dropped.
            limit: (keep * 4_294_967_296.0) as u64,
            scale: T::from_f64(1.0 / keep),
        }
    }

    /// What is multiplied by 1 / (1 - p) if it is kept, and otherwise 0.
    #[inline(always)]
    pub(super) fn apply(&self, number: u64, values: &mut [T]) {
        // The outputs of the generator SplitMix64 that starts at `key`.
        let bits = split_mix(self.key.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))) >> 32;
        for v in values {
            *v = if bits < self.limit { *v * self.scale } else { T::ZERO };
        }
    }
}

impl Dropout {
    #[inline(always)]
    fn mask<X: Tensor<Scalar: Scalar>>(&self, pass: &Pass, buffer: &mut [X]) {
        let mask = Mask::new(self.p, self.layer, pass);
        let mut number = (pass.first as u64).wrapping_mul(X::LEN as u64);
        for v in flat_mut(buffer) {
            mask.apply(number, from_mut(v));
            number = number.wrapping_add(1);
        }
    }
}

impl<X: Tensor<Scalar: Scalar>> InPlace<X> for Dropout {
    const KEEPS: Keeps = Keeps::Nothing;

    #[inline(always)]
    fn infer(&self, _: &mut [X]) {}

    #[inline(always)]
    fn forward(&self, pass: &Pass, buffer: &mut [X]) {
        if !pass.frozen {
            self.mask(pass, buffer);
        }
    }

    #[inline(always)]
    fn backward(&self, pass: &Pass, _: &[X], gradient: &mut [X]) {
        if !pass.frozen {
            self.mask(pass, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: Pass = Pass { seed: 7, step: 3, first: 0, frozen: false, fresh: false };
    type Row = [f32; 1000];

    fn mask(layer: Dropout, pass: Pass) -> [Row; 4] {
        let mut buffer = [[1.0; 1000]; 4];
        layer.forward(&pass, &mut buffer);
        buffer
    }

    #[test]
    fn forward_scales_what_it_keeps_and_backward_finds_the_mask_again() {
        let layer = Dropout { p: 0.2, layer: 1 };
        let y = mask(layer, PASS);
        let kept = y.as_flattened().iter().filter(|&&v| v == 1.25).count();
        let dropped = y.as_flattened().iter().filter(|&&v| v == 0.0).count();
        assert_eq!(kept + dropped, 4000);
        assert!((3100..3300).contains(&kept), "{kept}"); // 3200 expected, standard deviation 25
        let mut gradient = [[1.0; 1000]; 4];
        InPlace::<Row>::backward(&layer, &PASS, &[], &mut gradient);
        assert_eq!(gradient, y);
    }

    #[test]
    fn a_part_of_a_batch_has_its_part_of_the_mask() {
        let layer = Dropout::default();
        let whole = mask(layer, PASS);
        let mut part = [[1.0; 1000]; 2];
        layer.forward(&Pass { first: 2, ..PASS }, &mut part);
        assert_eq!(part[..], whole[2..]);
    }

    #[test]
    fn seed_step_layer_and_sample_change_the_mask() {
        let layer = Dropout::default();
        let y = mask(layer, PASS);
        assert_ne!(y[0], y[1]);
        for (layer, pass) in [
            (layer, Pass { seed: 8, ..PASS }),
            (layer, Pass { step: 4, ..PASS }),
            (Dropout { layer: 1, ..layer }, PASS),
        ] {
            let other = mask(layer, pass);
            let same = y.as_flattened().iter().zip(other.as_flattened()).filter(|(a, b)| a == b).count();
            assert!((1850..2150).contains(&same), "{same}"); // 2000 expected, standard deviation 32
        }
    }

    #[test]
    fn zero_drops_nothing_one_everything_and_neither_inference_nor_a_frozen_part() {
        assert_eq!(mask(Dropout { p: 0.0, layer: 0 }, PASS), [[1.0; 1000]; 4]);
        assert_eq!(mask(Dropout { p: 1.0, layer: 0 }, PASS), [[0.0; 1000]; 4]);
        let mut buffer = [[3.0f64]];
        Dropout { p: 1.0, layer: 0 }.infer(&mut buffer);
        Dropout { p: 1.0, layer: 0 }.forward(&PASS.frozen(), &mut buffer);
        InPlace::<[f64; 1]>::backward(&Dropout { p: 1.0, layer: 0 }, &PASS.frozen(), &[], &mut buffer);
        assert_eq!(buffer, [[3.0]]);
    }
}
