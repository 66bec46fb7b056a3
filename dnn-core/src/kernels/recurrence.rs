//! The steps of recurrent layers of G gates of H units each, with vectors along the units. S steps, I inputs.
//!
//! a[g][h] = sum over i of x[t][i] w_ih[g][h][i] + b_ih[g][h]
//! u[g][h] = sum over k of h[k] w_hh[g][h][k] + b_hh[g][h]
//! h, c = the step of each unit from a, u, h and c
//!
//! Sequences run in one call: the weights are transposed once, to the stack, so that the sums of a step need no sum over lanes.
//! Gates are computed in the order in which the step of a unit wants them, and the functions of the first ones stand before
//! the sums of the others: a processor starts what is older first, and would fill up with sums that nothing waits for.

use crate::kernels::columns;
use crate::kernels::level::{Kernel, Vector};
use crate::kernels::number::Parallel;
use crate::kernels::route;
use crate::layers::recurrent::{Cell, Step};
use crate::scalar::Scalar;
use core::hint::black_box;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

/// One step of all units of a sample. The gates take the place of a.
pub(crate) struct Units<'a, T, C, const G: usize> {
    /// [G, H]
    pub(crate) a: &'a mut [T],
    /// [G, H]
    pub(crate) u: &'a [T],
    /// `[H]`
    pub(crate) h: &'a mut [T],
    /// `[H]`, or none
    pub(crate) c: &'a mut [T],
    /// `[H]`, or none
    pub(crate) extra: &'a mut [T],
    pub(crate) cell: PhantomData<C>,
}

impl<T: Scalar, C: Cell<T, G>, const G: usize> Kernel for Units<'_, T, C, G> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let units = self.h.len();
        assert!(self.a.len() == G * units && self.u.len() == G * units, "gates of a step differ in length");
        assert!(self.c.is_empty() || self.c.len() == units, "states of a step differ in length");
        assert!(self.extra.is_empty() || self.extra.len() == units, "states of a step differ in length");
        let mut j = 0;
        // SAFETY: as of this function; the lengths have been compared, and vectors end with the units.
        unsafe {
            while j < units {
                let lanes = if units - j < V::LANES { units - j } else { V::LANES };
                let zero = V::splat(T::ZERO);
                let (mut a, mut u, mut c) = ([Parallel::new(zero); G], [Parallel::new(zero); G], zero);
                for g in 0..G {
                    a[g] = Parallel::new(V::load(self.a.as_ptr().add(g * units + j), lanes));
                    u[g] = Parallel::new(V::load(self.u.as_ptr().add(g * units + j), lanes));
                }
                let h = V::load(self.h.as_ptr().add(j), lanes);
                if !self.c.is_empty() {
                    c = V::load(self.c.as_ptr().add(j), lanes);
                }
                let Step { gates, extra, h, c } = C::step(a, u, Parallel::new(h), Parallel::new(c));
                for g in 0..G {
                    gates[g].vector().store(self.a.as_mut_ptr().add(g * units + j), lanes);
                }
                h.vector().store(self.h.as_mut_ptr().add(j), lanes);
                if !self.c.is_empty() {
                    c.vector().store(self.c.as_mut_ptr().add(j), lanes);
                }
                if !self.extra.is_empty() {
                    extra.vector().store(self.extra.as_mut_ptr().add(j), lanes);
                }
                j += V::LANES;
            }
        }
    }
}

/// The longest vector, which is what rows on the stack are filled up to.
const WIDEST: usize = 16;

/// Scalars on the stack: 32 KB of `f32`, the first cache of a processor.
const ROOM: usize = 8 * 1024;

/// H in whole vectors.
const fn padded(units: usize) -> usize {
    units.next_multiple_of(WIDEST)
}

/// Whether inference is `Sequences`: where there are vectors, and its weights fit.
pub(crate) const fn fits(inputs: usize, units: usize, gates: usize) -> bool {
    route::dots_by_vectors(units, gates * units) && ((inputs + units + 2) * gates + 3) * padded(units) <= ROOM
}

