//! Dropout of whole channels of sequences; formulas and code are those of [`Dropout2d`].

use super::dropout2d::Dropout2d;

/// Sets whole channels to zero at random while training and scales the others by 1 / (1 - p), PyTorch's
/// [`Dropout1d`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html): [`Dropout2d`] of sequences [C, L].
///
/// ```
/// use dnn_core::{Dropout1d, InPlace, Pass};
/// let mut buffer = [[[1.0f32; 4]; 3]]; // three channels of four values
/// Dropout1d { p: 0.5, layer: 0 }.forward(&Pass { seed: 1, ..Pass::default() }, &mut buffer);
/// assert!(buffer[0].iter().all(|&channel| channel == [0.0; 4] || channel == [2.0; 4]));
/// ```
pub type Dropout1d = Dropout2d;
