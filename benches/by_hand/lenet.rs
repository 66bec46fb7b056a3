//! LeNet-5 by hand: loops along rows, which the compiler vectorises.

use super::{Layer, relu, softmax};

/// Planes of S x S values for each of C channels.
type Planes<const C: usize, const S: usize> = [[[f32; S]; S]; C];

/// A convolution of 5 x 5, its input with zeros around it already.
pub(crate) struct Conv<const I: usize, const O: usize> {
    pub(crate) weight: [[[[f32; 5]; 5]; I]; O],
    pub(crate) bias: [f32; O],
}

impl<const I: usize, const O: usize> Conv<I, O> {
    /// From planes of P x P, S + 4, to planes of S x S.
    #[inline(always)]
    fn forward<const P: usize, const S: usize>(&self, x: &Planes<I, P>) -> Planes<O, S> {
        let mut y = self.bias.map(|bias| [[bias; S]; S]);
        for o in 0..O {
            for i in 0..I {
                for row in 0..S {
                    for (ky, weights) in self.weight[o][i].iter().enumerate() {
                        for (kx, weight) in weights.iter().enumerate() {
                            for column in 0..S {
                                y[o][row][column] += weight * x[i][row + ky][column + kx];
                            }
                        }
                    }
                }
            }
        }
        y
    }

