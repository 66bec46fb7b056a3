//! h' = tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh), or max(.., 0) of the same
//!
//! da = du = dh' (1 - h'^2), or dh' where h' > 0, else 0; dh = du W_hh
//!
//! A NaN among the inputs of a step makes every state from that step on NaN, in its own sample alone.

use crate::kernels::number::Number;
use crate::layer::{Layer, Op, Pass};
use crate::layers::Bias;
use crate::layers::recurrent::{Back, Cell, HiddenState, Step, Streams, recurrent, step};
use crate::parameters::{Entry, Parameters};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::workspace::Extent;

recurrent! {
    /// Elman's recurrent network over a sequence [S, I], PyTorch's
    /// [`RNN`](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html)
    /// (J. Elman, "Finding Structure in Time", Cognitive Science 14, 1990).
    ///
    /// It gives the states of all steps, [S, W], or the last ones alone, `[W]`. H units in D directions, 1 or 2, are a width
    /// W = D H; M layers lie on top of the first one. B is the bias, `()` for none. RELU takes max(.., 0) in place of the
    /// hyperbolic tangent. In files of weights its tensors have PyTorch's names: `weight_ih_l0`, `bias_hh_l1_reverse`.
    /// PyTorch's dropout between the layers is left out: several layers with [`Dropout`](crate::Dropout) between them say it.
    ///
    /// ```
    /// use dnn_core::{Layer, Parameters, Rng, Rnn, RnnState};
    /// let mut rnn: Rnn<3, 4> = dnn_core::zeros();
    /// rnn.init_in(&mut Rng::new(1));
    /// let x = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]; // two steps
    /// let mut y = [[[0.0; 4]; 2]];
    /// let mut workspace = [0.0; <Rnn<3, 4> as Layer<[[f32; 3]; 2]>>::INFER.len(1)];
    /// rnn.infer(&[x], &mut y, &mut workspace);
    ///
    /// let mut state = RnnState::default(); // the same step by step
    /// assert_eq!(rnn.step(&x[0], &mut state), y[0][0]);
    /// assert_eq!(rnn.step(&x[1], &mut state), y[0][1]);
    /// ```
    Rnn [RELU: bool = false], gates 1, cell Unit<RELU>
}

/// The state of an [`Rnn`] between two steps: zero by default.
pub type RnnState<const H: usize, T = f32, const M: usize = 0> = HiddenState<H, T, M>;

impl<
    const I: usize,
    const H: usize,
    T: Scalar,
    B: Bias<T>,
    const D: usize,
    const M: usize,
    const W: usize,
    const RELU: bool,
> Rnn<I, H, T, B, D, M, W, RELU>
{
    /// The next state from the next input of a sequence: inference step by step. The scratch is on the stack. A layer of
    /// both directions has no steps, since its second one begins at the last step of the sequence.
    #[inline(always)]
    pub fn step(&self, x: &[T; I], state: &mut RnnState<H, T, M>) -> [T; H]
    where
        Self: Streams<[T; I], RnnState<H, T, M>, Output = [T; H]>,
    {
        self.advance(x, state)
    }
}

impl<const I: usize, const H: usize, T: Scalar, B: Bias<T>, const M: usize, const RELU: bool>
    Streams<[T; I], RnnState<H, T, M>> for Rnn<I, H, T, B, 1, M, H, RELU>
{
    type Output = [T; H];

    fn advance(&self, x: &[T; I], state: &mut RnnState<H, T, M>) -> [T; H] {
        step::<Unit<RELU>, T, B, I, H, 1, M>(&self.first, &self.rest, x, state, &mut HiddenState::default())
    }
}

pub(crate) struct Unit<const RELU: bool>;

impl<T: Scalar, const RELU: bool> Cell<T, 1> for Unit<RELU> {
    const ORDER: [usize; 1] = [0];
    const FIRST: usize = 1;

    #[inline(always)]
    fn begin<N: Number>([a]: [N; 1], [u]: [N; 1], c: N) -> Step<N, 1> {
        let sum = a + u;
        let h = if RELU { sum.rectified() } else { sum.tanh() };
        Step { gates: [h], extra: h, h, c }
    }

    #[inline(always)]
    fn finish<N: Number>(begun: Step<N, 1>, _: [N; 1], _: [N; 1], _: N) -> Step<N, 1> {
        begun
    }

    #[inline(always)]
    fn back([h]: [T; 1], _: T, _: [T; 2], [dh, dc]: [T; 2]) -> Back<T, 1> {
        let du = match RELU {
            true if h > T::ZERO => dh,
            true => T::ZERO,
            false => dh * (T::ONE - h * h),
        };
        Back { du: [du], da: du, dh: T::ZERO, dc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zeros;

    type Sum = Rnn<1, 1, f32, [[f32; 1]; 1], 1, 0, 1, true>;

    /// h' = max(x + 2 h, 0)
    fn sum() -> Sum {
        let mut rnn: Sum = zeros();
        (rnn.first[0].weight_ih, rnn.first[0].weight_hh) = ([[[1.0]]], [[[2.0]]]);
        rnn
    }

    #[test]
    fn worked_numbers_there_and_back() {
        let (x, mut y) = ([[[1.0], [3.0], [-20.0], [4.0]]], [[[9.0]; 4]]);
        let mut saved = [9.0; <Sum as Layer<[[f32; 1]; 4]>>::TRAIN.len(1)];
        let (mut dx, mut dp) = ([[[9.0]; 4]], zeros::<Sum>());
        let pass = Pass::default();
        Layer::forward(&sum(), &pass, &x, &mut y, &mut saved);
        assert_eq!(y, [[[1.0], [5.0], [0.0], [4.0]]]);
        let mut dy = [[[1.0], [10.0], [100.0], [1000.0]]];
        Layer::backward(&sum(), &pass, &x, &y, &mut saved, &mut dy, Some(&mut dx), Some(&mut dp));
        // The third state lies at the kink, where nothing passes.
        assert_eq!(dx, [[[21.0], [10.0], [0.0], [1000.0]]]);
        let [gates] = &dp.first;
        assert_eq!((gates.weight_ih, gates.weight_hh), ([[[21.0 + 30.0 + 4000.0]]], [[[10.0]]]));
        assert_eq!((gates.bias_ih, gates.bias_hh), ([[1031.0]], [[1031.0]]));
    }

    #[test]
    fn the_other_direction_reads_from_the_end() {
        type Both = Rnn<1, 1, f32, (), 2, 0, 2, true>;
        let mut rnn: Both = zeros();
        for gates in &mut rnn.first {
            (gates.weight_ih, gates.weight_hh) = ([[[1.0]]], [[[2.0]]]);
        }
        let (x, mut y, mut last) = ([[[1.0], [10.0], [100.0]]], [[[9.0; 2]; 3]], [[9.0; 2]]);
        let mut workspace = [9.0; <Both as Layer<[[f32; 1]; 3]>>::INFER.len(1)];
        Layer::infer(&rnn, &x, &mut y, &mut workspace);
        assert_eq!(y, [[[1.0, 421.0], [12.0, 210.0], [124.0, 100.0]]]);
        Op::<_, [f32; 2]>::infer(&rnn, &x, &mut last, &mut workspace);
        assert_eq!(last, [[124.0, 421.0]]);
    }

    #[test]
    fn a_nan_passes_the_rectifier() {
        let mut state = RnnState::default();
        assert!(sum().step(&[f32::NAN], &mut state)[0].is_nan());
        assert!(sum().step(&[0.0], &mut state)[0].is_nan());
    }
}
