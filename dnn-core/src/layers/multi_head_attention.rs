//! q, k, v = x W_inᵀ + b_in, three times E values a step; of each, head n has the columns from n K on, K = E / N
//! A = softmax(q kᵀ / sqrt(K)) over the keys, o = A v, and y = o W_outᵀ + b_out with the heads side by side in o
//!
//! do = dy W_out, dv = Aᵀ do, dA = do vᵀ, ds = A (dA - sum over keys of dA A), dq = ds k / sqrt(K), dk = dsᵀ q / sqrt(K)
//! dx = [dq dk dv] W_in, dW_in += [dq dk dv]ᵀ x, dW_out += dyᵀ o, db += sums
//!
//! A causal layer sets the scores of later keys to -inf, so that their share is 0. A mask M is added to the scores of every
//! head, and its gradient is dM = ds, summed over heads. A NaN or inf among the inputs of a step makes its whole sample NaN,
//! and no other one; so does a mask that hides every key of a query.

use crate::kernels::{gates, linear};
use crate::layer::{InPlace, Layer, Pass};
use crate::layers::mask::no_masks;
use crate::layers::{Bias, Dropout, Linear, Mask, Softmax};
use crate::parameters::{Entry, Parameters, Role, leaves};
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::{batch, batch_mut, flat_mut, view, view_mut};
use crate::workspace::{Extent, Place, buffers};
use core::mem::offset_of;
use core::slice::from_mut;

/// Self-attention of N heads over a sequence [S, E], PyTorch's
/// [`MultiheadAttention`](https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html) with the sequence
/// as query, key and value (A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017).
///
/// K = E / N is the width of a head. B and O are the biases of both products, `()` for none. A CAUSAL layer looks at no
/// later step. DROPOUT is the bits of an `f64`, the probability with which a share is dropped in training, 0 by default, and
/// LAYER is the number in its network, so that two layers drop different shares.
///
/// In a declaration it is written `attention: MultiHeadAttention<64, 4>`, or `MultiHeadAttention<64, 4, bias = false, causal =
/// true>(dropout = 0.1)`. In `fn forward` it takes a mask as a second value, whose numbers are added to the scores:
/// `attention(x, mask)` with a mask `[S]`, a number for each key (PyTorch's `key_padding_mask`), or `[S, S]`, one for each
/// query and key (`attn_mask`). 0 lets a key be seen, and -inf hides it.
///
/// ```
/// use dnn_core::{Layer, MultiHeadAttention, Parameters};
/// type Attention = MultiHeadAttention<2, 1, 2>;
/// let mut attention: Attention = dnn_core::zeros();
/// attention.in_proj_weight[2] = [[1.0, 0.0], [0.0, 1.0]]; // v = x
/// attention.out_proj.weight = [[1.0, 0.0], [0.0, 1.0]];
/// let mut y = [[[0.0f32; 2]; 2]];
/// let mut workspace = [0.0; <Attention as Layer<[[f32; 2]; 2]>>::INFER.len(1)];
/// attention.infer(&[[[1.0, 2.0], [3.0, 6.0]]], &mut y, &mut workspace);
/// assert_eq!(y, [[[2.0, 4.0]; 2]]); // all scores are 0, so that every step gets the mean
/// ```
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct MultiHeadAttention<
    const E: usize,
    const N: usize,
    const K: usize,
    T = f32,
    B = [[T; E]; 3],
    O = [T; E],
    const CAUSAL: bool = false,
    const DROPOUT: u64 = 0,
    const LAYER: u64 = 0,
> {
    /// W_in, [3 E, E]: of queries, keys and values
    pub in_proj_weight: [[[T; E]; E]; 3],
    /// b_in, [3 E], or `()`
    pub in_proj_bias: B,
    /// W_out, [E, E], and b_out, `[E]`
    pub out_proj: Linear<E, E, T, O>,
}

impl<
    const E: usize,
    const N: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    O: Bias<T>,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const LAYER: u64,
