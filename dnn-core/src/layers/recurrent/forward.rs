//! The forward pass of a recurrent layer: over a batch of sequences, and one step of one sample.

use super::{Cell, Gates, HiddenState, Lengths, Output};
use crate::kernels::recurrence::{self, Sequences, Units};
use crate::kernels::{gates, level, route};
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::{batch, batch_mut, flat, flat_mut};
use crate::workspace::{Place, buffers};
use core::marker::PhantomData;

/// All layers over a batch of sequences; what `back` needs is kept if TRAIN.
#[inline(always)]
pub(crate) fn forward<
    const TRAIN: bool,
    C: Cell<T, G>,
    Y: Output<T, W>,
    T: Scalar,
    B: Bias<T>,
    const S: usize,
    const I: usize,
    const H: usize,
    const G: usize,
    const D: usize,
    const M: usize,
    const W: usize,
>(
    first: &[Gates<I, H, G, T, B>; D],
    rest: &[[Gates<W, H, G, T, B>; D]; M],
    x: &[[[T; I]; S]],
    y: &mut [Y],
    workspace: &mut [T],
    lengths: Lengths,
) {
    let n = x.len();
    let [sequences, kept, scratch, _] = buffers(workspace, n, lengths.shared(TRAIN));
    // Sequence l is what layer l gives; in inference it is overwritten by that of layer l + 2.
    let at = |layer: usize| lengths.at(if TRAIN { layer } else { layer % 2 });
    if M == 0 {
        return layer::<TRAIN, C, Y, T, B, S, I, H, G, D, W>(first, x, y, kept, scratch, lengths, 0);
    }
    let [to] = buffers(sequences, n, [at(0)]);
    let to = batch_mut::<[[T; W]; S]>(to);
    layer::<TRAIN, C, _, T, B, S, I, H, G, D, W>(first, x, to, kept, scratch, lengths, 0);
    for (below, weights) in rest.iter().enumerate() {
        if below + 1 == M {
            let [from] = buffers(sequences, n, [at(below)]);
            layer::<TRAIN, C, Y, T, B, S, W, H, G, D, W>(weights, batch(from), y, kept, scratch, lengths, M);
        } else {
            let [from, to] = buffers(sequences, n, [at(below), at(below + 1)]);
            let to = batch_mut::<[[T; W]; S]>(to);
            layer::<TRAIN, C, _, T, B, S, W, H, G, D, W>(weights, batch(from), to, kept, scratch, lengths, below + 1);
        }
    }
}

/// One layer, in one direction after the other.
fn layer<
    const TRAIN: bool,
    C: Cell<T, G>,
    Y: Output<T, W>,
    T: Scalar,
    B: Bias<T>,
    const S: usize,
    const I: usize,
    const H: usize,
    const G: usize,
    const D: usize,
    const W: usize,
>(
    weights: &[Gates<I, H, G, T, B>; D],
    x: &[[[T; I]; S]], // [B, S, I]
    y: &mut [Y],       // [B, S, W] or [B, W]
    kept: &mut [T],
    scratch: &mut [T],
    lengths: Lengths,
    number: usize,
) {
    let n = x.len();
    for (d, weights) in weights.iter().enumerate() {
        if !TRAIN && const { recurrence::fits(I, H, G) } {
            level::run(&mut Sequences::<T, C, I, H, G> {
                y: flat_mut(y),
                x: flat(x),
                weight_ih: flat(&weights.weight_ih),
                weight_hh: flat(&weights.weight_hh),
                bias_ih: weights.bias_ih.as_slice(),
                bias_hh: weights.bias_hh.as_slice(),
                shape: [n, S],
                sample: Y::LEN,
                row: if Y::LEN > W { W } else { 0 },
                first: d * H,
                reversed: d > 0,
                cell: PhantomData,
            });
            continue;
        }
        let places = if TRAIN { lengths.cell(number, d) } else { [Place::new(0, 0); 4] };
        let [gates, h_before, c_before, extra] = buffers(kept, n, places);
        let gates = batch_mut::<[[[T; H]; G]; S]>(gates); // [B, S, G, H]
        let h_before = batch_mut::<[[T; H]; S]>(h_before); // [B, S, H]
        let c_before = batch_mut::<[[T; H]; S]>(c_before);
        let extra = batch_mut::<[[T; H]; S]>(extra);
        let [u, h, c, a, inputs] = buffers(scratch, n, lengths.steps(TRAIN, I));
        h.iter_mut().chain(c.iter_mut()).for_each(|state| *state = T::ZERO);
        let (u, a) = (batch_mut::<[[T; H]; G]>(u), batch_mut::<[[T; H]; G]>(a)); // [B, G, H]
        let (h, c) = (batch_mut::<[T; H]>(h), batch_mut::<[T; H]>(c)); // [B, H]
        let inputs = batch_mut::<[T; I]>(inputs); // [B, I]
        if TRAIN {
            gates::forward(gates.as_flattened_mut(), x.as_flattened(), &weights.weight_ih, &weights.bias_ih);
        }
        for step in 0..S {
            let t = if d == 0 { step } else { S - 1 - step };
            if !TRAIN {
                for (to, x) in inputs.iter_mut().zip(x) {
                    if let Some(row) = x.get(t) {
                        *to = *row;
                    }
                }
                gates::forward(a, inputs, &weights.weight_ih, &weights.bias_ih);
            }
            gates::forward(u, h, &weights.weight_hh, &weights.bias_hh);
            for (b, ((u, h), y)) in u.iter().zip(h.iter_mut()).zip(y.iter_mut()).enumerate() {
                let mut none = [T::ZERO; H];
                let c = if C::MEMORY { c.get_mut(b).unwrap_or(&mut none) } else { &mut none };
                if TRAIN {
                    put(h_before, b, t, h);
                    put(c_before, b, t, c);
                    let extra = extra.get_mut(b).and_then(|sample| sample.get_mut(t));
                    if let Some(a) = gates.get_mut(b).and_then(|sample| sample.get_mut(t)) {
                        units::<C, T, H, G>(a, u, h, c, extra);
                    }
                } else if let Some(a) = a.get_mut(b) {
                    units::<C, T, H, G>(a, u, h, c, None);
                }
                if let Some(row) = y.row_mut(t, step + 1 == S) {
                    for (y, h) in row.iter_mut().skip(d * H).zip(h.iter()) {
                        *y = *h;
                    }
                }
            }
        }
    }
}

