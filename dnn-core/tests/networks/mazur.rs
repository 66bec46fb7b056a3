// The 2-2-2 network with sigmoids of M. Mazur's "A Step by Step Backpropagation Example", expanded by hand.

use dnn_core::workspace::{Extent, Place as At, buffers};
use dnn_core::{Entry, Generator, InPlace, Layer, LayerInfo, Linear, Network, Op, Parameters, Pass, Sigmoid, tensor};

#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Mazur {
    pub hidden: Linear<2, 2>,
    pub output: Linear<2, 2>,
}

impl Mazur {
    /// The weights that the article starts from.
    pub const START: Mazur = Mazur {
        hidden: Linear { weight: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35] },
        output: Linear { weight: [[0.40, 0.45], [0.50, 0.55]], bias: [0.60, 0.60] },
    };
}

// SAFETY: repr(C) over layers of one scalar type; the table is made from the fields.
unsafe impl Parameters for Mazur {
    type Scalar = f32;
    type Gradient = Self;
    const TABLE: &'static [Entry] = &[
        Entry::Nested {
            name: "hidden",
            offset: core::mem::offset_of!(Self, hidden),
            stride: 0,
            count: None,
            table: <Linear<2, 2> as Parameters>::TABLE,
            tensors: 2,
            frozen: false,
        },
        Entry::Nested {
            name: "output",
            offset: core::mem::offset_of!(Self, output),
            stride: 0,
            count: None,
            table: <Linear<2, 2> as Parameters>::TABLE,
            tensors: 2,
            frozen: false,
        },
    ];
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        self.hidden.init_in(rng);
        self.output.init_in(rng);
    }
}

impl Layer<[f32; 2]> for Mazur {
    type Output = [f32; 2];
    const INFER: Extent = Extent::new(2, 0);
    const TRAIN: Extent = Extent::new(4, 0); // h, dh

    fn infer(&self, x: &[[f32; 2]], y: &mut [[f32; 2]], workspace: &mut [f32]) {
        let [h] = buffers(workspace, x.len(), [At::new(0, 2)]);
        let h: &mut [[f32; 2]] = tensor::batch_mut(h);
        Op::infer(&self.hidden, x, h, &mut []);
        Sigmoid.infer(h);
        Op::infer(&self.output, h, y, &mut []);
        Sigmoid.infer(y);
    }

    fn backward(
        &self,
        pass: &Pass,
        x: &[[f32; 2]],
        y: &[[f32; 2]],
        saved: &mut [f32],
        dy: &mut [[f32; 2]],
        dx: Option<&mut [[f32; 2]]>,
        dp: Option<&mut Self>,
    ) {
        let [h, dh] = buffers(saved, x.len(), [At::new(0, 2), At::new(2, 2)]);
        let (h, dh): (&mut [[f32; 2]], &mut [[f32; 2]]) = (tensor::batch_mut(h), tensor::batch_mut(dh));
        InPlace::backward(&Sigmoid, pass, y, dy);
        let (dhidden, doutput) = dp.map(|dp| (&mut dp.hidden, &mut dp.output)).unzip();
        Layer::backward(&self.output, pass, h, y, &mut [], dy, Some(&mut *dh), doutput);
        InPlace::backward(&Sigmoid, pass, h, dh);
        Layer::backward(&self.hidden, pass, x, h, &mut [], dh, dx, dhidden);
    }
}

impl Network for Mazur {
    type Input = [f32; 2];
    type Record = [f32; 4];
    type Shared = [f32; 0];
    const NAME: &'static str = "Mazur";
    const LAYERS: &'static [LayerInfo] = &[];
}

impl dnn_core::IntoBox for Mazur {
    type Network = Self;
    fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}