> MultiHeadAttention<E, N, K, T, B, O, CAUSAL, DROPOUT, LAYER>
{
    const FITS: () = assert!(E == N * K, "heads divide the width");
    /// Dropout of the shares, where there is any.
    const OF_SHARES: Option<Dropout> = match f64::from_bits(DROPOUT) {
        p if p > 0.0 => Some(Dropout { p, layer: LAYER }),
        _ => None,
    };
    const WEIGHT: Entry = Entry::Tensor {
        name: "in_proj_weight",
        offset: offset_of!(Self, in_proj_weight),
        dims: &[3 * E, E],
        role: Role::Parameter,
    };
    const OUT: Entry = Entry::Nested {
        name: "out_proj",
        offset: offset_of!(Self, out_proj),
        stride: 0,
        count: None,
        table: <Linear<E, E, T, O> as Parameters>::TABLE,
        tensors: leaves(<Linear<E, E, T, O> as Parameters>::TABLE),
        frozen: false,
    };
    const ENTRIES: [Entry; 3] = match B::DIMS {
        Some(dims) => {
            let offset = offset_of!(Self, in_proj_bias);
            [Self::WEIGHT, Entry::Tensor { name: "in_proj_bias", offset, dims, role: Role::Parameter }, Self::OUT]
        }
        None => [Self::WEIGHT, Self::OUT, Self::OUT],
    };

    /// The rows q, k, v [S, 3, E], the matrices of heads [4, S, K], shares [S, S], o [S, E].
    const fn infer_places(steps: usize) -> [Place; 4] {
        let (row, head, shares) = (steps * E, steps * K, steps * steps);
        [
            Place::new(0, 3 * row),
            Place::new(3 * row, 4 * head),
            Place::new(3 * row + 4 * head, shares),
            Place::new(3 * row + 4 * head + shares, row),
        ]
    }

    /// The same, and behind it q, k and v of each head [N, 3, S, K], shares of each head [N, S, S], do [S, E].
    const fn train_places(steps: usize) -> [Place; 7] {
        let [rows, heads, shares, o] = Self::infer_places(steps);
        let (row, start) = (steps * E, Self::scratch(steps));
        [
            rows,
            heads,
            shares,
            o,
            Place::new(start, 3 * row),
            Place::new(start + 3 * row, N * steps * steps),
            Place::new(start + 3 * row + N * steps * steps, row),
        ]
    }

    const fn scratch(steps: usize) -> usize {
        4 * steps * E + 4 * steps * K + steps * steps
    }

    pub(crate) const fn infer_len(steps: usize) -> usize {
        Self::scratch(steps)
    }

    pub(crate) const fn train_len(steps: usize) -> usize {
        Self::scratch(steps) + 4 * steps * E + N * steps * steps
    }

    pub(crate) const fn macs(steps: usize) -> usize {
        4 * steps * E * E + 2 * steps * steps * E
    }

    /// Shares of the keys for each query.
    #[inline(always)]
    fn shares<const S: usize, M: Mask<T, S>>(
        q: &[[T; K]; S],
        k: &[[T; K]; S],
        mask: Option<&M>,
        shares: &mut [[T; S]; S],
    ) {
        linear::forward(shares, q, k, &());
        let (scale, never) = (Self::scale(), T::from_f64(f64::NEG_INFINITY));
        for s in 0..S {
            for t in 0..S {
                shares[s][t] = if CAUSAL && t > s { never } else { shares[s][t] * scale };
            }
        }
        if let Some(mask) = mask {
            mask.put(shares);
        }
        Softmax.infer(view_mut::<_, [[T; 1]; S]>(shares));
    }

    /// 1 / sqrt(K)
    #[inline(always)]
    fn scale() -> T {
        T::ONE / T::from_usize(K).sqrt()
    }

    /// y for inference, with a mask for each sample, or none.
    pub(crate) fn attend<const S: usize>(
        &self,
        x: &[[[T; E]; S]],
        masks: &[impl Mask<T, S>],
        y: &mut [[[T; E]; S]],
        workspace: &mut [T],
    ) {
        const { Self::FITS };
        let [rows, heads, shares, o] = buffers(workspace, x.len(), Self::infer_places(S));
        gates::forward(batch_mut(rows), x.as_flattened(), &self.in_proj_weight, &self.in_proj_bias);
        let rows = batch::<[[[[T; K]; N]; 3]; S]>(rows); // [B, S, 3, N, K]
        let heads = batch_mut::<[[[T; K]; S]; 4]>(heads); // [B, 4, S, K]
        let shares = batch_mut::<[[T; S]; S]>(shares); // [B, S, S]
        let to = batch_mut::<[[[T; K]; N]; S]>(o); // [B, S, N, K]
        for (b, (((rows, heads), shares), to)) in rows.iter().zip(heads).zip(shares).zip(to).enumerate() {
            for n in 0..N {
                let [q, k, v, o] = heads;
                for s in 0..S {
                    (q[s], k[s], v[s]) = (rows[s][0][n], rows[s][1][n], rows[s][2][n]);
                }
                Self::shares(q, k, masks.get(b), shares);
                linear::gradient_input(o, shares, v, false);
                for s in 0..S {
                    to[s][n] = o[s];
                }
            }
        }
        linear::forward(y.as_flattened_mut(), batch(o), &self.out_proj.weight, &self.out_proj.bias);
    }

    /// y for training, with the shares dropped as `dropout` says.
    pub(crate) fn attend_and_keep<const S: usize>(
        &self,
        pass: &Pass,
        dropout: Option<Dropout>,
        x: &[[[T; E]; S]],
        masks: &[impl Mask<T, S>],
        y: &mut [[[T; E]; S]],
        saved: &mut [T],
    ) {
        const { Self::FITS };
        let [rows, heads, dropped, o, kept, shares, _] = buffers(saved, x.len(), Self::train_places(S));
        gates::forward(batch_mut(rows), x.as_flattened(), &self.in_proj_weight, &self.in_proj_bias);
        let rows = batch::<[[[[T; K]; N]; 3]; S]>(rows); // [B, S, 3, N, K]
        let heads = batch_mut::<[[[T; K]; S]; 4]>(heads); // [B, 4, S, K]
        let dropped = batch_mut::<[[T; S]; S]>(dropped); // [B, S, S]
        let kept = batch_mut::<[[[[T; K]; S]; 3]; N]>(kept); // [B, N, 3, S, K]
        let shares = batch_mut::<[[[T; S]; S]; N]>(shares); // [B, N, S, S]
        let to = batch_mut::<[[[T; K]; N]; S]>(o); // [B, S, N, K]
        let samples = rows.iter().zip(heads).zip(dropped).zip(kept).zip(shares).zip(to).enumerate();
        for (b, (((((rows, heads), dropped), kept), shares), to)) in samples {
            for n in 0..N {
                let ([q, k, v], [_, _, _, o]) = (&mut kept[n], &mut *heads);
                for s in 0..S {
                    (q[s], k[s], v[s]) = (rows[s][0][n], rows[s][1][n], rows[s][2][n]);
                }
                Self::shares(q, k, masks.get(b), &mut shares[n]);
                match dropout {
                    Some(dropout) => {
                        *dropped = shares[n];
                        dropout.forward(&Self::of_head(pass, b, n), from_mut(dropped));
                        linear::gradient_input(o, dropped, v, false);
                    }
                    None => linear::gradient_input(o, &shares[n], v, false),
                }
                for s in 0..S {
                    to[s][n] = o[s];
                }
            }
        }
        linear::forward(y.as_flattened_mut(), batch(o), &self.out_proj.weight, &self.out_proj.bias);
    }

    /// The pass whose first sample is head `n` of sample `b`: every head drops other shares.
    #[inline(always)]
    fn of_head(pass: &Pass, b: usize, n: usize) -> Pass {
        Pass { first: pass.first.wrapping_add(b).wrapping_mul(N).wrapping_add(n), ..*pass }
    }

    /// The way back; `dmasks` are written where there are any.
    #[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
    pub(crate) fn attend_back<const S: usize>(
        &self,
        pass: &Pass,
        dropout: Option<Dropout>,
        x: &[[[T; E]; S]],
        saved: &mut [T],
        dy: &[[[T; E]; S]],
        dx: Option<&mut [[[T; E]; S]]>,
        dmasks: &mut [impl Mask<T, S>],
        mut dp: Option<&mut Self>,
    ) {
        const { Self::FITS };
        flat_mut(dmasks).fill(T::ZERO);
        let [rows, heads, work, o, kept, shares, context] = buffers(saved, dy.len(), Self::train_places(S));
        let weight = &self.out_proj.weight;
        linear::gradient_input(batch_mut(context), dy.as_flattened(), weight, false);
        if let Some(dp) = &mut dp {
            linear::gradient_weight(&mut dp.out_proj.weight, dy.as_flattened(), batch(o), true);
            linear::gradient_bias(&mut dp.out_proj.bias, dy.as_flattened(), true);
        }
        let drows = batch_mut::<[[[[T; K]; N]; 3]; S]>(rows); // [B, S, 3, N, K]
        let heads = batch_mut::<[[[T; K]; S]; 4]>(heads); // [B, 4, S, K]
        let work = batch_mut::<[[T; S]; S]>(work); // [B, S, S]
        let kept = batch::<[[[[T; K]; S]; 3]; N]>(kept); // [B, N, 3, S, K]
        let shares = batch::<[[[T; S]; S]; N]>(shares); // [B, N, S, S]
        let context = batch::<[[[T; K]; N]; S]>(context); // [B, S, N, K]
        let samples = drows.iter_mut().zip(heads).zip(work).zip(kept).zip(shares).zip(context).enumerate();
        for (b, (((((drows, heads), work), kept), shares), context)) in samples {
            for n in 0..N {
                let ([q, k, v], [dq, dk, dv, d], shares) = (&kept[n], &mut *heads, &shares[n]);
                (*dk, *dv) = ([[T::ZERO; K]; S], [[T::ZERO; K]; S]);
                for s in 0..S {
                    d[s] = context[s][n];
                }
                let of_head = Self::of_head(pass, b, n);
                match dropout {
                    Some(dropout) => {
                        *work = *shares;
                        dropout.forward(&of_head, from_mut(work));
                        linear::gradient_weight(dv, work, d, true);
                    }
                    None => linear::gradient_weight(dv, shares, d, true),
                }
                linear::forward(work, d, v, &()); // dA
                if let Some(dropout) = dropout {
                    InPlace::<[[T; S]; S]>::backward(&dropout, &of_head, &[], from_mut(work));
                }
                let (rows, shares) = (view_mut::<_, [[T; 1]; S]>(&mut work[..]), view::<_, [[T; 1]; S]>(&shares[..]));
                Softmax.backward(pass, shares, rows);
                if let Some(dmask) = dmasks.get_mut(b) {
                    dmask.pull(work);
                }
                let scale = Self::scale();
                work.as_flattened_mut().iter_mut().for_each(|d| *d *= scale);
                linear::gradient_input(dq, work, k, false);
                linear::gradient_weight(dk, work, q, true);
                for s in 0..S {
                    (drows[s][0][n], drows[s][1][n], drows[s][2][n]) = (dq[s], dk[s], dv[s]);
                }
            }
        }
        let drows = batch::<[[T; E]; 3]>(rows);
        if let Some(dp) = dp {
            gates::gradient_weight(&mut dp.in_proj_weight, drows, x.as_flattened());
            gates::gradient_bias(&mut dp.in_proj_bias, drows);
        }
        if let Some(dx) = dx {
            gates::gradient_input(dx.as_flattened_mut(), drows, &self.in_proj_weight, false);
        }
    }
}

