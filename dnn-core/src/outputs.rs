//! What a network of several outputs gives for a sample: one tensor after the other, and a loss for each.

use crate::losses::Loss;
use crate::scalar::Scalar;
use crate::tensor::Tensor;

macro_rules! outputs {
    ($($(#[$docs:meta])* $name:ident, $more:literal, ($($tensor:ident $loss:ident $target:ident $at:tt),+);)*) => {$(
        $(#[$docs])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<$($tensor),+>($(
            #[doc = concat!("Output number ", stringify!($at), ".")]
            pub $tensor,
        )+);

        // SAFETY: repr(C) over tensors of one scalar type has no padding and the alignment of the scalar; all zero bits are
        // valid for each of them.
        unsafe impl<S: Tensor, $($tensor: Tensor<Scalar = S>),+> Tensor for $name<$($tensor),+> {
            type Scalar = S;
            const RANK: usize = 1;
            const LEN: usize = 0 $(+ $tensor::LEN)+;
            const DIMS: &'static [usize] = &[Self::LEN];
        }

        impl<$($tensor),+> From<$name<$($tensor),+>> for ($($tensor),+) {
            fn from(outputs: $name<$($tensor),+>) -> Self {
                ($(outputs.$at),+)
            }
        }

        impl<$($tensor),+> From<($($tensor),+)> for $name<$($tensor),+> {
            fn from(outputs: ($($tensor),+)) -> Self {
                $name($(outputs.$at),+)
            }
        }

        /// A loss for each output, and a target for each: the sum of the losses, each with a mean of its own.
        #[diagnostic::do_not_recommend]
        impl<S: Scalar, $($tensor: Tensor<Scalar = S>, $target, $loss: Loss<$tensor, $target>),+>
            Loss<$name<$($tensor),+>, ($($target),+)> for ($($loss),+)
        {
            fn sample(&self, y: &$name<$($tensor),+>, target: &($($target),+), dy: &mut $name<$($tensor),+>) -> S {
                let mut sum = S::ZERO;
                $(sum += self.$at.sample(&y.$at, &target.$at, &mut dy.$at);)+
                sum
            }

            /// One for each sample: what it counts in the means of the losses is in `all_weights`.
            fn weight(&self, _: &($($target),+)) -> S {
                S::ONE
            }

            fn all_weights(&self, targets: &[($($target),+)]) -> [S; 4] {
                let mut weights = [S::ONE; 4];
                $(weights[$at] = S::ZERO;)+
                for target in targets {
                    $(weights[$at] += self.$at.weight(&target.$at);)+
                }
                $(weights[$at] = self.$at.divisor(weights[$at]);)+
                weights
            }

            #[track_caller]
            fn check_from(&self, first: usize, targets: &[($($target),+)]) {
                for (sample, target) in targets.iter().enumerate() {
                    $(self.$at.check_from(first + sample, core::slice::from_ref(&target.$at));)+
                }
            }

            /// Whether all outputs are right of which a loss knows what is right.
            fn is_correct(&self, y: &$name<$($tensor),+>, target: &($($target),+)) -> Option<bool> {
                let mut right = None;
                $(if let Some(is) = self.$at.is_correct(&y.$at, &target.$at) {
                    right = Some(right.unwrap_or(true) && is);
                })+
                right
            }

            fn add(
                &self,
                y: &[$name<$($tensor),+>],
                targets: &[($($target),+)],
                scale: S,
                dy: &mut [$name<$($tensor),+>],
                sum: &mut S,
            ) {
                let mut sums = [S::ZERO; 4];
                self.add_all(y, targets, [S::ONE / scale; 4], dy, &mut sums);
                for part in sums {
                    *sum += part;
                }
            }

            fn add_all(
                &self,
                y: &[$name<$($tensor),+>],
                targets: &[($($target),+)],
                weights: [S; 4],
                dy: &mut [$name<$($tensor),+>],
                sums: &mut [S; 4],
            ) {
                let scales = weights.map(|weight| S::ONE / weight);
                for ((y, target), dy) in y.iter().zip(targets).zip(dy.iter_mut()) {
                    $({
                        sums[$at] += self.$at.sample(&y.$at, &target.$at, &mut dy.$at);
                        for d in crate::tensor::flat_mut(core::slice::from_mut(&mut dy.$at)) {
                            *d *= scales[$at];
                        }
                    })+
                }
            }
        }
    )*};
}

outputs! {
    /// Two outputs of one sample. A pair of losses compares them with a pair of targets.
    ///
    /// ```
    /// use dnn_core::{L1, Loss, Mse, Outputs2};
    /// let y = [Outputs2([1.0f32, 3.0], [2.0f32])];
    /// let target = ([1.0f32, 1.0], [5.0f32]);
    /// let mut dy = y;
    /// let losses = (Mse, L1);
    /// let (weights, mut sums) = (losses.all_weights(&[target]), [0.0; 4]);
    /// losses.add_all(&y, &[target], weights, &mut dy, &mut sums);
    /// assert_eq!((sums, weights), ([4.0, 3.0, 0.0, 0.0], [2.0, 1.0, 1.0, 1.0]));
    /// assert_eq!(dy, [Outputs2([0.0, 2.0], [-1.0])]);
    /// ```
    Outputs2, "2", (A L P 0, B M Q 1);
    /// Three outputs of one sample.
    Outputs3, "3", (A L P 0, B M Q 1, C N R 2);
    /// Four outputs of one sample.
    Outputs4, "4", (A L P 0, B M Q 1, C N R 2, D O U 3);
}
