//! What `Rnn`, `Gru` and `Lstm` have in common: gates of the input and of the state, one step of a sequence after the other.
//!
//! a[t] = x[t] W_ihᵀ + b_ih, u = h[t-1] W_hhᵀ + b_hh, and h[t] from a[t], u and h[t-1], unit by unit, with h before the first step 0
//!
//! dh[t-1] = du W_hh + what the units hand on, dx = da W_ih, dW_ih += daᵀ x, dW_hh += duᵀ h, db_ih += sum of da, db_hh += sum of du
//!
//! A sample is a sequence [S, I]. The second direction reads it from its end, and its states stand behind those of the first
//! one: width W = D H. In training the gates of all steps are one product, and so are all sums over steps on the way back; in
//! inference the steps go one by one, which takes a fixed workspace, whatever the length of the sequence.

mod backward;
mod forward;
mod lengths;
mod table;

pub(crate) use backward::backward;
pub(crate) use forward::{forward, step};
pub(crate) use lengths::Lengths;
pub(crate) use table::{MOST, entries};

/// The units of the kinds, for the tests of the kernels.
#[cfg(test)]
pub(crate) mod cells {
    pub(crate) use crate::layers::gru::Unit as Gru;
    pub(crate) use crate::layers::lstm::Unit as Lstm;
    pub(crate) use crate::layers::rnn::Unit as Rnn;
}

use crate::kernels::number::Number;
use crate::layers::Bias;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The weights of one direction of one layer: G gates of H units each, which read I inputs and the H units.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Gates<const I: usize, const H: usize, const G: usize, T = f32, B = [[T; H]; G]> {
    /// W_ih, [G H, I]
    pub weight_ih: [[[T; I]; H]; G],
    /// W_hh, [G H, H]
    pub weight_hh: [[[T; H]; H]; G],
    /// b_ih, [G H], or `()`
    pub bias_ih: B,
    /// b_hh, [G H], or `()`
    pub bias_hh: B,
}

// SAFETY: an array of arrays is its elements.
unsafe impl<T: Scalar, const H: usize, const G: usize> Bias<T> for [[T; H]; G] {
    const DIMS: Option<&'static [usize]> = Some(&[G * H]);
    fn of(&self, o: usize) -> T {
        self.as_flattened().get(o).map_or(T::ZERO, |value| *value)
    }
    fn add(&mut self, o: usize, gradient: T) {
        if let Some(value) = self.as_flattened_mut().get_mut(o) {
            *value += gradient;
        }
    }
    fn as_slice(&self) -> &[T] {
        self.as_flattened()
    }
    fn values(&mut self) -> &mut [T] {
        self.as_flattened_mut()
    }
}

impl<const I: usize, const H: usize, const G: usize, T: Scalar, B: Bias<T>> Gates<I, H, G, T, B> {
    /// The shapes of the four tensors as PyTorch has them.
    pub(crate) const DIMS: [Option<&'static [usize]>; 4] = [Some(&[G * H, I]), Some(&[G * H, H]), B::DIMS, B::DIMS];

    /// All values in the order of the tensors.
    pub(crate) fn values(&mut self) -> impl Iterator<Item = &mut T> {
        let inputs = self.weight_ih.as_flattened_mut().as_flattened_mut().iter_mut();
        let states = self.weight_hh.as_flattened_mut().as_flattened_mut().iter_mut();
        inputs.chain(states).chain(self.bias_ih.values()).chain(self.bias_hh.values())
    }
}

/// The state h of H units between two steps, of each layer: of the first one and of the M on top of it. It starts at zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HiddenState<const H: usize, T = f32, const M: usize = 0> {
    /// Of the first layer.
    pub first: [T; H],
    /// Of the layers on top of it.
    pub rest: [[T; H]; M],
}

impl<const H: usize, T: Scalar, const M: usize> HiddenState<H, T, M> {
    /// The state before the first step.
    pub const ZERO: Self = HiddenState { first: [T::ZERO; H], rest: [[T::ZERO; H]; M] };
}

impl<const H: usize, T: Scalar, const M: usize> Default for HiddenState<H, T, M> {
    fn default() -> Self {
        Self::ZERO
    }
}

/// A layer that reads a sequence from its beginning alone, so that it can go step by step: from an input `X` and a state `S`.
#[diagnostic::on_unimplemented(
    message = "a layer of both directions cannot go step by step: its second one begins at the last step of the sequence",
    label = "this layer reads in both directions",
    note = "leave out `bidirectional = true`, or `predict` the whole sequence"
)]
pub trait Streams<X, S> {
    /// The uppermost state.
    type Output;
    /// The next state from the next input.
    fn advance(&self, x: &X, state: &mut S) -> Self::Output;
}