// SAFETY: repr(C) over arrays of one scalar type and a layer of it; the table is made from the fields.
#[diagnostic::do_not_recommend]
unsafe impl<
    const E: usize,
    const N: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    O: Bias<T>,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const LAYER: u64,
> Parameters for MultiHeadAttention<E, N, K, T, B, O, CAUSAL, DROPOUT, LAYER>
{
    type Scalar = T;
    type Gradient = Self;
    const TABLE: &'static [Entry] = match B::DIMS {
        Some(_) => &Self::ENTRIES,
        None => Self::ENTRIES.split_at(2).0,
    };

    /// PyTorch's default: `in_proj_weight` uniform in ±sqrt(6 / (3 E + E)) (X. Glorot, Y. Bengio, AISTATS 2010),
    /// `out_proj.weight` in ±1/sqrt(E), biases 0.
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        let bound = (T::from_f64(1.5) / T::from_usize(E)).sqrt();
        for value in self.in_proj_weight.as_flattened_mut().as_flattened_mut() {
            *value = T::uniform(rng, bound);
        }
        self.out_proj.init_in(rng);
        for value in self.in_proj_bias.values().iter_mut().chain(self.out_proj.bias.values()) {
            *value = T::ZERO;
        }
    }
}

#[diagnostic::do_not_recommend]
impl<
    const S: usize,
    const E: usize,
    const N: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    O: Bias<T>,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const LAYER: u64,
