//! What a differentiable function calls: tensors in, tensors out, and how a gradient goes back through each.
//!
//! `#[differentiable]` writes loops over elements itself and calls the scalar functions of [`elements`] in them. What needs a
//! whole tensor is a module here, all of one pattern:
//!
//! - `rule(shapes, options) -> Shape`: a const function. It panics where the shapes do not fit, which is a compile error at
//!   the call's span, with the numbers and the repair.
//! - `value(operands, y)` **writes** y.
//! - `pull(dy, what it reads, dx)` **adds** dL/dx; with several operands `pull0`, `pull1`, `pull2`, one for each. What it reads
//!   is a part of the operands and, behind them, y: that alone has to be kept for the backward pass.
//!
//! An axis is a const parameter that stands first, `sum::value::<1, _, _>(a, y)`; [`WHOLE`](shape::WHOLE) means the whole
//! tensor. Tensors are native arrays of any rank, a scalar is one of rank 0. Nothing here allocates, and nothing panics at run
//! time.
//!
//! | module | y | pulls read |
//! |---|---|---|
//! | [`sum`] | the sum over an axis | |
//! | [`mean`] | the mean over an axis | |
//! | [`variance`] | the variance over an axis | a |
//! | [`std`](self::std) | the standard deviation over an axis | a and y |
//! | [`norm`] | the Euclidean norm over an axis | a and y |
//! | [`prod`] | the product over an axis | a |
//! | [`cumsum`] | sums that go on along an axis | |
//! | [`max`], [`min`] | the largest and the smallest element along an axis | a and y |
//! | [`logsumexp`] | ln of the sum of e^a over an axis | a and y |
//! | [`softmax`], [`log_softmax`] | probabilities along an axis, and their logarithms | y |
//! | [`matmul`] | the product of matrices and vectors, [`rule_dot`](matmul::rule_dot) for vectors alone | b; a |
//! | [`outer`] | all products of the elements of two vectors | b; a |
//! | [`transpose`] | the last two axes exchanged | |
//! | [`permute`] | the axes in another order | |
//! | [`tril`], [`triu`] | the triangle below or above a diagonal | |
//! | [`linear`] | x Wᵀ + b | w; x; |
//! | [`mse_loss`], [`l1_loss`], [`binary_cross_entropy`], [`binary_cross_entropy_with_logits`] | means over the elements of x and a target t | x, t; x, t |
//! | [`huber_loss`], [`smooth_l1_loss`] | the same with delta or beta behind the target, `value(x, t, delta, y)` | x, t, delta; the same |
//! | [`kl_div`] | the mean of t (ln t - x) for log probabilities x | x, t; x, t |
//! | [`cross_entropy`] | of the logits x of one sample and a class, or probabilities t | x, t; x |
//! | [`nll_loss`] | of log probabilities and a class t | t |
//! | [`conv1d`], [`conv2d`] | convolutions of one sample | w; x; |
//! | [`expand`] | a repeated by broadcasting | |
//! | [`take`] | a part of a along an axis, or its element there | |
//! | [`place`] | a as a part of y | |
//!
//! ```
//! use dnn_core::functions::{matmul, shape::Shape};
//! const Y: Shape = matmul::rule(Shape::of::<[[f32; 3]; 2]>(), Shape::of::<[f32; 3]>());
//! assert_eq!(Y, Shape::of::<[f32; 2]>());
//!
//! let (a, b, mut y) = ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0f32]], [1.0, 0.0, -1.0], [0.0; 2]);
//! matmul::value(&a, &b, &mut y);
//! assert_eq!(y, [-2.0, -2.0]);
//! let mut db = [0.0; 3];
//! matmul::pull1(&[1.0, 10.0], &a, &mut db);
//! assert_eq!(db, [41.0, 52.0, 63.0]);
//! ```

mod axis;
pub mod call;
pub mod conv1d;
pub mod conv2d;
pub mod cross_entropy;
pub mod cumsum;
pub mod digits;
pub mod elements;
pub mod expand;
mod extreme;
pub mod function;
pub mod kl_div;
pub mod linear;
pub mod log_softmax;
pub mod logsumexp;
mod losses;
pub mod matmul;
pub mod max;
pub mod mean;
pub mod min;
pub mod nll_loss;
pub mod norm;
pub mod outer;
pub mod permute;
pub mod place;
pub mod prod;
pub mod shape;
pub mod softmax;
pub mod std;
pub mod sum;
pub mod take;
#[cfg(test)]
mod tests;
pub mod transpose;
mod triangle;
pub mod tril;
pub mod triu;
pub mod variance;

pub use losses::{
    binary_cross_entropy, binary_cross_entropy_with_logits, huber_loss, l1_loss, mse_loss, smooth_l1_loss,
};
