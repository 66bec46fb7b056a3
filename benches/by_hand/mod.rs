//! What a careful programmer writes without a library: static arrays, lengths known to the compiler, nothing allocated.
//!
//! Weights are stored `[in][out]`, so that the inner loops run over outputs and the compiler vectorises them.

mod gemm;
pub(crate) mod gru;
pub(crate) mod lenet;
pub(crate) mod wide;

/// A fully connected layer, its momentum beside it.
pub(crate) struct Layer<const I: usize, const O: usize> {
    pub(crate) weight: [[f32; O]; I],
    pub(crate) bias: [f32; O],
}

impl<const I: usize, const O: usize> Layer<I, O> {
    /// The layer with PyTorch's weight of shape [O, I].
    pub(crate) fn boxed(weight: &[[f32; I]; O], bias: &[f32; O]) -> Box<Self> {
        let mut layer = Box::new(Layer { weight: [[0.0; O]; I], bias: *bias });
        for o in 0..O {
            for i in 0..I {
                layer.weight[i][o] = weight[o][i];
            }
        }
        layer
    }

    #[inline(always)]
    pub(crate) fn forward(&self, x: &[f32; I]) -> [f32; O] {
        let mut y = self.bias;
        for i in 0..I {
            for o in 0..O {
                y[o] += x[i] * self.weight[i][o];
            }
        }
        y
    }

    /// Adds the gradient of the parameters.
    #[inline(always)]
    pub(crate) fn accumulate(&mut self, x: &[f32; I], dy: &[f32; O]) {
        for i in 0..I {
            for o in 0..O {
                self.weight[i][o] += x[i] * dy[o];
            }
        }
        for o in 0..O {
            self.bias[o] += dy[o];
        }
    }

    #[inline(always)]
    pub(crate) fn input_gradient(&self, dy: &[f32; O]) -> [f32; I] {
        let mut dx = [0.0; I];
        for i in 0..I {
            let mut sum = 0.0;
            for o in 0..O {
                sum += self.weight[i][o] * dy[o];
            }
            dx[i] = sum;
        }
        dx
    }

    fn zero(&mut self) {
        self.weight = [[0.0; O]; I];
        self.bias = [0.0; O];
    }

    fn momentum(&mut self, gradient: &Self, velocity: &mut Self, lr: f32, mu: f32) {
        let rows = self.weight.iter_mut().zip(&gradient.weight).zip(&mut velocity.weight);
        for ((w, g), v) in rows {
            update(w, g, v, lr, mu);
        }
        update(&mut self.bias, &gradient.bias, &mut velocity.bias, lr, mu);
    }
}

#[inline(always)]
fn update<const N: usize>(w: &mut [f32; N], g: &[f32; N], v: &mut [f32; N], lr: f32, mu: f32) {
    for i in 0..N {
        v[i] = mu * v[i] + g[i];
        w[i] -= lr * v[i];
    }
}

fn relu<const N: usize>(x: &mut [f32; N]) {
    for v in x {
        *v = if *v > 0.0 { *v } else { 0.0 };
    }
}

/// The loss of logits, which become its gradient times `scale`.
fn softmax(y: &mut [f32; 10], label: u8, scale: f32) -> f32 {
    let largest = y.iter().fold(f32::MIN, |a, &b| if b > a { b } else { a });
    let shifted = y[label as usize] - largest;
    let mut sum = 0.0;
    for v in &mut *y {
        *v = (*v - largest).exp();
        sum += *v;
    }
    for v in &mut *y {
        *v *= scale / sum;
    }
    y[label as usize] -= scale;
    sum.ln() - shifted
}

/// 784-128-10 with ReLU, cross-entropy and momentum.
pub(crate) struct Mlp {
    pub(crate) fc1: Box<Layer<784, 128>>,
    pub(crate) fc2: Box<Layer<128, 10>>,
    gradient: (Box<Layer<784, 128>>, Box<Layer<128, 10>>),
    velocity: (Box<Layer<784, 128>>, Box<Layer<128, 10>>),
}