> Layer<[[T; E]; S]> for MultiHeadAttention<E, N, K, T, B, O, CAUSAL, DROPOUT, LAYER>
{
    type Output = [[T; E]; S];
    const INFER: Extent = Extent::new(Self::infer_len(S), 0);
    const TRAIN: Extent = Extent::new(Self::train_len(S), 0);
    const MACS: usize = Self::macs(S);

    fn infer(&self, x: &[[[T; E]; S]], y: &mut [[[T; E]; S]], workspace: &mut [T]) {
        self.attend(x, no_masks::<T, S>(), y, workspace);
    }

    fn forward(&self, pass: &Pass, x: &[[[T; E]; S]], y: &mut [[[T; E]; S]], saved: &mut [T]) {
        self.attend_and_keep(pass, Self::OF_SHARES, x, no_masks::<T, S>(), y, saved);
    }

    fn backward(
        &self,
        pass: &Pass,
        x: &[[[T; E]; S]],
        _: &[[[T; E]; S]],
        saved: &mut [T],
        dy: &mut [[[T; E]; S]],
        dx: Option<&mut [[[T; E]; S]]>,
        dp: Option<&mut Self>,
    ) {
        self.attend_back(pass, Self::OF_SHARES, x, saved, dy, dx, no_masks::<T, S>(), dp);
    }
}

