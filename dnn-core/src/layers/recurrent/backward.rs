//! The backward pass of a recurrent layer.

use super::{Cell, Gates, Lengths, Output};
use crate::kernels::gates;
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::{batch, batch_mut};
use crate::workspace::buffers;

/// The way back through all layers; the gradient of the parameters is that of `first` and of `rest`.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
pub(crate) fn backward<
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
    workspace: &mut [T],
    dy: &[Y],
    dx: Option<&mut [[[T; I]; S]]>,
    dfirst: Option<&mut [Gates<I, H, G, T, B>; D]>,
    mut drest: Option<&mut [[Gates<W, H, G, T, B>; D]; M]>,
    lengths: Lengths,
) {
    let n = dy.len();
    let [sequences, kept, scratch, gradients] = buffers(workspace, n, lengths.shared(true));
    if M == 0 {
        return back::<C, Y, T, B, S, I, H, G, D, W>(first, x, dy, dx, dfirst, kept, scratch, lengths, 0);
    }
    // Sequence l is what layer l gives; the gradient of it lies at l % 2.
    for (below, weights) in rest.iter().enumerate().rev() {
        let [from] = buffers(sequences, n, [lengths.at(below)]);
        let from = batch::<[[T; W]; S]>(from);
        let dweights = drest.as_deref_mut().and_then(|drest| drest.get_mut(below));
        if below + 1 == M {
            let [dx] = buffers(gradients, n, [lengths.at(below % 2)]);
            let dx = Some(batch_mut(dx));
            back::<C, Y, T, B, S, W, H, G, D, W>(weights, from, dy, dx, dweights, kept, scratch, lengths, M);
        } else {
            let [dy, dx] = buffers(gradients, n, [lengths.at((below + 1) % 2), lengths.at(below % 2)]);
            let (dy, dx) = (batch::<[[T; W]; S]>(dy), Some(batch_mut(dx)));
            let number = below + 1;
            back::<C, _, T, B, S, W, H, G, D, W>(weights, from, dy, dx, dweights, kept, scratch, lengths, number);
        }
    }
    let [dy] = buffers(gradients, n, [lengths.at(0)]);
    let dy = batch::<[[T; W]; S]>(dy);
    back::<C, _, T, B, S, I, H, G, D, W>(first, x, dy, dx, dfirst, kept, scratch, lengths, 0);
}

/// The way back through one layer, in one direction after the other.
#[allow(clippy::too_many_arguments, reason = "each is one of the values that the formulas name")]
fn back<
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
    dy: &[Y],          // [B, S, W] or [B, W]
    mut dx: Option<&mut [[[T; I]; S]]>,
    mut dp: Option<&mut [Gates<I, H, G, T, B>; D]>,
    kept: &mut [T],
    scratch: &mut [T],
    lengths: Lengths,
    number: usize,
) {
    let n = dy.len();
    for (d, weights) in weights.iter().enumerate() {
        let [gates, h_before, c_before, extra] = buffers(kept, n, lengths.cell(number, d));
        let gates = batch_mut::<[[[T; H]; G]; S]>(gates); // [B, S, G, H]
        let h_before = batch::<[[T; H]; S]>(h_before); // [B, S, H]
        let c_before = batch::<[[T; H]; S]>(c_before);
        let extra = batch_mut::<[[T; H]; S]>(extra);
        let [du, dh, dc, ..] = buffers(scratch, n, lengths.steps(true, I));
        dh.iter_mut().chain(dc.iter_mut()).for_each(|gradient| *gradient = T::ZERO);
        let du = batch_mut::<[[T; H]; G]>(du); // [B, G, H]
        let (dh, dc) = (batch_mut::<[T; H]>(dh), batch_mut::<[T; H]>(dc)); // [B, H]
        for step in (0..S).rev() {
            let t = if d == 0 { step } else { S - 1 - step };
            for (b, ((du, dh), dy)) in du.iter_mut().zip(dh.iter_mut()).zip(dy).enumerate() {
                if let Some(row) = dy.row(t, step + 1 == S) {
                    for (dh, dy) in dh.iter_mut().zip(row.iter().skip(d * H)) {
                        *dh += *dy;
                    }
                }
                let (none, mut no_gradient, mut no_extra) = ([T::ZERO; H], [T::ZERO; H], [T::ZERO; H]);
                let dc = if C::MEMORY { dc.get_mut(b).unwrap_or(&mut no_gradient) } else { &mut no_gradient };
                let c = c_before.get(b).and_then(|sample| sample.get(t)).unwrap_or(&none);
                let extra = extra.get_mut(b).and_then(|sample| sample.get_mut(t)).unwrap_or(&mut no_extra);
                let Some(h) = h_before.get(b).and_then(|sample| sample.get(t)) else { continue };
                let Some(gates) = gates.get_mut(b).and_then(|sample| sample.get_mut(t)) else { continue };
                for j in 0..H {
                    let mut of_unit = [T::ZERO; G];
                    for g in 0..G {
                        of_unit[g] = gates[g][j];
                    }
                    let back = C::back(of_unit, extra[j], [h[j], c[j]], [dh[j], dc[j]]);
                    for g in 0..G {
                        (gates[g][j], du[g][j]) = (back.du[g], back.du[g]);
                    }
                    (dh[j], dc[j], extra[j]) = (back.dh, back.dc, back.da);
                }
            }
            if step > 0 {
                gates::gradient_input(dh, du, &weights.weight_hh, true);
            }
        }
        // The gates are dL/du now, and the extra is dL/da of the last one.
        let mut dp = dp.as_deref_mut().and_then(|dp| dp.get_mut(d));
        if let Some(dp) = &mut dp {
            gates::gradient_weight(&mut dp.weight_hh, gates.as_flattened(), h_before.as_flattened());
            gates::gradient_bias(&mut dp.bias_hh, gates.as_flattened());
        }
        if C::APART {
            for (gates, da) in gates.as_flattened_mut().iter_mut().zip(extra.as_flattened()) {
                if let Some(last) = gates.last_mut() {
                    *last = *da;
                }
            }
        }
        if let Some(dp) = &mut dp {
            gates::gradient_weight(&mut dp.weight_ih, gates.as_flattened(), x.as_flattened());
            gates::gradient_bias(&mut dp.bias_ih, gates.as_flattened());
        }
        if let Some(dx) = dx.as_deref_mut() {
            gates::gradient_input(dx.as_flattened_mut(), gates.as_flattened(), &weights.weight_ih, d > 0);
        }
    }
}
