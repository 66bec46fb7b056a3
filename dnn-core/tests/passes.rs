//! What a trainer tells a network: the pass, the workspace, the batch to absorb. The network of this test checks it.

use dnn_core::workspace::Extent;
use dnn_core::{Entry, Generator, Heap, Layer, LayerInfo, Memory, Mse, Network, Parameters, Pass, Role, Sgd, Trainer};

/// y is the number of the sample in its step; `steps` and `samples` are buffers that count what is absorbed.
#[repr(C)]
#[derive(Clone, Debug, Default, PartialEq)]
struct Probe {
    weight: [f32; 1],
    samples: [f32; 1],
}

#[repr(C)]
#[derive(Clone, Debug, Default, PartialEq)]
struct ProbeGradient {
    weight: [f32; 1],
}

const WEIGHT: Entry = Entry::Tensor { name: "weight", offset: 0, dims: &[1], role: Role::Parameter };

// SAFETY: repr(C) over arrays of one scalar type; the table is made from the fields.
unsafe impl Parameters for Probe {
    type Scalar = f32;
    type Gradient = ProbeGradient;
    const TABLE: &'static [Entry] =
        &[WEIGHT, Entry::Tensor { name: "samples", offset: 4, dims: &[1], role: Role::Buffer }];
    fn init_in<R: Generator>(&mut self, _: &mut R) {}
}

// SAFETY: as above.
unsafe impl Parameters for ProbeGradient {
    type Scalar = f32;
    type Gradient = Self;
    const TABLE: &'static [Entry] = &[WEIGHT];
    fn init_in<R: Generator>(&mut self, _: &mut R) {}
}

impl Layer<[u8; 1]> for Probe {
    type Output = [f32; 1];
    const INFER: Extent = Extent::new(1, 0);
    const TRAIN: Extent = Extent::new(3, 2);

    fn infer(&self, x: &[[u8; 1]], y: &mut [[f32; 1]], workspace: &mut [f32]) {
        assert_eq!((y.len(), workspace.len()), (x.len(), x.len()));
        for (y, x) in y.iter_mut().zip(x) {
            y[0] = x[0].into();
        }
    }

    fn forward(&self, pass: &Pass, x: &[[u8; 1]], y: &mut [[f32; 1]], saved: &mut [f32]) {
        assert_eq!((y.len(), saved.len(), pass.seed), (x.len(), 3 * x.len() + 2, 9));
        for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
            assert_eq!(usize::from(x[0]), pass.first + i, "the number of the sample");
            y[0] = pass.step as f32;
        }
        saved.fill(pass.first as f32);
    }

    fn backward(
        &self,
        pass: &Pass,
        x: &[[u8; 1]],
        y: &[[f32; 1]],
        saved: &mut [f32],
        dy: &mut [[f32; 1]],
        dx: Option<&mut [[u8; 1]]>,
        dp: Option<&mut ProbeGradient>,
    ) {
        assert_eq!((y.len(), dy.len(), dx), (x.len(), x.len(), None));
        assert!(saved.iter().all(|value| *value == pass.first as f32));
        dp.expect("a trainer wants the gradient").weight[0] += x.len() as f32;
    }

    fn absorb(&mut self, batch: usize, saved: &[f32]) {
        assert_eq!(saved.len(), 3 * batch + 2);
        self.samples[0] += batch as f32;
    }
}

impl Network for Probe {
    type Input = [u8; 1];
    type Record = [f32; 3];
    type Shared = [f32; 2];
    const NAME: &'static str = "Probe";
    const LAYERS: &'static [LayerInfo] = &[];
}

const X: [[u8; 1]; 7] = [[0], [1], [2], [3], [4], [5], [6]];

#[test]
fn samples_are_numbered_through_parts_and_accumulated_batches() {
    let mut memory: Memory<Probe, Sgd, 2> = Memory::new();
    let mut trainer = Trainer::within(&mut memory, Mse, Sgd::new(1.0)).seed(9);
    for step in 0..3u8 {
        let targets = [[f32::from(step)]; 7];
        assert_eq!(trainer.backward(&X[..5], &targets[..5]), 0.0);
        assert_eq!(trainer.backward(&X[5..], &targets[5..]), 0.0);
        assert_eq!(trainer.gradient().weight, [7.0]);
        trainer.update();
    }
    assert_eq!(*trainer.network(), Probe { weight: [-21.0], samples: [21.0] });
}

#[test]
fn an_evaluation_has_the_workspace_of_inference() {
    let mut memory: Memory<Probe, Sgd, 3> = Memory::new();
    let targets = X.map(|[x]| [f32::from(x)]);
    assert_eq!(Trainer::within(&mut memory, Mse, Sgd::new(1.0)).evaluate(&X, &targets).loss, 0.0);
    let mut heap: Trainer<Heap<Probe, Sgd>, Mse> =
        Trainer::new(Box::new(Probe::default()), Mse, Sgd::new(1.0)).seed(9).capacity(4);
    assert_eq!(heap.evaluate(&X, &targets).loss, 0.0);
    heap.step(&X, &[[0.0]; 7]);
    assert_eq!(heap.evaluate(&X, &targets).loss, 0.0);
}

#[test]
fn a_memory_is_what_it_holds() {
    // network, gradient, output and its gradient, workspace: 2 + 1 + 3 + 3 + 3 * 3 + 2 scalars
    assert_eq!(size_of::<Memory<Probe, Sgd, 3>>(), 4 * 20);
}
