//! Gradients that are written by hand, as loops over arrays: what `#[differentiable]` is measured against.

use dnn::Scalar;
use std::array::from_fn;

/// The function of Rosenbrock in 100 variables, and its gradient.
pub(crate) fn rosenbrock<T: Scalar>(x: &[T; 100]) -> (T, [T; 100]) {
    let [one, two, hundred, two_hundred, four_hundred] = [1.0, 2.0, 100.0, 200.0, 400.0].map(T::from_f64);
    let (mut value, mut dx) = (T::ZERO, [T::ZERO; 100]);
    for i in 0..99 {
        let (a, b) = (x[i + 1] - x[i] * x[i], one - x[i]);
        value += hundred * a * a + b * b;
        dx[i] -= four_hundred * a * x[i] + two * b;
        dx[i + 1] += two_hundred * a;
    }
    (value, dx)
}

/// The same, and the product of the Hessian and v.
pub(crate) fn rosenbrock_product<T: Scalar>(x: &[T; 100], v: &[T; 100]) -> (T, [T; 100], [T; 100]) {
    let [one, two, hundred, two_hundred, four_hundred] = [1.0, 2.0, 100.0, 200.0, 400.0].map(T::from_f64);
    let (mut value, mut dx, mut product) = (T::ZERO, [T::ZERO; 100], [T::ZERO; 100]);
    for i in 0..99 {
        let (a, b) = (x[i + 1] - x[i] * x[i], one - x[i]);
        let along = v[i + 1] - two * x[i] * v[i];
        value += hundred * a * a + b * b;
        dx[i] -= four_hundred * a * x[i] + two * b;
        dx[i + 1] += two_hundred * a;
        product[i] -= four_hundred * (along * x[i] + a * v[i]) - two * v[i];
        product[i + 1] += two_hundred * along;
    }
    (value, dx, product)
}

/// Weights and biases of 16-32-32-4, or their gradients.
#[derive(Clone)]
pub(crate) struct Perceptron<T> {
    pub(crate) w1: [[T; 16]; 32],
    pub(crate) b1: [T; 32],
    pub(crate) w2: [[T; 32]; 32],
    pub(crate) b2: [T; 32],
    pub(crate) w3: [[T; 32]; 4],
    pub(crate) b3: [T; 4],
}

impl<T: Scalar> Perceptron<T> {
    pub(crate) fn zero() -> Self {
        Perceptron {
            w1: [[T::ZERO; 16]; 32],
            b1: [T::ZERO; 32],
            w2: [[T::ZERO; 32]; 32],
            b2: [T::ZERO; 32],
            w3: [[T::ZERO; 32]; 4],
            b3: [T::ZERO; 4],
        }
    }

    /// The mean of the squares of the differences of `samples` outputs, and what is added to all gradients for one of them.
    fn sample(&self, x: &[T; 16], target: &[T; 4], samples: usize, gradient: &mut Self) -> T {
        let h1 = product(&self.w1, x, &self.b1).map(T::tanh);
        let h2 = product(&self.w2, &h1, &self.b2).map(T::tanh);
        let y = product(&self.w3, &h2, &self.b3);
        let count = T::from_usize(4 * samples);
        let (mut value, mut dy) = (T::ZERO, [T::ZERO; 4]);
        for o in 0..4 {
            let d = y[o] - target[o];
            value += d * d;
            dy[o] = (d + d) / count;
        }
        add_outer(&mut gradient.w3, &mut gradient.b3, &dy, &h2);
        let dh2 = transposed(&self.w3, &dy);
        let dz2 = from_fn(|i| dh2[i] * (T::ONE - h2[i] * h2[i]));
        add_outer(&mut gradient.w2, &mut gradient.b2, &dz2, &h1);
        let dh1 = transposed(&self.w2, &dz2);
        let dz1 = from_fn(|i| dh1[i] * (T::ONE - h1[i] * h1[i]));
        add_outer(&mut gradient.w1, &mut gradient.b1, &dz1, x);
        value / count
    }

    pub(crate) fn gradient<const B: usize>(&self, x: &[[T; 16]; B], target: &[[T; 4]; B]) -> (T, Self) {
        let (mut value, mut gradient) = (T::ZERO, Self::zero());
        for b in 0..B {
            value += self.sample(&x[b], &target[b], B, &mut gradient);
        }
        (value, gradient)
    }

    /// Every number.
    pub(crate) fn flat(&self) -> Vec<T> {
        let rows = self.w1.iter().flatten().chain(&self.b1).chain(self.w2.iter().flatten()).chain(&self.b2);
        rows.chain(self.w3.iter().flatten()).chain(&self.b3).copied().collect()
    }
}

/// w x + b, four sums at a time: one sum alone waits for each addition.
fn product<T: Scalar, const I: usize, const O: usize>(w: &[[T; I]; O], x: &[T; I], b: &[T; O]) -> [T; O] {
    from_fn(|o| {
        let mut sums = [T::ZERO; 8];
        for (w, x) in w[o].chunks_exact(8).zip(x.chunks_exact(8)) {
            for i in 0..8 {
                sums[i] += w[i] * x[i];
            }
        }
        let [s0, s1, s2, s3, s4, s5, s6, s7] = sums;
        ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)) + b[o]
    })
}

/// wᵀ dy
fn transposed<T: Scalar, const I: usize, const O: usize>(w: &[[T; I]; O], dy: &[T; O]) -> [T; I] {
    let mut dx = [T::ZERO; I];
    for o in 0..O {
        for i in 0..I {
            dx[i] += w[o][i] * dy[o];
        }
    }
    dx
}

/// dw += dy xᵀ, db += dy
fn add_outer<T: Scalar, const I: usize, const O: usize>(
    dw: &mut [[T; I]; O],
    db: &mut [T; O],
    dy: &[T; O],
    x: &[T; I],
) {
    for o in 0..O {
        for i in 0..I {
            dw[o][i] += dy[o] * x[i];
        }
        db[o] += dy[o];
    }
}
