// A network of one fully connected layer, expanded by hand.

use dnn_core::{Entry, Generator, Layer, LayerInfo, Linear, Network, Parameters, Pass};

#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Single<const I: usize, const O: usize> {
    pub fc: Linear<I, O>,
}

// SAFETY: repr(C) over one layer; the table is that of the field.
unsafe impl<const I: usize, const O: usize> Parameters for Single<I, O> {
    type Scalar = f32;
    type Gradient = Self;
    const TABLE: &'static [Entry] = &[Entry::Nested {
        name: "fc",
        offset: 0,
        stride: 0,
        count: None,
        table: <Linear<I, O> as Parameters>::TABLE,
        tensors: 2,
        frozen: false,
    }];
    fn init_in<R: Generator>(&mut self, rng: &mut R) {
        self.fc.init_in(rng);
    }
}

impl<const I: usize, const O: usize> Layer<[f32; I]> for Single<I, O> {
    type Output = [f32; O];
    fn infer(&self, x: &[[f32; I]], y: &mut [[f32; O]], _: &mut [f32]) {
        Layer::infer(&self.fc, x, y, &mut []);
    }
    fn backward(
        &self,
        pass: &Pass,
        x: &[[f32; I]],
        y: &[[f32; O]],
        _: &mut [f32],
        dy: &mut [[f32; O]],
        dx: Option<&mut [[f32; I]]>,
        dp: Option<&mut Self>,
    ) {
        Layer::backward(&self.fc, pass, x, y, &mut [], dy, dx, dp.map(|dp| &mut dp.fc));
    }
}

impl<const I: usize, const O: usize> Network for Single<I, O> {
    type Input = [f32; I];
    type Record = [f32; 0];
    type Shared = [f32; 0];
    const NAME: &'static str = "Single";
    const LAYERS: &'static [LayerInfo] = &[];
}
