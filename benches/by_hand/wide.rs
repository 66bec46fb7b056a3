//! 1024-1024-1024-10 with ReLU, cross entropy and SGD, over `matrixmultiply`: what a careful programmer writes where layers
//! are too large for loops.

use super::gemm::product;
use super::softmax;

const WIDTHS: [usize; 4] = [1024, 1024, 1024, 10];

/// W of shape [O, I], its gradient, b, and the outputs with their gradient for every sample.
struct Layer {
    weight: Vec<f32>,
    gradient: Vec<f32>,
    bias: Vec<f32>,
    y: Vec<f32>,
    dy: Vec<f32>,
}

pub(crate) struct Wide {
    layers: [Layer; 3],
}

impl Wide {
    /// Weights and biases of the three layers, for that many samples at a time.
    pub(crate) fn new(parameters: [(&[f32], &[f32]); 3], samples: usize) -> Self {
        let layers = parameters.map(|(weight, bias)| Layer {
            weight: weight.to_vec(),
            gradient: vec![0.0; weight.len()],
            bias: bias.to_vec(),
            y: vec![0.0; samples * bias.len()],
            dy: vec![0.0; samples * bias.len()],
        });
        Wide { layers }
    }

    /// The loss before the update.
    pub(crate) fn step(&mut self, x: &[[f32; 1024]], labels: &[u8], lr: f32) -> f32 {
        let (x, samples) = (x.as_flattened(), x.len());
        for l in 0..3 {
            let (before, layers) = self.layers.split_at_mut(l);
            let (layer, [inputs, outputs]) = (&mut layers[0], [WIDTHS[l], WIDTHS[l + 1]]);
            let x = before.last().map_or(x, |layer| &layer.y);
            for y in layer.y.chunks_exact_mut(outputs) {
                y.copy_from_slice(&layer.bias);
            }
            product([samples, inputs, outputs], (x, [inputs, 1]), (&layer.weight, [1, inputs]), 1.0, &mut layer.y);
            if l < 2 {
                layer.y.iter_mut().for_each(|y| *y = if *y > 0.0 { *y } else { 0.0 });
            }
        }
        let scale = 1.0 / samples as f32;
        let Layer { y, dy, .. } = &mut self.layers[2];
        dy.copy_from_slice(y);
        let loss: f32 = dy.as_chunks_mut().0.iter_mut().zip(labels).map(|(dy, &label)| softmax(dy, label, scale)).sum();
        for l in (0..3).rev() {
            let (before, layers) = self.layers.split_at_mut(l);
            let (layer, [inputs, outputs]) = (&mut layers[0], [WIDTHS[l], WIDTHS[l + 1]]);
            let x = before.last().map_or(x, |layer| &layer.y);
            product([outputs, samples, inputs], (&layer.dy, [1, outputs]), (x, [inputs, 1]), 0.0, &mut layer.gradient);
            if let Some(Layer { y, dy, .. }) = before.last_mut() {
                product([samples, outputs, inputs], (&layer.dy, [outputs, 1]), (&layer.weight, [inputs, 1]), 0.0, dy);
                dy.iter_mut().zip(y).for_each(|(dy, y)| *dy = if *y > 0.0 { *dy } else { 0.0 });
            }
            for dy in layer.dy.chunks_exact(outputs) {
                layer.bias.iter_mut().zip(dy).for_each(|(b, dy)| *b -= lr * dy);
            }
            layer.weight.iter_mut().zip(&layer.gradient).for_each(|(w, g)| *w -= lr * g);
        }
        loss * scale
    }
}