/// Sequences in inference, from states of zero. [`fits`] has to say yes.
pub(crate) struct Sequences<'a, T, C, const I: usize, const H: usize, const G: usize> {
    /// [B, S, W] or [B, W]: the states of all steps, or the last ones.
    pub(crate) y: &'a mut [T],
    /// [B, S, I]
    pub(crate) x: &'a [T],
    /// [G, H, I]
    pub(crate) weight_ih: &'a [T],
    /// [G, H, H]
    pub(crate) weight_hh: &'a [T],
    /// [G, H], or none
    pub(crate) bias_ih: &'a [T],
    /// [G, H], or none
    pub(crate) bias_hh: &'a [T],
    /// B, S
    pub(crate) shape: [usize; 2],
    /// The distance in y from sample to sample.
    pub(crate) sample: usize,
    /// The distance in y from the state of a step to that of the next; 0 where the last one alone is kept.
    pub(crate) row: usize,
    /// Where in its row a state begins.
    pub(crate) first: usize,
    /// Whether the last step comes first.
    pub(crate) reversed: bool,
    pub(crate) cell: PhantomData<C>,
}

/// Weights and states of a sequence, on a border of the cache's lines.
#[repr(align(64))]
struct Room<T>([MaybeUninit<T>; ROOM]);

impl<T: Scalar, C: Cell<T, G>, const I: usize, const H: usize, const G: usize> Kernel for Sequences<'_, T, C, I, H, G> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        assert!(fits(I, H, G), "a sequence is larger than its room");
        let ([samples, steps], inputs, units) = (self.shape, I, H);
        assert!(self.x.len() == samples * steps * inputs, "a sequence and its layer differ in length");
        assert!(self.weight_ih.len() == G * units * inputs && self.weight_hh.len() == G * units * units);
        assert!([self.bias_ih.len(), self.bias_hh.len()].iter().all(|&len| len == 0 || len == G * units));
        let rows = if self.row == 0 { 1 } else { steps };
        assert!(
            steps > 0 && self.sample >= (rows - 1) * self.row + self.first + units,
            "a state is longer than its row"
        );
        assert!(self.y.len() == samples * self.sample, "a batch and its states differ in length");

        let (width, terms) = (const { padded(H) }, black_box([I, H]));
        let mut room = MaybeUninit::<Room<T>>::uninit();
        // SAFETY: as of this function; by `fits`, everything below ends in the room: weights and a bias, [I + 1, G, width]
        // and [H + 1, G, width], h twice and c once. Each is written before it is read.
        unsafe {
            let of_input = room.as_mut_ptr().cast::<T>();
            let of_state = of_input.add((inputs + 1) * G * width);
            let mut h = of_state.add((units + 1) * G * width);
            let mut next = h.add(width);
            let c = next.add(width);
            spread::<V, T>(of_input, self.bias_ih, units, G);
            transpose::<V, T>(of_input.add(G * width), self.weight_ih.as_ptr(), inputs, units, G);
            spread::<V, T>(of_state, self.bias_hh, units, G);
            transpose::<V, T>(of_state.add(G * width), self.weight_hh.as_ptr(), units, units, G);
            for b in 0..samples {
                let x = self.x.as_ptr().add(b * steps * inputs);
                let y = self.y.as_mut_ptr().add(b * self.sample + self.first);
                for j in (0..width).step_by(V::LANES) {
                    V::splat(T::ZERO).store(h.add(j), V::LANES);
                    V::splat(T::ZERO).store(c.add(j), V::LANES);
                }
                for step in 0..steps {
                    let t = if self.reversed { steps - 1 - step } else { step };
                    let (x, y) = (x.add(t * inputs), y.add(t * self.row));
                    let mut block =
                        Block::<T, H> { of_input, of_state, x, h, next, c, y, j: 0, inputs: terms[0], units: terms[1] };
                    while block.j + V::LANES < units {
                        block.step::<V, C, G, 2>();
                        block.j += 2 * V::LANES;
                    }
                    if block.j < units {
                        block.step::<V, C, G, 1>();
                    }
                    (h, next) = (next, h);
                }
            }
        }
    }
}

