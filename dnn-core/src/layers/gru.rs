//! a = x W_ihᵀ + b_ih, u = h W_hhᵀ + b_hh, each for three gates r, z, n
//! r = 1 / (1 + e^-(a_r + u_r)), z = 1 / (1 + e^-(a_z + u_z)), n = tanh(a_n + r u_n), h' = (1 - z) n + z h
//!
//! da_n = dh' (1 - z) (1 - n^2), du_n = r da_n
//! da_r = du_r = da_n u_n r (1 - r), da_z = du_z = dh' (h - n) z (1 - z), dh = z dh' + du W_hh
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
    /// Gated recurrent units over a sequence [S, I], PyTorch's
    /// [`GRU`](https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html)
    /// (K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation",
    /// EMNLP 2014), in the form in which r acts behind the product.
    ///
    /// It gives the states of all steps, [S, W], or the last ones alone, `[W]`. H units in D directions, 1 or 2, are a width
    /// W = D H; M layers lie on top of the first one. B is the bias, `()` for none. The gates lie in PyTorch's order r, z, n:
    /// `weight_ih[0]` is that of r. In files of weights its tensors have PyTorch's names: `weight_ih_l0`, `bias_hh_l1_reverse`.
    /// PyTorch's dropout between the layers is left out: several layers with [`Dropout`](crate::Dropout) between them say it.
    ///
    /// ```
    /// use dnn_core::{Gru, GruState, Layer, Parameters, Rng};
    /// let mut gru: Gru<3, 4> = dnn_core::zeros();
    /// gru.init_in(&mut Rng::new(1));
    /// let x = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]; // two steps
    /// let mut y = [[[0.0; 4]; 2]];
    /// let mut workspace = [0.0; <Gru<3, 4> as Layer<[[f32; 3]; 2]>>::INFER.len(1)];
    /// gru.infer(&[x], &mut y, &mut workspace);
    ///
    /// let mut state = GruState::default(); // the same step by step
    /// assert_eq!(gru.step(&x[0], &mut state), y[0][0]);
    /// assert_eq!(gru.step(&x[1], &mut state), y[0][1]);
    /// ```
    Gru, gates 3, cell Unit
}

/// The state of a [`Gru`] between two steps: zero by default.
pub type GruState<const H: usize, T = f32, const M: usize = 0> = HiddenState<H, T, M>;

impl<const I: usize, const H: usize, T: Scalar, B: Bias<T>, const D: usize, const M: usize, const W: usize>
    Gru<I, H, T, B, D, M, W>
{
    /// The next state from the next input of a sequence: inference step by step. The scratch is on the stack. A layer of
    /// both directions has no steps, since its second one begins at the last step of the sequence.
    #[inline(always)]
    pub fn step(&self, x: &[T; I], state: &mut GruState<H, T, M>) -> [T; H]
    where
        Self: Streams<[T; I], GruState<H, T, M>, Output = [T; H]>,
    {
        self.advance(x, state)
    }
}

impl<const I: usize, const H: usize, T: Scalar, B: Bias<T>, const M: usize> Streams<[T; I], GruState<H, T, M>>
    for Gru<I, H, T, B, 1, M, H>
{
    type Output = [T; H];

    fn advance(&self, x: &[T; I], state: &mut GruState<H, T, M>) -> [T; H] {
        step::<Unit, T, B, I, H, 3, M>(&self.first, &self.rest, x, state, &mut HiddenState::default())
    }
}

pub(crate) struct Unit;

impl<T: Scalar> Cell<T, 3> for Unit {
    /// u_n, and on the way back da_n
    const EXTRA: bool = true;
    const APART: bool = true;
    /// r, n, z
    const ORDER: [usize; 3] = [0, 2, 1];
    const FIRST: usize = 1;

    #[inline(always)]
    fn begin<N: Number>([a_r, z, n]: [N; 3], [u_r, _, u_n]: [N; 3], c: N) -> Step<N, 3> {
        let r = (a_r + u_r).sigmoid();
        Step { gates: [r, z, n], extra: u_n, h: r, c }
    }

    #[inline(always)]
    fn finish<N: Number>(begun: Step<N, 3>, [_, a_z, a_n]: [N; 3], [_, u_z, u_n]: [N; 3], h: N) -> Step<N, 3> {
        let Step { gates: [r, ..], c, .. } = begun;
        let n = (a_n + r * u_n).tanh();
        let z = (a_z + u_z).sigmoid();
        Step { gates: [r, z, n], extra: u_n, h: n + z * (h - n), c }
    }

