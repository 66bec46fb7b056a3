//! W2_adam by hand, with its products by `matrixmultiply`: twenty steps, and the loss of the last one.

use matrixmultiply::sgemm;

const SAMPLES: usize = 64;

/// Number `i` of stream `seed`, from -0.5 to 0.5: a hash of 32 bits. Vectors of it would be code that is no part of training.
#[inline(never)]
fn value(i: usize, seed: u32) -> f32 {
    let mut h = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(2_246_822_519));
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    ((h ^ h >> 15) >> 8) as f32 / 16_777_216.0 - 0.5
}

fn fill(count: usize, seed: u32, scale: f32, offset: f32) -> Vec<f32> {
    (0..count).map(|i| value(i, seed) * scale + offset).collect()
}

/// C = A B + beta C for C of [M, N], the rows of C one after the other; A and B with their distances from row to row and from
/// column to column.
fn product(shape: [usize; 3], a: (&[f32], [isize; 2]), b: (&[f32], [isize; 2]), beta: f32, c: &mut [f32]) {
    let [m, k, n] = shape;
    assert!(a.0.len() == m * k && b.0.len() == k * n && c.len() == m * n);
    let ((a, [a_row, a_column]), (b, [b_row, b_column])) = (a, b);
    // SAFETY: the lengths are those of the shapes, and the distances those of rows one after the other.
    unsafe {
        let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
        sgemm(m, k, n, 1.0, a, a_row, a_column, b, b_row, b_column, beta, c, n as isize, 1)
    }
}

/// Parameters with what Adam remembers of them, and their gradient.
struct Tensor {
    w: Vec<f32>,
    g: Vec<f32>,
    m: Vec<f32>,
    v: Vec<f32>,
}

impl Tensor {
    fn new(w: Vec<f32>) -> Tensor {
        let [g, m, v] = [(); 3].map(|()| vec![0.0; w.len()]);
        Tensor { w, g, m, v }
    }

    fn update(&mut self, step: i32) {
        let rate = 1e-3 / (1.0 - 0.9f32.powi(step));
        let root = 1.0 / (1.0 - 0.999f32.powi(step)).sqrt();
        for (((w, g), m), v) in self.w.iter_mut().zip(&self.g).zip(&mut self.m).zip(&mut self.v) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *w -= rate * *m / (v.sqrt() * root + 1e-8);
        }
    }
}

/// A fully connected layer, its weight as [I, O].
struct Layer {
    inputs: usize,
    outputs: usize,
    weight: Tensor,
    bias: Tensor,
}

impl Layer {
    fn new(inputs: usize, outputs: usize, seed: u32) -> Layer {
        let scale = 2.0 / (inputs as f32).sqrt();
        let weight = Tensor::new(fill(inputs * outputs, seed, scale, 0.0));
        Layer { inputs, outputs, weight, bias: Tensor::new(fill(outputs, seed + 1, scale, 0.0)) }
    }

    fn forward(&self, x: &[f32], y: &mut [f32]) {
        for y in y.chunks_exact_mut(self.outputs) {
            y.copy_from_slice(&self.bias.w);
        }
        let (i, o) = (self.inputs as isize, self.outputs as isize);
        product([SAMPLES, self.inputs, self.outputs], (x, [i, 1]), (&self.weight.w, [o, 1]), 1.0, y);
    }

    fn backward(&mut self, x: &[f32], dy: &[f32], dx: Option<&mut [f32]>) {
        let (i, o) = (self.inputs as isize, self.outputs as isize);
        product([self.inputs, SAMPLES, self.outputs], (x, [1, i]), (dy, [o, 1]), 0.0, &mut self.weight.g);
        self.bias.g.fill(0.0);
        for dy in dy.chunks_exact(self.outputs) {
            for (g, dy) in self.bias.g.iter_mut().zip(dy) {
                *g += dy;
            }
        }
        if let Some(dx) = dx {
            product([SAMPLES, self.outputs, self.inputs], (dy, [o, 1]), (&self.weight.w, [1, o]), 0.0, dx);
        }
    }
}

fn main() {
    let (mut first, mut second) = (Layer::new(784, 128, 2), Layer::new(128, 10, 4));
    let x = fill(SAMPLES * 784, 1, 1.0, 0.5);
    let (mut h, mut dh) = (vec![0.0f32; SAMPLES * 128], vec![0.0; SAMPLES * 128]);
    let (mut y, mut dy) = (vec![0.0f32; SAMPLES * 10], vec![0.0; SAMPLES * 10]);
    let mut loss = 0.0;
    for step in 1..=20 {
        first.forward(&x, &mut h);
        h.iter_mut().for_each(|h| *h = h.max(0.0));
        second.forward(&h, &mut y);
        loss = 0.0;
        for (b, (y, dy)) in y.chunks_exact(10).zip(dy.chunks_exact_mut(10)).enumerate() {
            let most = y.iter().copied().fold(f32::MIN, f32::max);
            let label = (b * 7 + 3) % 10;
            let sum: f32 = y.iter().map(|y| (y - most).exp()).sum();
            for (o, (y, dy)) in y.iter().zip(dy).enumerate() {
                *dy = ((y - most).exp() / sum - f32::from(o == label)) / SAMPLES as f32;
            }
            loss += sum.ln() - (y[label] - most);
        }
        second.backward(&h, &dy, Some(&mut dh));
        for (dh, h) in dh.iter_mut().zip(&h) {
            *dh = if *h > 0.0 { *dh } else { 0.0 };
        }
        first.backward(&x, &dh, None);
        for tensor in [&mut first.weight, &mut first.bias, &mut second.weight, &mut second.bias] {
            tensor.update(step);
        }
    }
    println!("{:.6}", loss / SAMPLES as f32);
}