/// Writes a bias [G, H], or zeros where there is none, as [G, width].
///
/// # Safety
/// As of `transpose`.
#[inline(always)]
unsafe fn spread<V: Vector<T>, T: Scalar>(to: *mut T, bias: &[T], units: usize, gates: usize) {
    // SAFETY: as of this function; vectors end with the units.
    unsafe {
        for g in 0..gates {
            for j in (0..units).step_by(V::LANES) {
                let lanes = if units - j < V::LANES { units - j } else { V::LANES };
                let vector = match bias {
                    [] => V::splat(T::ZERO),
                    bias => V::load(bias.as_ptr().add(g * units + j), lanes),
                };
                vector.store(to.add(g * padded(units) + j), V::LANES);
            }
        }
    }
}

/// Writes [G, H, K] as [K, G, width].
///
/// # Safety
/// The machine has the instructions of `V`; both ends have that many scalars, `width` being that of the units.
#[inline(always)]
unsafe fn transpose<V: Vector<T>, T: Scalar>(to: *mut T, from: *const T, terms: usize, units: usize, gates: usize) {
    let width = padded(units);
    // SAFETY: as of this function.
    unsafe {
        for g in 0..gates {
            for j in (0..units).step_by(V::LANES) {
                let rows = if units - j < V::LANES { units - j } else { V::LANES };
                let (to, from) = (to.add(g * width + j), from.add((g * units + j) * terms));
                columns::transpose::<V, T>(to, gates * width, from, terms, [rows, terms]);
            }
        }
    }
}

/// The step of some units, from unit j on.
struct Block<T, const H: usize> {
    of_input: *const T,
    of_state: *const T,
    x: *const T,
    h: *const T,
    next: *mut T,
    c: *mut T,
    y: *mut T,
    j: usize,
    /// I and H, as numbers that the compiler does not know: it would unroll the sums of a step and mix them.
    inputs: usize,
    units: usize,
}

impl<T: Scalar, const H: usize> Block<T, H> {
    /// N vectors of units.
    ///
    /// # Safety
    /// The machine has the instructions of `V`, and everything has the lengths of `Sequences`.
    #[inline(always)]
    unsafe fn step<V: Vector<T>, C: Cell<T, G>, const G: usize, const N: usize>(&self) {
        let width = const { padded(H) };
        // SAFETY: as of this function.
        unsafe {
            let zero = Parallel::new(V::splat(T::ZERO));
            let (mut a, mut u) = ([[zero; G]; N], [[zero; G]; N]);
            let (x, h) = ((self.x, self.inputs, self.of_input), (self.h, self.units, self.of_state));
            macro_rules! gates {
                ($to:ident, $of:ident, $first:expr, $count:expr, $chains:expr) => {{
                    let mut gates = [0; $count];
                    for m in 0..$count {
                        gates[m] = C::ORDER[$first + m];
                    }
                    let sums = sums::<V, T, N, { $count }, { $chains }>($of, gates, [self.j, width, G * width]);
                    for m in 0..$count {
                        for n in 0..N {
                            $to[n][gates[m]] = Parallel::new(sums[m][n]);
                        }
                    }
                }};
            }
            gates!(a, x, 0, G, 1);
            // As many sums as the registers hold.
            macro_rules! states {
                ($one:literal $more:literal) => {{
                    if const { C::FIRST == 1 } {
                        gates!(u, h, 0, 1, $one);
                    } else {
                        gates!(u, h, 0, 3, $more);
                    }
                    let mut begun = [Step { gates: [zero; G], extra: zero, h: zero, c: zero }; N];
                    for n in 0..N {
                        let at = self.j + n * V::LANES;
                        begun[n] = C::begin(a[n], u[n], Parallel::new(V::load(self.c.add(at), V::LANES)));
                        // Nobody reads it there; but what is not written the compiler moves behind the sums of the others.
                        begun[n].h.vector().store(self.next.add(at), V::LANES);
                    }
                    if const { G - C::FIRST == 1 } {
                        gates!(u, h, 3, 1, $one);
                    } else if const { G - C::FIRST == 2 } {
                        gates!(u, h, 1, 2, $more);
                    }
                    begun
                }};
            }
            let begun =
                if const { V::ROWS < 6 || cfg!(feature = "deterministic") } { states!(1 1) } else { states!(4 2) };
            for n in 0..N {
                let at = self.j + n * V::LANES;
                let step = C::finish(begun[n], a[n], u[n], Parallel::new(V::load(self.h.add(at), V::LANES)));
                step.h.vector().store(self.next.add(at), V::LANES);
                if C::MEMORY {
                    step.c.vector().store(self.c.add(at), V::LANES);
                }
                let lanes = if H - at < V::LANES { H - at } else { V::LANES };
                step.h.vector().store(self.y.add(at), lanes);
            }
        }
    }
}

