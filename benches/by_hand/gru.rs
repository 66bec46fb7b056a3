//! A GRU of I inputs and H units, whose weights are stored `[in][gate][unit]`, so that the inner loops run over units.
//!
//! r = sigmoid(W_ir x + b_ir + W_hr h + b_hr), and z likewise
//! n = tanh(W_in x + b_in + r (W_hn h + b_hn))
//! h = (1 - z) n + z h

/// The sums of the three gates of all units.
type Gates<const H: usize> = [[f32; H]; 3];

/// Weights of N inputs or states, and a bias.
struct Weights<const N: usize, const H: usize> {
    weight: [Gates<H>; N],
    bias: Gates<H>,
}

impl<const N: usize, const H: usize> Weights<N, H> {
    /// With PyTorch's weight of shape [3 H, N].
    fn new(weight: &[f32], bias: &[f32]) -> Self {
        let mut weights = Weights { weight: [[[0.0; H]; 3]; N], bias: [[0.0; H]; 3] };
        for o in 0..3 * H {
            for i in 0..N {
                weights.weight[i][o / H][o % H] = weight[o * N + i];
            }
            weights.bias[o / H][o % H] = bias[o];
        }
        weights
    }

    #[inline(always)]
    fn sums(&self, x: &[f32; N]) -> Gates<H> {
        let mut sums = self.bias;
        for i in 0..N {
            for g in 0..3 {
                for j in 0..H {
                    sums[g][j] += x[i] * self.weight[i][g][j];
                }
            }
        }
        sums
    }
}

pub(crate) struct Gru<const I: usize, const H: usize> {
    of_input: Weights<I, H>,
    of_state: Weights<H, H>,
}

impl<const I: usize, const H: usize> Gru<I, H> {
    /// With all parameters in PyTorch's order: weights of the input and of the state, then their biases.
    pub(crate) fn new(parameters: &[f32]) -> Self {
        let (of_input, rest) = parameters.split_at(3 * H * I);
        let (of_state, biases) = rest.split_at(3 * H * H);
        let (input_bias, state_bias) = biases.split_at(3 * H);
        Gru { of_input: Weights::new(of_input, input_bias), of_state: Weights::new(of_state, state_bias) }
    }

    /// The last state.
    pub(crate) fn predict(&self, x: &[[f32; I]]) -> [f32; H] {
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let mut h = [0.0; H];
        for x in x {
            let (a, u) = (self.of_input.sums(x), self.of_state.sums(&h));
            for j in 0..H {
                let r = sigmoid(a[0][j] + u[0][j]);
                let z = sigmoid(a[1][j] + u[1][j]);
                let n = (a[2][j] + r * u[2][j]).tanh();
                h[j] = (1.0 - z) * n + z * h[j];
            }
        }
        h
    }
}