/// Row t of sample b, if it is kept.
#[inline(always)]
fn put<T: Scalar, const H: usize, const S: usize>(kept: &mut [[[T; H]; S]], b: usize, t: usize, row: &[T; H]) {
    if let Some(to) = kept.get_mut(b).and_then(|sample| sample.get_mut(t)) {
        *to = *row;
    }
}

/// One step of all units. The gates take the place of a.
#[inline(always)]
fn units<C: Cell<T, G>, T: Scalar, const H: usize, const G: usize>(
    a: &mut [[T; H]; G],
    u: &[[T; H]; G],
    h: &mut [T; H],
    c: &mut [T; H],
    mut extra: Option<&mut [T; H]>,
) {
    if const { route::functions_by_vectors(H) } {
        let c = if C::MEMORY { c.as_mut_slice() } else { &mut [] };
        let extra = extra.map_or(&mut [] as &mut [T], |extra| extra.as_mut_slice());
        let (a, u) = (a.as_flattened_mut(), u.as_flattened());
        return level::run(&mut Units::<T, C, G> { a, u, h, c, extra, cell: PhantomData });
    }
    for j in 0..H {
        let (mut of_input, mut of_state) = ([T::ZERO; G], [T::ZERO; G]);
        for g in 0..G {
            (of_input[g], of_state[g]) = (a[g][j], u[g][j]);
        }
        let step = C::step(of_input, of_state, h[j], c[j]);
        for g in 0..G {
            a[g][j] = step.gates[g];
        }
        (h[j], c[j]) = (step.h, step.c);
        if let Some(extra) = &mut extra {
            extra[j] = step.extra;
        }
    }
}

/// One step of one sample by itself, through all layers of one direction: h of the uppermost layer.
pub(crate) fn step<
    C: Cell<T, G>,
    T: Scalar,
    B: Bias<T>,
    const I: usize,
    const H: usize,
    const G: usize,
    const M: usize,
>(
    [first]: &[Gates<I, H, G, T, B>; 1],
    rest: &[[Gates<H, H, G, T, B>; 1]; M],
    x: &[T; I],
    h: &mut HiddenState<H, T, M>,
    c: &mut HiddenState<H, T, M>,
) -> [T; H] {
    one::<C, T, B, I, H, G>(first, x, &mut h.first, &mut c.first);
    let mut below = h.first;
    for ([weights], (h, c)) in rest.iter().zip(h.rest.iter_mut().zip(&mut c.rest)) {
        one::<C, T, B, H, H, G>(weights, &below, h, c);
        below = *h;
    }
    below
}

fn one<C: Cell<T, G>, T: Scalar, B: Bias<T>, const I: usize, const H: usize, const G: usize>(
    weights: &Gates<I, H, G, T, B>,
    x: &[T; I],
    h: &mut [T; H],
    c: &mut [T; H],
) {
    let (mut a, mut u) = ([[[T::ZERO; H]; G]], [[[T::ZERO; H]; G]]);
    gates::forward(&mut a, core::slice::from_ref(x), &weights.weight_ih, &weights.bias_ih);
    gates::forward(&mut u, core::slice::from_ref(h), &weights.weight_hh, &weights.bias_hh);
    let ([a], [u]) = (&mut a, &u);
    units::<C, T, H, G>(a, u, h, c, None);
}
