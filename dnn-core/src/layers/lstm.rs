//! a = x W_ihᵀ + b_ih, u = h W_hhᵀ + b_hh, each for four gates i, f, g, o
//! i, f, o = 1 / (1 + e^-(a + u)), g = tanh(a_g + u_g), c' = f c + i g, h' = o tanh c'
//!
//! dc' += dh' o (1 - tanh^2 c'), da_i = dc' g i (1 - i), da_f = dc' c f (1 - f), da_g = dc' i (1 - g^2)
//! da_o = dh' tanh c' o (1 - o), du = da, dc = f dc', dh = du W_hh
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
    /// Long short-term memory over a sequence [S, I], PyTorch's
    /// [`LSTM`](https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html)
    /// (S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9, 1997; with a forget gate).
    ///
    /// It gives the states h of all steps, [S, W], or the last ones alone, `[W]`. H units in D directions, 1 or 2, are a width
    /// W = D H; M layers lie on top of the first one. B is the bias, `()` for none. The gates lie in PyTorch's order i, f, g,
    /// o: `weight_ih[0]` is that of i. In files of weights its tensors have PyTorch's names: `weight_ih_l0`,
    /// `bias_hh_l1_reverse`. PyTorch's dropout between the layers is left out, several layers with
    /// [`Dropout`](crate::Dropout) between them say it, and so are its projections.
    ///
    /// ```
    /// use dnn_core::{Layer, Lstm, LstmState, Parameters, Rng};
    /// let mut lstm: Lstm<3, 4> = dnn_core::zeros();
    /// lstm.init_in(&mut Rng::new(1));
    /// let x = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]; // two steps
    /// let mut y = [[[0.0; 4]; 2]];
    /// let mut workspace = [0.0; <Lstm<3, 4> as Layer<[[f32; 3]; 2]>>::INFER.len(1)];
    /// lstm.infer(&[x], &mut y, &mut workspace);
    ///
    /// let mut state = LstmState::default(); // the same step by step
    /// assert_eq!(lstm.step(&x[0], &mut state), y[0][0]);
    /// assert_eq!(lstm.step(&x[1], &mut state), y[0][1]);
    /// ```
    Lstm, gates 4, cell Unit
}

/// The state of an [`Lstm`] between two steps: zero by default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LstmState<const H: usize, T = f32, const M: usize = 0> {
    /// What it gives.
    pub h: HiddenState<H, T, M>,
    /// Its memory.
    pub c: HiddenState<H, T, M>,
}

impl<const H: usize, T: Scalar, const M: usize> LstmState<H, T, M> {
    /// The state before the first step.
    pub const ZERO: Self = LstmState { h: HiddenState::ZERO, c: HiddenState::ZERO };
}

impl<const H: usize, T: Scalar, const M: usize> Default for LstmState<H, T, M> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<const I: usize, const H: usize, T: Scalar, B: Bias<T>, const D: usize, const M: usize, const W: usize>
    Lstm<I, H, T, B, D, M, W>
{
    /// The next state h from the next input of a sequence: inference step by step. The scratch is on the stack. A layer of
    /// both directions has no steps, since its second one begins at the last step of the sequence.
    #[inline(always)]
    pub fn step(&self, x: &[T; I], state: &mut LstmState<H, T, M>) -> [T; H]
    where
        Self: Streams<[T; I], LstmState<H, T, M>, Output = [T; H]>,
    {
        self.advance(x, state)
    }
}

impl<const I: usize, const H: usize, T: Scalar, B: Bias<T>, const M: usize> Streams<[T; I], LstmState<H, T, M>>
    for Lstm<I, H, T, B, 1, M, H>
{
    type Output = [T; H];

    fn advance(&self, x: &[T; I], state: &mut LstmState<H, T, M>) -> [T; H] {
        step::<Unit, T, B, I, H, 4, M>(&self.first, &self.rest, x, &mut state.h, &mut state.c)
    }
}

pub(crate) struct Unit;

