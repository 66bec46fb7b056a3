//! Differentiable functions: a loss of a convolution, products, classes, parts, a loop and a choice, forward and back, and its
//! second derivatives.

use core::hint::black_box;
use dnn::prelude::*;

#[differentiable(twice, wrt(kernel, w, b))]
fn loss(
    x: &[[[f32; 6]; 5]; 2],
    kernel: &[[[[f32; 3]; 2]; 2]; 3],
    w: &[[f32; 48]; 4],
    b: &[f32; 4],
    target: usize,
) -> f32 {
    let h = relu(conv2d(x, kernel, padding = [0, 1], stride = [2, 1])) + 0.5;
    let scaled = (h - mean(h)) / sqrt(variance(h) + 1e-5);
    let features = concat(flatten(scaled)[..36], gelu(flatten(x)[..12]));
    let y = linear(features, w, b);
    let mut penalty = 0.0;
    for i in 0..4 {
        penalty += logsumexp(y) * softmax(w[i])[i] + pow(abs(y[i]) + 0.1, 1.5);
    }
    let chosen = where_(y > 0.0, tanh(y), sin(y) * max(y));
    cross_entropy(y, target)
        + mse_loss(chosen, clamp(y, -1.0, 1.0))
        + 0.01 * penalty
        + sum(outer(y, b))
        + dot(y, detach(b))
}

#[differentiable]
fn layers(x: &[f32; 4], w: &[[f32; 4]; 4]) -> [f32; 4] {
    log_softmax(matmul(transpose(w), exp(x) + ln(x * x + 1.0)))
}

pub fn run() {
    let (x, kernel) = (black_box([[[0.5; 6]; 5]; 2]), black_box([[[[0.25; 3]; 2]; 2]; 3]));
    let (w, b) = (black_box([[0.125; 48]; 4]), black_box([0.5; 4]));
    black_box(loss(&x, &kernel, &w, &b, black_box(2)));
    black_box(loss::gradient(&x, &kernel, &w, &b, black_box(7)));
    black_box(loss::hessian_vector(&x, &kernel, &w, &b, black_box(2), &kernel, &w, &b));
    black_box(layers::pullback(&b, black_box(&[[0.5; 4]; 4]), black_box(&[1.0; 4])));
}