/// rows[0] + sum over k of factors[k] rows[k + 1] for M gates, of N vectors each from unit j on; CHAINS sums run beside each
/// other, since each waits for the one before it.
///
/// # Safety
/// The machine has the instructions of `V`, and there are as many factors as terms, and one row more.
#[inline(always)]
unsafe fn sums<V: Vector<T>, T: Scalar, const N: usize, const M: usize, const CHAINS: usize>(
    (factors, terms, rows): (*const T, usize, *const T),
    gates: [usize; M],
    [j, width, row]: [usize; 3],
) -> [[V; N]; M] {
    // SAFETY: as of this function.
    unsafe {
        let mut sums = [[[V::splat(T::ZERO); N]; M]; CHAINS];
        let of = |gate: usize, n: usize| gate * width + j + n * V::LANES;
        for m in 0..M {
            for n in 0..N {
                sums[0][m][n] = V::load(rows.add(of(gates[m], n)), V::LANES);
            }
        }
        let (mut k, mut rows) = (0, rows.add(row));
        macro_rules! terms {
            ($($if:tt $count:literal;)*) => {$(
                $if terms - k >= $count {
                    for term in 0..$count {
                        let (factor, rows) = (V::splat(*factors.add(k + term)), rows.add(term * row));
                        for m in 0..M {
                            for n in 0..N {
                                let sum = &mut sums[term % CHAINS][m][n];
                                *sum = factor.mul_add(V::load(rows.add(of(gates[m], n)), V::LANES), *sum);
                            }
                        }
                    }
                    k += $count;
                    rows = rows.add($count * row);
                }
            )*};
        }
        terms! { while 4; if 2; if 1; }
        let mut chains = CHAINS;
        while chains > 1 {
            chains /= 2;
            for chain in 0..chains {
                for m in 0..M {
                    for n in 0..N {
                        sums[chain][m][n] = sums[chain][m][n].add(sums[chain + chains][m][n]);
                    }
                }
            }
        }
        sums[0]
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::kernels::level::run_at;
    use crate::kernels::tests::levels;
    use crate::layers::recurrent::cells;
    use crate::random::Rng;
    use std::{vec, vec::Vec};

    /// The states of all steps of a sample, as the formulas are written; the bias may be missing.
    fn states<C: Cell<f64, G>, const I: usize, const H: usize, const G: usize>(
        [weight_ih, weight_hh, bias_ih, bias_hh]: [&[f64]; 4],
        x: &[f64],
        reversed: bool,
    ) -> Vec<[f64; H]> {
        let (mut h, mut c, steps) = ([0.0; H], [0.0; H], x.len() / I);
        let mut states = vec![[0.0; H]; steps];
        for step in 0..steps {
            let t = if reversed { steps - 1 - step } else { step };
            let before = h;
            for j in 0..H {
                let (mut a, mut u) = ([0.0; G], [0.0; G]);
                for g in 0..G {
                    let o = g * H + j;
                    (a[g], u[g]) = (*bias_ih.get(o).unwrap_or(&0.0), *bias_hh.get(o).unwrap_or(&0.0));
                    for i in 0..I {
                        a[g] += x[t * I + i] * weight_ih[o * I + i];
                    }
                    for k in 0..H {
                        u[g] += before[k] * weight_hh[o * H + k];
                    }
                }
                let step = C::step(a, u, before[j], c[j]);
                (h[j], c[j]) = (step.h, step.c);
            }
            states[t] = h;
        }
        states
    }

    fn check<C: Cell<f64, G>, const I: usize, const H: usize, const G: usize>() {
        let mut rng = Rng::new(3);
        let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| f64::uniform(&mut rng, 0.5)).collect() };
        let (samples, steps) = (2, 3);
        let (weight_ih, weight_hh) = (draw(G * H * I), draw(G * H * H));
        let (bias_ih, bias_hh, x) = (draw(G * H), draw(G * H), draw(samples * steps * I));
        let close = |found: f64, wanted: f64, level| {
            assert!((found - wanted).abs() <= 1e-14, "{level:?}, {I} {H} {G}: {found}, not {wanted}");
        };
        for level in levels() {
            for (with_bias, reversed) in [(true, false), (false, true)] {
                let (bias_ih, bias_hh) = if with_bias { (&bias_ih[..], &bias_hh[..]) } else { (&[][..], &[][..]) };
                let wanted: Vec<Vec<[f64; H]>> = x
                    .chunks(steps * I)
                    .map(|x| states::<C, I, H, G>([&weight_ih, &weight_hh, bias_ih, bias_hh], x, reversed))
                    .collect();
                // All states beside H other numbers in each row, or the last ones alone.
                for (row, first, sample) in [(2 * H, H, steps * 2 * H), (0, 0, H)] {
                    let mut y = vec![9.0; samples * sample];
                    let (x, weight_ih, weight_hh) = (&x[..], &weight_ih[..], &weight_hh[..]);
                    let (shape, cell) = ([samples, steps], PhantomData::<C>);
                    let mut kernel = Sequences::<f64, C, I, H, G> {
                        y: &mut y,
                        x,
                        weight_ih,
                        weight_hh,
                        bias_ih,
                        bias_hh,
                        shape,
                        sample,
                        row,
                        first,
                        reversed,
                        cell,
                    };
                    // SAFETY: `levels` lists what the machine has.
                    unsafe { run_at(level, &mut kernel) };
                    for (y, wanted) in y.chunks(sample).zip(&wanted) {
                        for t in 0..steps {
                            let last = if reversed { 0 } else { steps - 1 };
                            for j in 0..H {
                                if row > 0 {
                                    assert_eq!(y[t * row + j], 9.0, "what stands beside it is left alone");
                                    close(y[t * row + first + j], wanted[t][j], level);
                                } else if t == last {
                                    close(y[j], wanted[t][j], level);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn sequences_are_the_formulas_at_every_level() {
        macro_rules! shapes {
            ($($inputs:literal $units:literal,)*) => {$(
                check::<cells::Gru, $inputs, $units, 3>();
                check::<cells::Lstm, $inputs, $units, 4>();
                check::<cells::Rnn<false>, $inputs, $units, 1>();
                check::<cells::Rnn<true>, $inputs, $units, 1>();
            )*};
        }
        shapes! { 1 8, 3 9, 4 15, 5 16, 8 17, 9 31, 2 33, }
    }

    #[test]
    fn a_step_of_units_is_that_of_each() {
        fn check<C: Cell<f64, G>, const G: usize, const H: usize>() {
            let value = |i: usize| (i as f64 * 0.37).sin();
            let (a, u) =
                ((0..G * H).map(value).collect::<Vec<_>>(), (0..G * H).map(|i| value(i + 50)).collect::<Vec<_>>());
            let (h, c): (Vec<_>, Vec<_>) =
                ((0..H).map(|i| value(i + 99)).collect(), (0..H).map(|i| value(i + 77)).collect());
            for level in levels() {
                let (mut gates, mut new_h, mut new_c, mut extra) = (a.clone(), h.clone(), c.clone(), vec![9.0; H]);
                let (c_kept, extra_kept) = (C::MEMORY, C::EXTRA);
                let mut kernel = Units::<f64, C, G> {
                    a: &mut gates,
                    u: &u,
                    h: &mut new_h,
                    c: if c_kept { &mut new_c } else { &mut [] },
                    extra: if extra_kept { &mut extra } else { &mut [] },
                    cell: PhantomData,
                };
                // SAFETY: as above.
                unsafe { run_at(level, &mut kernel) };
                for j in 0..H {
                    let of = |values: &[f64]| core::array::from_fn(|g| values[g * H + j]);
                    let step = C::step(of(&a), of(&u), h[j], c[j]);
                    for g in 0..G {
                        assert_eq!(gates[g * H + j], step.gates[g], "{level:?}");
                    }
                    assert_eq!(new_h[j], step.h, "{level:?}");
                    assert!(!c_kept || new_c[j] == step.c, "{level:?}");
                    assert!(!extra_kept || extra[j] == step.extra, "{level:?}");
                }
            }
        }
        check::<cells::Gru, 3, 19>();
        check::<cells::Lstm, 4, 16>();
        check::<cells::Rnn<false>, 1, 5>();
    }
}