impl<T: Scalar> Cell<T, 4> for Unit {
    const MEMORY: bool = true;
    /// tanh c'
    const EXTRA: bool = true;
    /// i, g, f, o
    const ORDER: [usize; 4] = [0, 2, 1, 3];
    const FIRST: usize = 3;

    #[inline(always)]
    fn begin<N: Number>([a_i, a_f, a_g, o]: [N; 4], [u_i, u_f, u_g, _]: [N; 4], c: N) -> Step<N, 4> {
        let (i, g, f) = ((a_i + u_i).sigmoid(), (a_g + u_g).tanh(), (a_f + u_f).sigmoid());
        let c = f * c + i * g;
        let bounded = c.tanh();
        Step { gates: [i, f, g, o], extra: bounded, h: bounded, c }
    }

    #[inline(always)]
    fn finish<N: Number>(begun: Step<N, 4>, [.., a_o]: [N; 4], [.., u_o]: [N; 4], _: N) -> Step<N, 4> {
        let (Step { gates: [i, f, g, _], extra: bounded, c, .. }, o) = (begun, (a_o + u_o).sigmoid());
        Step { gates: [i, f, g, o], extra: bounded, h: o * bounded, c }
    }

    #[inline(always)]
    fn back([i, f, g, o]: [T; 4], bounded: T, [_, c]: [T; 2], [dh, dc]: [T; 2]) -> Back<T, 4> {
        let dc = dc + dh * o * (T::ONE - bounded * bounded);
        let du_o = dh * bounded * o * (T::ONE - o);
        let du = [dc * g * i * (T::ONE - i), dc * c * f * (T::ONE - f), dc * i * (T::ONE - g * g), du_o];
        Back { du, da: du_o, dh: T::ZERO, dc: dc * f }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zeros;

    type One = Lstm<1, 1, f64>;

    /// One unit with i = f = o = 1/2 and g = tanh(ln(3)/2 x).
    fn one() -> One {
        let mut lstm: One = zeros();
        lstm.first[0].weight_ih[2] = [[3f64.ln() / 2.0]];
        lstm
    }

    #[test]
    fn worked_numbers() {
        // g = 1/2, so that c = 1/4 after the first step and 1/8 after the second, whose input is 0.
        let mut state = LstmState::default();
        assert!((one().step(&[1.0], &mut state)[0] - 0.25f64.tanh() / 2.0).abs() < 1e-15);
        assert!((state.c.first[0] - 0.25).abs() < 1e-15);
        assert!((one().step(&[0.0], &mut state)[0] - 0.125f64.tanh() / 2.0).abs() < 1e-15);
        assert_eq!(LstmState::<1, f64>::ZERO, LstmState::default());
    }

    #[test]
    fn gradients_of_one_step() {
        let (x, mut y) = ([[[1.0]]], [[[9.0]]]);
        let mut saved = [0.0; <One as Layer<[[f64; 1]; 1]>>::TRAIN.len(1)];
        let (mut dx, mut dp) = ([[[9.0]]], zeros::<One>());
        let pass = Pass::default();
        Layer::forward(&one(), &pass, &x, &mut y, &mut saved);
        Layer::backward(&one(), &pass, &x, &y, &mut saved, &mut [[[8.0]]], Some(&mut dx), Some(&mut dp));
        // dc = 8 1/2 (1 - t^2) with t = tanh 1/4; da_i = dc 1/2 1/4, da_f = 0, da_g = dc 1/2 3/4, da_o = 8 t 1/4
        let t = 0.25f64.tanh();
        let dc = 4.0 * (1.0 - t * t);
        let expected = [dc / 8.0, 0.0, dc * 0.375, t * 2.0];
        for (found, expected) in dp.first[0].bias_ih.as_flattened().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found}, not {expected}");
        }
        assert_eq!(dp.first[0].bias_hh, dp.first[0].bias_ih);
        assert!((dx[0][0][0] - expected[2] * 3f64.ln() / 2.0).abs() < 1e-14);
    }
}