    /// Adds the gradient of the parameters.
    #[inline(always)]
    fn accumulate<const P: usize, const S: usize>(&mut self, x: &Planes<I, P>, dy: &Planes<O, S>) {
        for o in 0..O {
            self.bias[o] += dy[o].as_flattened().iter().sum::<f32>();
            for i in 0..I {
                for ky in 0..5 {
                    let mut sums = [[0.0; S]; 5];
                    for row in 0..S {
                        for (kx, sums) in sums.iter_mut().enumerate() {
                            for column in 0..S {
                                sums[column] += dy[o][row][column] * x[i][row + ky][column + kx];
                            }
                        }
                    }
                    for kx in 0..5 {
                        self.weight[o][i][ky][kx] += sums[kx].iter().sum::<f32>();
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn input_gradient<const P: usize, const S: usize>(&self, dy: &Planes<O, S>) -> Planes<I, P> {
        let mut dx = [[[0.0; P]; P]; I];
        for i in 0..I {
            for o in 0..O {
                for row in 0..S {
                    for (ky, weights) in self.weight[o][i].iter().enumerate() {
                        for (kx, weight) in weights.iter().enumerate() {
                            for column in 0..S {
                                dx[i][row + ky][column + kx] += weight * dy[o][row][column];
                            }
                        }
                    }
                }
            }
        }
        dx
    }

    fn update(&mut self, gradient: &Self, lr: f32) {
        let rows = self.weight.as_flattened_mut().as_flattened_mut().as_flattened_mut();
        descend(rows, gradient.weight.as_flattened().as_flattened().as_flattened(), lr);
        descend(&mut self.bias, &gradient.bias, lr);
    }
}

fn descend(w: &mut [f32], g: &[f32], lr: f32) {
    for (w, g) in w.iter_mut().zip(g) {
        *w -= lr * g;
    }
}

/// The largest of 2 x 2, where it is above 0.
#[inline(always)]
fn pool<const C: usize, const S: usize, const H: usize>(x: &Planes<C, S>) -> Planes<C, H> {
    let mut y = [[[0.0; H]; H]; C];
    for c in 0..C {
        for row in 0..S {
            for column in 0..S {
                let (v, y) = (x[c][row][column], &mut y[c][row / 2][column / 2]);
                *y = if v > *y { v } else { *y };
            }
        }
    }
    y
}

/// The gradient goes to the element that was the largest.
#[inline(always)]
fn pool_back<const C: usize, const S: usize, const H: usize>(
    x: &Planes<C, S>,
    y: &Planes<C, H>,
    dy: &Planes<C, H>,
) -> Planes<C, S> {
    let mut dx = [[[0.0; S]; S]; C];
    for c in 0..C {
        for row in 0..S {
            for column in 0..S {
                let (y, dy) = (y[c][row / 2][column / 2], dy[c][row / 2][column / 2]);
                dx[c][row][column] = if x[c][row][column] == y { dy } else { 0.0 };
            }
        }
    }
    dx
}

/// The layers of LeNet-5.
pub(crate) struct Layers {
    pub(crate) conv1: Conv<1, 6>,
    pub(crate) conv2: Conv<6, 16>,
    pub(crate) fc1: Box<Layer<400, 120>>,
    pub(crate) fc2: Box<Layer<120, 84>>,
    pub(crate) fc3: Box<Layer<84, 10>>,
}

/// LeNet-5 with cross-entropy and plain gradient descent.
pub(crate) struct LeNet {
    layers: Layers,
    gradient: Layers,
}

/// What the backward pass reads.
struct Kept {
    x: Planes<1, 32>,
    conv1: Planes<6, 28>,
    pool1: Planes<6, 14>,
    conv2: Planes<16, 10>,
    pool2: Planes<16, 5>,
    h1: [f32; 120],
    h2: [f32; 84],
}

fn flat(planes: &Planes<16, 5>) -> [f32; 400] {
    let mut flat = [0.0; 400];
    flat.copy_from_slice(planes.as_flattened().as_flattened());
    flat
}

impl LeNet {
    pub(crate) fn new(layers: Layers) -> LeNet {
        let gradient = Layers {
            conv1: Conv { weight: [[[[0.0; 5]; 5]; 1]; 6], bias: [0.0; 6] },
            conv2: Conv { weight: [[[[0.0; 5]; 5]; 6]; 16], bias: [0.0; 16] },
            fc1: Layer::boxed(&[[0.0; 400]; 120], &[0.0; 120]),
            fc2: Layer::boxed(&[[0.0; 120]; 84], &[0.0; 84]),
            fc3: Layer::boxed(&[[0.0; 84]; 10], &[0.0; 10]),
        };
        LeNet { layers, gradient }
    }

    fn forward(&self, image: &Planes<1, 28>) -> ([f32; 10], Kept) {
        let mut x = [[[0.0; 32]; 32]; 1];
        for (row, pixels) in image[0].iter().enumerate() {
            x[0][row + 2][2..30].copy_from_slice(pixels);
        }
        let conv1 = self.layers.conv1.forward(&x);
        let pool1 = pool(&conv1);
        let conv2 = self.layers.conv2.forward(&pool1);
        let pool2 = pool(&conv2);
        let mut h1 = self.layers.fc1.forward(&flat(&pool2));
        relu(&mut h1);
        let mut h2 = self.layers.fc2.forward(&h1);
        relu(&mut h2);
        (self.layers.fc3.forward(&h2), Kept { x, conv1, pool1, conv2, pool2, h1, h2 })
    }

    pub(crate) fn predict(&self, image: &Planes<1, 28>) -> [f32; 10] {
        self.forward(image).0
    }

    pub(crate) fn step(&mut self, images: &[Planes<1, 28>], labels: &[u8], lr: f32) -> f32 {
        self.zero();
        let scale = 1.0 / images.len() as f32;
        let mut loss = 0.0;
        for (image, &label) in images.iter().zip(labels) {
            let (mut y, kept) = self.forward(image);
            loss += softmax(&mut y, label, scale);
            let (layers, gradient) = (&self.layers, &mut self.gradient);
            gradient.fc3.accumulate(&kept.h2, &y);
            let dh2 = passed(layers.fc3.input_gradient(&y), &kept.h2);
            gradient.fc2.accumulate(&kept.h1, &dh2);
            let dh1 = passed(layers.fc2.input_gradient(&dh2), &kept.h1);
            gradient.fc1.accumulate(&flat(&kept.pool2), &dh1);
            let flat = layers.fc1.input_gradient(&dh1);
            let mut dpool2 = [[[0.0; 5]; 5]; 16];
            dpool2.as_flattened_mut().as_flattened_mut().copy_from_slice(&passed(flat, &self::flat(&kept.pool2)));
            let dconv2 = pool_back(&kept.conv2, &kept.pool2, &dpool2);
            gradient.conv2.accumulate(&kept.pool1, &dconv2);
            let dpool1 = layers.conv2.input_gradient(&dconv2);
            let dconv1 = pool_back(&kept.conv1, &kept.pool1, &dpool1);
            gradient.conv1.accumulate(&kept.x, &dconv1);
        }
        let (layers, gradient) = (&mut self.layers, &self.gradient);
        layers.conv1.update(&gradient.conv1, lr);
        layers.conv2.update(&gradient.conv2, lr);
        layers.fc1.descend(&gradient.fc1, lr);
        layers.fc2.descend(&gradient.fc2, lr);
        layers.fc3.descend(&gradient.fc3, lr);
        loss * scale
    }

    fn zero(&mut self) {
        let Layers { conv1, conv2, fc1, fc2, fc3 } = &mut self.gradient;
        (conv1.weight, conv1.bias) = ([[[[0.0; 5]; 5]; 1]; 6], [0.0; 6]);
        (conv2.weight, conv2.bias) = ([[[[0.0; 5]; 5]; 6]; 16], [0.0; 16]);
        fc1.zero();
        fc2.zero();
        fc3.zero();
    }
}

/// The gradient through ReLU.
fn passed<const N: usize>(mut dy: [f32; N], y: &[f32; N]) -> [f32; N] {
    for (d, y) in dy.iter_mut().zip(y) {
        *d = if *y > 0.0 { *d } else { 0.0 };
    }
    dy
}

impl<const I: usize, const O: usize> Layer<I, O> {
    fn descend(&mut self, gradient: &Self, lr: f32) {
        descend(self.weight.as_flattened_mut(), gradient.weight.as_flattened(), lr);
        descend(&mut self.bias, &gradient.bias, lr);
    }
}