    #[inline(always)]
    fn back([r, z, n]: [T; 3], u_n: T, [h, _]: [T; 2], [dh, dc]: [T; 2]) -> Back<T, 3> {
        let da_n = dh * (T::ONE - z) * (T::ONE - n * n);
        let (du_r, du_z) = (da_n * u_n * r * (T::ONE - r), dh * (h - n) * z * (T::ONE - z));
        Back { du: [du_r, du_z, da_n * r], da: da_n, dh: dh * z, dc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zeros;

    type One = Gru<1, 1, f64>;

    /// One unit with r = z = 1/2 and n = tanh(ln(3)/2 x) at h = 0, whose state adds ln(3) r h to the sum of n.
    fn one() -> One {
        let mut gru: One = zeros();
        let [gates] = &mut gru.first;
        gates.weight_ih[2] = [[3f64.ln() / 2.0]];
        gates.weight_hh[2] = [[3f64.ln()]];
        gru
    }

    #[test]
    fn worked_numbers() {
        // tanh(ln(3)/2) = 1/2, so that h1 = n/2 = 1/4; then tanh(0 + ln(3)/8) and half of the way to it from 1/4.
        let (x, mut y) = ([[[1.0], [0.0]]], [[[9.0]; 2]]);
        let mut workspace = [0.0; <One as Layer<[[f64; 1]; 2]>>::INFER.len(1)];
        Layer::infer(&one(), &x, &mut y, &mut workspace);
        let second = (3f64.ln() / 8.0).tanh();
        assert!((y[0][0][0] - 0.25).abs() < 1e-15);
        assert!((y[0][1][0] - (second + 0.25) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn gradients_of_one_step() {
        let (x, mut y) = ([[[1.0]]], [[[9.0]]]);
        let mut saved = [0.0; <One as Layer<[[f64; 1]; 1]>>::TRAIN.len(1)];
        let (mut dx, mut dp) = ([[[9.0]]], zeros::<One>());
        let pass = Pass::default();
        Layer::forward(&one(), &pass, &x, &mut y, &mut saved);
        Layer::backward(&one(), &pass, &x, &y, &mut saved, &mut [[[8.0]]], Some(&mut dx), Some(&mut dp));
        // da_n = dh (1 - z) (1 - n^2) = 8 1/2 3/4 = 3; da_z = dh (h - n) z (1 - z) = 8 (-1/2) 1/4 = -1; u_n = 0, so da_r = 0
        let [gates] = &dp.first;
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-14, "{found}, not {expected}");
        close(dx[0][0][0], 3.0 * 3f64.ln() / 2.0);
        for (found, expected) in gates.weight_ih.as_flattened().as_flattened().iter().zip([0.0, -1.0, 3.0]) {
            close(*found, expected);
        }
        for (found, expected) in gates.bias_hh.as_flattened().iter().zip([0.0, -1.0, 1.5]) {
            close(*found, expected);
        }
        assert_eq!(gates.weight_hh, [[[0.0]]; 3], "the state before the first step is 0");
    }

    #[test]
    fn steps_of_several_layers_are_the_sequence() {
        type Deep = Gru<2, 3, f32, [[f32; 3]; 3], 1, 2>;
        let mut gru: Deep = zeros();
        gru.init_in(&mut crate::Rng::new(5));
        let x = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [0.0, 0.0]];
        let (mut y, mut last) = ([[[9.0; 3]; 4]], [[9.0; 3]]);
        let mut workspace = [9.0; <Deep as Layer<[[f32; 2]; 4]>>::INFER.len(1)];
        Layer::infer(&gru, &[x], &mut y, &mut workspace);
        Op::<_, [f32; 3]>::infer(&gru, &[x], &mut last, &mut workspace);
        let mut state = GruState::default();
        for (x, y) in x.iter().zip(&y[0]) {
            assert_eq!(gru.step(x, &mut state), *y);
        }
        assert_eq!(state.rest[1], y[0][3]);
        assert_eq!(last[0], y[0][3]);
        assert_eq!(GruState::<3, f32, 2>::ZERO.rest, [[0.0; 3]; 2]);
    }

    #[test]
    fn a_nan_spoils_its_sample_from_its_step_on() {
        let mut gru: Gru<1, 2> = zeros();
        gru.init_in(&mut crate::Rng::new(1));
        let mut y = [[[0f32; 2]; 3]; 2];
        let mut workspace = [0.0; <Gru<1, 2> as Layer<[[f32; 1]; 3]>>::INFER.len(2)];
        Layer::infer(&gru, &[[[1.0], [f32::NAN], [1.0]], [[1.0]; 3]], &mut y, &mut workspace);
        assert_eq!(y[0][0], y[1][0]);
        assert!(y[0][1..].as_flattened().iter().all(|v| v.is_nan()));
        assert!(y[1].as_flattened().iter().all(|v| v.is_finite()));
    }

    #[test]
    fn initial_values_stay_within_the_bound_of_pytorch_and_names_are_pytorchs() {
        type Both = Gru<3, 16, f32, [[f32; 16]; 3], 2, 1, 32>;
        let mut gru: Both = zeros();
        gru.init_in(&mut crate::Rng::new(1));
        assert!(gru.flat().iter().all(|v| (-0.25..0.25).contains(v)));
        for (name, dims) in [
            ("weight_ih_l0", [48, 3].as_slice()),
            ("weight_hh_l0_reverse", &[48, 16]),
            ("weight_ih_l1", &[48, 32]),
            ("bias_hh_l1_reverse", &[48]),
        ] {
            let tensor = gru.parameters().find(|tensor| tensor.name == *name).unwrap();
            assert_eq!(tensor.dims, dims, "{name}");
        }
        assert_eq!(gru.parameter("bias_hh_l1_reverse").unwrap(), gru.rest[0][1].bias_hh.as_flattened());
        assert_eq!(gru.parameters().count(), 16);
    }
}
