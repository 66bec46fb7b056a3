//! What layers without parameters have in common that map planes to planes.
//!
//! Such a layer is a type of no size whose numbers are all in its type. Its file has the type, the numbers as the value of a
//! rule, and the two functions that compute y from x, and dx from x and dy.

use crate::tensor::{Tensor, view, view_mut};

/// Planes of one row, from what has no rows.
#[inline(always)]
pub(super) fn planes<T: Tensor<Scalar = T>, const C: usize, const W: usize>(x: &[[[T; W]; C]]) -> &[[[[T; W]; 1]; C]] {
    view(x)
}

/// As [`planes`], to write to.
#[inline(always)]
pub(super) fn planes_mut<T: Tensor<Scalar = T>, const C: usize, const W: usize>(
    x: &mut [[[T; W]; C]],
) -> &mut [[[[T; W]; 1]; C]] {
    view_mut(x)
}

/// The layer as a value, and its empty table of parameters.
macro_rules! no_parameters {
    ($name:ident<[$($first:ident),*], [$($rest:ident: $kind:ty),*]>) => {
        impl<$(const $first: usize,)* T, $(const $rest: $kind),*> $name<$($first,)* T, $($rest),*> {
            /// The layer, which has no size: all its numbers are in its type.
            pub const fn new() -> Self {
                $name { scalar: core::marker::PhantomData }
            }
        }

        impl<$(const $first: usize,)* T, $(const $rest: $kind),*> Default for $name<$($first,)* T, $($rest),*> {
            fn default() -> Self {
                Self::new()
            }
        }

        // SAFETY: no scalars, and a table without tensors.
        #[diagnostic::do_not_recommend]
        unsafe impl<$(const $first: usize,)* T: $crate::Scalar, $(const $rest: $kind),*> $crate::Parameters
            for $name<$($first,)* T, $($rest),*>
        {
            type Scalar = T;
            type Gradient = Self;
            const TABLE: &'static [$crate::Entry] = &[];
            fn init_in<R: $crate::Generator>(&mut self, _: &mut R) {}
        }
    };
}

/// A layer over rows and columns, from [C, H, W] to [C, OH, OW] by `forward(y, x, rule)` and `backward(dx, x, dy, rule)`;
/// the rule's `output` says what [OH, OW] is.
macro_rules! over_planes {
    ($name:ident<[$($first:ident),*], [$($rest:ident: $kind:ty),*]>, $rule:expr, $forward:path, $backward:path) => {
        $crate::layers::planes::operation! {
            [$(const $first: usize,)* T, $(const $rest: $kind,)* const H: usize, const OH: usize],
            $name<$($first,)* T, $($rest),*>, [[[T; W]; H]; C], [[[T; OW]; OH]; C], $rule.output([H, W]), [OH, OW],
            |x, y| $forward(y, x, $rule),
            |x, dy, dx| $backward(dx, x, dy, $rule)
        }
    };
}

/// A layer over one dimension, from [C, W] to [C, OW]: planes of one row.
macro_rules! over_lines {
    ($name:ident<[$($first:ident),*], [$($rest:ident: $kind:ty),*]>, $rule:expr, $forward:path, $backward:path) => {
        $crate::layers::planes::operation! {
            [$(const $first: usize,)* T, $(const $rest: $kind),*],
            $name<$($first,)* T, $($rest),*>, [[T; W]; C], [[T; OW]; C], $rule.output([1, W]), [1, OW],
            |x, y| $forward($crate::layers::planes::planes_mut(y), $crate::layers::planes::planes(x), $rule),
            |x, dy, dx| $backward(
                $crate::layers::planes::planes_mut(dx),
                $crate::layers::planes::planes(x),
                $crate::layers::planes::planes(dy),
                $rule,
            )
        }
    };
}

// `infer` and `backward` are functions of their own: inside of the long ones of a network, LLVM makes no vectors of the loops.
macro_rules! operation {
    (
        [$($generics:tt)*], $layer:ty, $from:ty, $to:ty, $gives:expr, $is:expr,
        |$x:ident, $y:ident| $forward:expr, |$from_x:ident, $dy:ident, $dx:ident| $backward:expr
    ) => {
        #[diagnostic::do_not_recommend]
        impl<const C: usize, const W: usize, const OW: usize, $($generics)*> $crate::Op<$from, $to> for $layer
        where
            T: $crate::Scalar,
        {
            const INFER: $crate::Extent = $crate::Extent::NONE;
            const TRAIN: $crate::Extent = $crate::Extent::NONE;

            #[inline(never)]
            fn infer(&self, $x: &[$from], $y: &mut [$to], _: &mut [T]) {
                const { $crate::check::gives(&$gives, &$is) };
                $forward;
            }

            #[inline(always)]
            fn forward(&self, _: &$crate::Pass, x: &[$from], y: &mut [$to], saved: &mut [T]) {
                $crate::Op::<$from, $to>::infer(self, x, y, saved);
            }

            #[inline(never)]
            fn backward(
                &self,
                _: &$crate::Pass,
                $from_x: &[$from],
                _: &[$to],
                _: &mut [T],
                $dy: &mut [$to],
                dx: Option<&mut [$from]>,
                _: Option<&mut Self>,
            ) {
                const { $crate::check::gives(&$gives, &$is) };
                if let Some($dx) = dx {
                    $backward;
                }
            }

            fn absorb(&mut self, _: usize, _: &[T]) {}
        }
    };
}

pub(crate) use {no_parameters, operation, over_lines, over_planes};
