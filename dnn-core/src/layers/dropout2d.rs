//! y[c] = x[c] / (1 - p) with probability 1 - p, else 0, for each channel c as a whole; y = x for inference
//!
//! dx[c] = dy[c] / (1 - p) where channel c was kept, else 0
//!
//! Nothing is remembered: whether a channel is kept is a function of the seed, the step, the layer and the number of the
//! channel in the whole batch, as for [`Dropout`](crate::Dropout). A dropped channel is 0 whatever it was, NaN included.

use super::dropout::Mask;
use crate::layer::{InPlace, Keeps, Pass};
use crate::scalar::Scalar;

/// Sets whole channels to zero at random while training and scales the others by 1 / (1 - p), PyTorch's
/// [`Dropout2d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html)
/// (J. Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR 2015): neighbours in an image are
/// so much alike that single ones would not be missed.
///
/// It works on `[[T; S]; C]`: S values for each of C channels.
///
/// ```
/// use dnn_core::{Dropout2d, InPlace, Pass};
/// let mut buffer = [[[1.0f32; 4]; 3]]; // three channels of 2 x 2 values
/// Dropout2d { p: 0.5, layer: 0 }.forward(&Pass { seed: 1, ..Pass::default() }, &mut buffer);
/// assert!(buffer[0].iter().all(|&channel| channel == [0.0; 4] || channel == [2.0; 4]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout2d {
    /// The probability of a channel to be dropped: 0.5 by default, 0 drops nothing and 1 everything.
    pub p: f64,
    /// The number of the layer in its network, so that two layers drop different channels.
    pub layer: u64,
}

impl Default for Dropout2d {
    fn default() -> Dropout2d {
        Dropout2d { p: 0.5, layer: 0 }
    }
}

impl Dropout2d {
    #[inline(always)]
    fn mask<T: Scalar, const S: usize, const C: usize>(&self, pass: &Pass, buffer: &mut [[[T; S]; C]]) {
        let mask = Mask::new(self.p, self.layer, pass);
        let mut number = (pass.first as u64).wrapping_mul(C as u64);
        for channel in buffer.as_flattened_mut() {
            mask.apply(number, channel);
            number = number.wrapping_add(1);
        }
    }
}

impl<T: Scalar, const S: usize, const C: usize> InPlace<[[T; S]; C]> for Dropout2d {
    const KEEPS: Keeps = Keeps::Nothing;

    #[inline(always)]
    fn infer(&self, _: &mut [[[T; S]; C]]) {}

    #[inline(always)]
    fn forward(&self, pass: &Pass, buffer: &mut [[[T; S]; C]]) {
        if !pass.frozen {
            self.mask(pass, buffer);
        }
    }

    #[inline(always)]
    fn backward(&self, pass: &Pass, _: &[[[T; S]; C]], gradient: &mut [[[T; S]; C]]) {
        if !pass.frozen {
            self.mask(pass, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: Pass = Pass { seed: 7, step: 3, first: 0, frozen: false, fresh: false };

    #[test]
    fn channels_are_dropped_as_a_whole_and_backward_finds_them_again() {
        let layer = Dropout2d { p: 0.2, layer: 1 };
        let (mut y, mut gradient) = ([[[1.0f32; 3]; 1000]; 4], [[[1.0f32; 3]; 1000]; 4]);
        layer.forward(&PASS, &mut y);
        layer.backward(&PASS, &[], &mut gradient);
        assert_eq!(y, gradient);
        let kept = y.as_flattened().iter().filter(|channel| **channel == [1.25; 3]).count();
        let dropped = y.as_flattened().iter().filter(|channel| **channel == [0.0; 3]).count();
        assert_eq!(kept + dropped, 4000);
        assert!((3100..3300).contains(&kept), "{kept}"); // 3200 expected, standard deviation 25
    }

    #[test]
    fn a_part_of_a_batch_has_its_part_of_the_mask() {
        let layer = Dropout2d::default();
        let (mut whole, mut part) = ([[[1.0f32; 2]; 100]; 4], [[[1.0f32; 2]; 100]; 2]);
        layer.forward(&PASS, &mut whole);
        layer.forward(&Pass { first: 2, ..PASS }, &mut part);
        assert_eq!(part[..], whole[2..]);
        assert_ne!(whole[0], whole[1]);
    }

    #[test]
    fn inference_and_frozen_parts_drop_nothing() {
        let (layer, mut buffer) = (Dropout2d { p: 1.0, layer: 0 }, [[[3.0f64; 2]; 2]]);
        layer.infer(&mut buffer);
        layer.forward(&PASS.frozen(), &mut buffer);
        layer.backward(&PASS.frozen(), &[], &mut buffer);
        assert_eq!(buffer, [[[3.0; 2]; 2]]);
        layer.forward(&PASS, &mut buffer);
        assert_eq!(buffer, [[[0.0; 2]; 2]]);
    }
}