/// What tells the kinds of layers apart: the step of one unit of G gates, there and back.
pub(crate) trait Cell<T, const G: usize> {
    /// Whether a unit has a second state, c.
    const MEMORY: bool = false;
    /// Whether `back` reads a number beside the gates and the states before the step.
    const EXTRA: bool = false;
    /// Whether dL/da of the last gate is not its dL/du.
    const APART: bool = false;
    /// The gates in the order in which a step wants them.
    const ORDER: [usize; G];
    /// How many of them it works on before it wants the others, 1 or 3.
    const FIRST: usize;
    /// What those give, of a unit or of a vector of them. The other gates are any numbers; in the place of h stands the last
    /// number of which `finish` makes it.
    fn begin<N: Number>(a: [N; G], u: [N; G], c: N) -> Step<N, G>;
    /// The rest of the step, from what is begun and the state before.
    fn finish<N: Number>(begun: Step<N, G>, a: [N; G], u: [N; G], h: N) -> Step<N, G>;
    /// The whole step.
    #[inline(always)]
    fn step<N: Number>(a: [N; G], u: [N; G], h: N, c: N) -> Step<N, G> {
        Self::finish(Self::begin(a, u, c), a, u, h)
    }
    /// The way back, from `gates` and `extra` of the step, the states before it, and dL/dh and dL/dc behind it.
    fn back(gates: [T; G], extra: T, states: [T; 2], gradients: [T; 2]) -> Back<T, G>;
}

/// A step of one unit.
#[derive(Clone, Copy)]
pub(crate) struct Step<T, const G: usize> {
    pub(crate) gates: [T; G],
    pub(crate) extra: T,
    pub(crate) h: T,
    pub(crate) c: T,
}

/// The way back through it.
pub(crate) struct Back<T, const G: usize> {
    /// dL/du
    pub(crate) du: [T; G],
    /// dL/da of the last gate; the others are those of u.
    pub(crate) da: T,
    /// dL/dh before the step, without what came through u
    pub(crate) dh: T,
    /// dL/dc before the step
    pub(crate) dc: T,
}

/// What a layer gives: a sequence [S, W], or the last states alone, [W].
pub(crate) trait Output<T, const W: usize>: Tensor<Scalar = T> {
    /// The row of step `t`, which may be the last one of its direction.
    fn row(&self, t: usize, last: bool) -> Option<&[T; W]>;
    /// The same to write to.
    fn row_mut(&mut self, t: usize, last: bool) -> Option<&mut [T; W]>;
}

impl<T: Scalar, const W: usize, const S: usize> Output<T, W> for [[T; W]; S] {
    #[inline(always)]
    fn row(&self, t: usize, _: bool) -> Option<&[T; W]> {
        self.get(t)
    }
    #[inline(always)]
    fn row_mut(&mut self, t: usize, _: bool) -> Option<&mut [T; W]> {
        self.get_mut(t)
    }
}

impl<T: Scalar, const W: usize> Output<T, W> for [T; W] {
    #[inline(always)]
    fn row(&self, _: usize, last: bool) -> Option<&[T; W]> {
        last.then_some(self)
    }
    #[inline(always)]
    fn row_mut(&mut self, _: usize, last: bool) -> Option<&mut [T; W]> {
        last.then_some(self)
    }
}