impl Mlp {
    pub(crate) fn new(fc1: Box<Layer<784, 128>>, fc2: Box<Layer<128, 10>>) -> Mlp {
        let zeros = || (Layer::boxed(&[[0.0; 784]; 128], &[0.0; 128]), Layer::boxed(&[[0.0; 128]; 10], &[0.0; 10]));
        Mlp { fc1, fc2, gradient: zeros(), velocity: zeros() }
    }

    pub(crate) fn predict(&self, x: &[f32; 784]) -> [f32; 10] {
        let mut h = self.fc1.forward(x);
        relu(&mut h);
        self.fc2.forward(&h)
    }

    pub(crate) fn step(&mut self, x: &[[f32; 784]], labels: &[u8], lr: f32, mu: f32) -> f32 {
        let (g1, g2) = &mut self.gradient;
        g1.zero();
        g2.zero();
        let scale = 1.0 / x.len() as f32;
        let mut loss = 0.0;
        for (x, &label) in x.iter().zip(labels) {
            let mut h = self.fc1.forward(x);
            relu(&mut h);
            let mut y = self.fc2.forward(&h);
            loss += softmax(&mut y, label, scale);
            g2.accumulate(&h, &y);
            let mut dh = self.fc2.input_gradient(&y);
            for (d, h) in dh.iter_mut().zip(&h) {
                *d = if *h > 0.0 { *d } else { 0.0 };
            }
            g1.accumulate(x, &dh);
        }
        self.fc1.momentum(g1, &mut self.velocity.0, lr, mu);
        self.fc2.momentum(g2, &mut self.velocity.1, lr, mu);
        loss * scale
    }
}

/// The 2-2-2 sigmoid network of the notebook: one sample, mean squared error, SGD.
pub(crate) struct Mazur {
    pub(crate) hidden: ([[f32; 2]; 2], [f32; 2]),
    pub(crate) output: ([[f32; 2]; 2], [f32; 2]),
}

impl Mazur {
    pub(crate) fn step(&mut self, x: &[f32; 2], t: &[f32; 2], lr: f32) -> f32 {
        let layer = |(w, b): &([[f32; 2]; 2], [f32; 2]), x: &[f32; 2]| -> [f32; 2] {
            core::array::from_fn(|o| 1.0 / (1.0 + (-(b[o] + w[o][0] * x[0] + w[o][1] * x[1])).exp()))
        };
        let h = layer(&self.hidden, x);
        let y = layer(&self.output, &h);
        let loss = ((y[0] - t[0]) * (y[0] - t[0]) + (y[1] - t[1]) * (y[1] - t[1])) / 2.0;
        let dy: [f32; 2] = core::array::from_fn(|o| (y[o] - t[o]) * y[o] * (1.0 - y[o]));
        let w = &self.output.0;
        let dh: [f32; 2] = core::array::from_fn(|i| (dy[0] * w[0][i] + dy[1] * w[1][i]) * h[i] * (1.0 - h[i]));
        for o in 0..2 {
            for i in 0..2 {
                self.output.0[o][i] -= lr * dy[o] * h[i];
                self.hidden.0[o][i] -= lr * dh[o] * x[i];
            }
            self.output.1[o] -= lr * dy[o];
            self.hidden.1[o] -= lr * dh[o];
        }
        loss
    }
}

/// The regression y = w x: mean squared error, SGD.
pub(crate) struct Line {
    pub(crate) w: f32,
}

impl Line {
    pub(crate) fn step(&mut self, x: &[[f32; 1]], t: &[[f32; 1]], lr: f32) -> f32 {
        let scale = 1.0 / x.len() as f32;
        let (mut loss, mut gradient) = (0.0, 0.0);
        for ([x], [t]) in x.iter().zip(t) {
            let error = self.w * x - t;
            loss += error * error;
            gradient += error * x;
        }
        self.w -= lr * 2.0 * scale * gradient;
        loss * scale
    }
}