/// With a mask for each sample.
#[diagnostic::do_not_recommend]
impl<
    const S: usize,
    const E: usize,
    const N: usize,
    const K: usize,
    T: Scalar,
    B: Bias<T>,
    O: Bias<T>,
    const CAUSAL: bool,
    const DROPOUT: u64,
    const LAYER: u64,
    M: Mask<T, S>,
> crate::layer::Op<([[T; E]; S], M), [[T; E]; S]> for MultiHeadAttention<E, N, K, T, B, O, CAUSAL, DROPOUT, LAYER>
{
    const INFER: Extent = Extent::new(Self::infer_len(S), 0);
    const TRAIN: Extent = Extent::new(Self::train_len(S), 0);

    fn infer(&self, (x, masks): (&[[[T; E]; S]], &[M]), y: &mut [[[T; E]; S]], workspace: &mut [T]) {
        self.attend(x, masks, y, workspace);
    }

    fn forward(&self, pass: &Pass, (x, masks): (&[[[T; E]; S]], &[M]), y: &mut [[[T; E]; S]], saved: &mut [T]) {
        self.attend_and_keep(pass, Self::OF_SHARES, x, masks, y, saved);
    }

    fn backward(
        &self,
        pass: &Pass,
        (x, _): (&[[[T; E]; S]], &[M]),
        _: &[[[T; E]; S]],
        saved: &mut [T],
        dy: &mut [[[T; E]; S]],
        dx: Option<(&mut [[[T; E]; S]], &mut [M])>,
        dp: Option<&mut Self>,
    ) {
        match dx {
            Some((dx, dmasks)) => self.attend_back(pass, Self::OF_SHARES, x, saved, dy, Some(dx), dmasks, dp),
            None => self.attend_back(pass, Self::OF_SHARES, x, saved, dy, None, no_masks::<T, S>(), dp),
        }
    }

    fn absorb(&mut self, _: usize, _: &[T]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::flat;
    use crate::zeros;

    type One = MultiHeadAttention<1, 1, 1, f64, (), (), true>;

    /// q = k = x ln 2, v = x, y = o: a causal mean whose shares are powers of two.
    fn one() -> One {
        let mut attention: One = zeros();
        attention.in_proj_weight = [[[2f64.ln()]], [[1.0]], [[1.0]]];
        attention.out_proj.weight = [[1.0]];
        attention
    }

    #[test]
    fn worked_numbers_of_a_causal_head() {
        // Step 0 sees itself alone. Step 1 with x = 1 has scores ln 2 times 3 and 1: shares 8 and 2 of 10.
        let (x, mut y) = ([[[3.0], [1.0]]], [[[9.0]; 2]]);
        let mut workspace = [9.0; <One as Layer<[[f64; 1]; 2]>>::INFER.len(1)];
        one().infer(&x, &mut y, &mut workspace);
        assert!((y[0][0][0] - 3.0).abs() < 1e-15 && (y[0][1][0] - 2.6).abs() < 1e-14);
    }

    #[test]
    fn gradients_of_a_causal_head() {
        let (x, mut y) = ([[[3.0], [1.0]]], [[[9.0]; 2]]);
        let mut saved = [9.0; <One as Layer<[[f64; 1]; 2]>>::TRAIN.len(1)];
        let (mut dx, mut dp) = ([[[9.0]; 2]], zeros::<One>());
        one().forward(&Pass::default(), &x, &mut y, &mut saved);
        one().backward(&Pass::default(), &x, &y, &mut saved, &mut [[[0.0], [1.0]]], Some(&mut dx), Some(&mut dp));
        // dv = 0.8 and 0.2, dA = 3 and 1, ds = 0.8 (3 - 2.6) = 0.32 and -0.32; dq_1 = 0.32 (3 - 1) = 0.64; dk = ds ln 2
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-14, "{found}, not {expected}");
        let ln2 = 2f64.ln();
        close(dx[0][0][0], 0.8 + 0.32 * ln2);
        close(dx[0][1][0], 0.2 - 0.32 * ln2 + 0.64 * ln2);
        close(dp.in_proj_weight[0][0][0], 0.64);
        close(dp.in_proj_weight[1][0][0], ln2 * (0.32 * 3.0 - 0.32));
        close(dp.in_proj_weight[2][0][0], 0.8 * 3.0 + 0.2);
        close(dp.out_proj.weight[0][0], 2.6);
    }

    /// With the second of two keys hidden, both queries see the first alone, and nothing flows to the second.
    #[test]
    fn a_hidden_key_has_no_share_and_no_gradient() {
        use crate::layer::Op;
        type X = [[f64; 1]; 2];
        type Pair = MultiHeadAttention<1, 1, 1, f64, (), ()>;
        let mut attention: Pair = zeros();
        (attention.in_proj_weight, attention.out_proj.weight) = ([[[1.0]]; 3], [[1.0]]);
        let (x, hidden) = ([[[3.0], [5.0]]], [[0.0, f64::NEG_INFINITY]]);
        let (mut y, mut saved) = ([[[9.0]; 2]], [9.0; <Pair as Op<(X, [f64; 2]), X>>::TRAIN.len(1)]);
        Op::<(X, [f64; 2]), X>::infer(&attention, (&x, &hidden), &mut y, &mut saved);
        assert_eq!(y, [[[3.0]; 2]]);
        let (mut dx, mut dmask, mut dp) = ([[[9.0]; 2]], [[9.0; 2]], zeros::<Pair>());
        Op::<(X, [f64; 2]), X>::forward(&attention, &Pass::default(), (&x, &hidden), &mut y, &mut saved);
        let dy = &mut [[[1.0], [1.0]]];
        Op::<(X, [f64; 2]), X>::backward(
            &attention,
            &Pass::default(),
            (&x, &hidden),
            &y,
            &mut saved,
            dy,
            Some((&mut dx, &mut dmask)),
            Some(&mut dp),
        );
        assert_eq!((dx, dmask), ([[[2.0], [0.0]]], [[0.0; 2]]));
        assert_eq!(dp.in_proj_weight, [[[0.0]], [[0.0]], [[6.0]]]);
    }

    /// One step sees itself alone, with a share of 1: in training the share is 0 or 2, by sample and layer.
    #[test]
    fn shares_are_dropped_in_training_alone() {
        fn run<const LAYER: u64>(pass: &Pass) -> [[[f64; 1]; 1]; 64] {
            type Half<const LAYER: u64> = MultiHeadAttention<1, 1, 1, f64, (), (), false, { 0.5f64.to_bits() }, LAYER>;
            let mut attention: Half<LAYER> = zeros();
            (attention.in_proj_weight, attention.out_proj.weight) = ([[[1.0]]; 3], [[1.0]]);
            let (x, mut y) = ([[[3.0]]; 64], [[[9.0]]; 64]);
            let mut saved = std::vec![9.0; <Half<LAYER> as Layer<[[f64; 1]; 1]>>::TRAIN.len(64)];
            attention.infer(&x, &mut y, &mut saved);
            assert_eq!(y, x);
            attention.forward(pass, &x, &mut y, &mut saved);
            y
        }
        let pass = Pass { seed: 5, ..Pass::default() };
        let dropped = run::<1>(&pass).iter().filter(|y| **y == [[0.0]]).count();
        let doubled = run::<1>(&pass).iter().filter(|y| **y == [[6.0]]).count();
        assert!(dropped + doubled == 64 && (20..44).contains(&dropped), "{dropped}"); // 32 expected, three deviations
        assert_ne!(run::<1>(&pass), run::<2>(&pass));
        assert_eq!(run::<1>(&pass.frozen()), [[[3.0]]; 64]);
    }

    #[test]
    fn a_nan_spoils_its_sample_alone_and_names_are_pytorchs() {
        type Two = MultiHeadAttention<4, 2, 2>;
        let mut attention: Two = zeros();
        attention.init_in(&mut crate::Rng::new(1));
        let mut x = [[[0.5f32; 4]; 3]; 2];
        x[0][1][2] = f32::NAN;
        let mut y = [[[0.0; 4]; 3]; 2];
        let mut workspace = [0.0; <Two as Layer<[[f32; 4]; 3]>>::INFER.len(2)];
        attention.infer(&x, &mut y, &mut workspace);
        assert!(flat(&y[..1]).iter().all(|v| v.is_nan()) && flat(&y[1..]).iter().all(|v| v.is_finite()));
        let rows = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"];
        for (named, expected) in attention.parameters().zip(rows) {
            assert_eq!(named.name, *expected);
        }
        assert!(attention.in_proj_weight.as_flattened().as_flattened().iter().any(|v| v.abs() > 0.5));
        assert_eq!(attention.in_proj_bias, [[0.0; 4]; 3]);
    }
}