/// A layer of gates: the type, its table of parameters, and its passes. `step` is written beside it.
macro_rules! recurrent {
    (
        $(#[$attribute:meta])*
        $name:ident $([$option:ident: $ty:ty = $default:literal])?, gates $G:literal, cell $cell:ty
    ) => {
        $(#[$attribute])*
        #[repr(C)]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name<
            const I: usize,
            const H: usize,
            T = f32,
            B = [[T; H]; $G],
            const D: usize = 1,
            const M: usize = 0,
            const W: usize = H
            $(, const $option: $ty = $default)?
        > {
            /// The first layer, in each direction.
            pub first: [$crate::layers::recurrent::Gates<I, H, $G, T, B>; D],
            /// The layers on top of it, which read the W = D H states of the one below.
            pub rest: [[$crate::layers::recurrent::Gates<W, H, $G, T, B>; D]; M],
        }

        impl<
            const I: usize,
            const H: usize,
            T: Scalar,
            B: Bias<T>,
            const D: usize,
            const M: usize,
            const W: usize
            $(, const $option: $ty)?
        > $name<I, H, T, B, D, M, W $(, $option)?> {
            const FITS: () = {
                assert!(D == 1 || D == 2, "a sequence is read in one direction or in both");
                assert!(W == D * H, "the states of all directions stand side by side");
                assert!(M < $crate::layers::recurrent::MOST, "at most 8 layers stand one on top of the other");
            };
            const ENTRIES: usize = (1 + M) * D * if B::DIMS.is_some() { 4 } else { 2 };
            const FEW: [Entry; 4] = Self::entries();
            const SOME: [Entry; 16] = Self::entries();
            const MANY: [Entry; 64] = Self::entries();

            const fn entries<const N: usize>() -> [Entry; N] {
                use $crate::layers::recurrent::{Gates, entries};
                let (first, others) = (Gates::<I, H, $G, T, B>::DIMS, Gates::<W, H, $G, T, B>::DIMS);
                entries(first, others, [D, M], size_of::<T>())
            }

            const fn lengths(steps: usize) -> $crate::layers::recurrent::Lengths {
                $crate::layers::recurrent::Lengths {
                    steps,
                    inputs: I,
                    units: H,
                    gates: $G,
                    directions: D,
                    rest: M,
                    memory: <$cell as Cell<T, $G>>::MEMORY,
                    extra: <$cell as Cell<T, $G>>::EXTRA,
                }
            }
        }

        // SAFETY: repr(C) over arrays of one scalar type; the table is made from their shapes, in the same order.
        #[diagnostic::do_not_recommend]
        unsafe impl<
            const I: usize,
            const H: usize,
            T: Scalar,
            B: Bias<T>,
            const D: usize,
            const M: usize,
            const W: usize
            $(, const $option: $ty)?
        > Parameters for $name<I, H, T, B, D, M, W $(, $option)?> {
            type Scalar = T;
            type Gradient = Self;
            const TABLE: &'static [Entry] = match Self::ENTRIES {
                0..=4 => Self::FEW.split_at(Self::ENTRIES).0,
                5..=16 => Self::SOME.split_at(Self::ENTRIES).0,
                _ => Self::MANY.split_at(Self::ENTRIES).0,
            };

            /// PyTorch's default: everything uniform in ±1/sqrt(H).
            fn init_in<R: Generator>(&mut self, rng: &mut R) {
                let bound = T::ONE / T::from_usize(H).sqrt();
                let first = self.first.iter_mut().flat_map(|gates| gates.values());
                let rest = self.rest.iter_mut().flatten().flat_map(|gates| gates.values());
                for value in first.chain(rest) {
                    *value = T::uniform(rng, bound);
                }
            }
        }

        $crate::layers::recurrent::passes!(Layer sequence, $name $([$option: $ty])?, gates $G, cell $cell);
        $crate::layers::recurrent::passes!(Op last, $name $([$option: $ty])?, gates $G, cell $cell);
    };
}
pub(crate) use recurrent;

/// The passes of a layer that gives a sequence, or its last states.
macro_rules! passes {
    (Layer sequence, $($rest:tt)*) => {
        $crate::layers::recurrent::passes!(([[T; W]; S]) (Layer<[[T; I]; S]>) {
            type Output = [[T; W]; S];
            const MACS: usize = Self::lengths(S).macs();
        } {} $($rest)*);
    };
    (Op last, $($rest:tt)*) => {
        $crate::layers::recurrent::passes!(([T; W]) (Op<[[T; I]; S], [T; W]>) {} {
            fn absorb(&mut self, _: usize, _: &[T]) {}
        } $($rest)*);
    };
    (
        ($output:ty) ($($of:tt)*) { $($before:item)* } { $($behind:item)* }
        $name:ident $([$option:ident: $ty:ty])?, gates $G:literal, cell $cell:ty
    ) => {
        #[diagnostic::do_not_recommend]
        impl<
            const S: usize,
            const I: usize,
            const H: usize,
            T: Scalar,
            B: Bias<T>,
            const D: usize,
            const M: usize,
            const W: usize
            $(, const $option: $ty)?
        > $($of)* for $name<I, H, T, B, D, M, W $(, $option)?> {
            $($before)*
            const INFER: Extent = Self::lengths(S).infer();
            const TRAIN: Extent = Self::lengths(S).train();

            fn infer(&self, x: &[[[T; I]; S]], y: &mut [$output], workspace: &mut [T]) {
                const { Self::FITS };
                let lengths = const { Self::lengths(S) };
                $crate::layers::recurrent::forward::<false, $cell, $output, T, B, S, I, H, $G, D, M, W>(
                    &self.first, &self.rest, x, y, workspace, lengths,
                );
            }

            fn forward(&self, _: &Pass, x: &[[[T; I]; S]], y: &mut [$output], saved: &mut [T]) {
                const { Self::FITS };
                let lengths = const { Self::lengths(S) };
                $crate::layers::recurrent::forward::<true, $cell, $output, T, B, S, I, H, $G, D, M, W>(
                    &self.first, &self.rest, x, y, saved, lengths,
                );
            }

            fn backward(
                &self,
                _: &Pass,
                x: &[[[T; I]; S]],
                _: &[$output],
                saved: &mut [T],
                dy: &mut [$output],
                dx: Option<&mut [[[T; I]; S]]>,
                dp: Option<&mut Self>,
            ) {
                const { Self::FITS };
                let lengths = const { Self::lengths(S) };
                let (dfirst, drest) = match dp {
                    Some($name { first, rest }) => (Some(first), Some(rest)),
                    None => (None, None),
                };
                $crate::layers::recurrent::backward::<$cell, $output, T, B, S, I, H, $G, D, M, W>(
                    &self.first, &self.rest, x, saved, dy, dx, dfirst, drest, lengths,
                );
            }

            $($behind)*
        }
    };
}
pub(crate) use passes;
