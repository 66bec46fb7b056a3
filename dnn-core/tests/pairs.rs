//! A network of two inputs: a batch is a pair of slices, a sample of a data set is a pair.

use dnn_core::{
    Dataset, Entry, Fit, Generator, Layer, LayerInfo, Memory, Mse, Network, Parameters, Pass, Role, Sgd, Trainer,
    boxed_zeros,
};

/// y = v a + w b
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
struct Mix {
    weight: [f32; 2],
}

// SAFETY: repr(C) over an array; the table is made from the field.
unsafe impl Parameters for Mix {
    type Scalar = f32;
    type Gradient = Self;
    const TABLE: &'static [Entry] = &[Entry::Tensor { name: "weight", offset: 0, dims: &[2], role: Role::Parameter }];
    fn init_in<R: Generator>(&mut self, _: &mut R) {}
}

type Pair = ([f32; 1], [u8; 1]);

impl Layer<Pair> for Mix {
    type Output = [f32; 1];

    fn infer(&self, (a, b): (&[[f32; 1]], &[[u8; 1]]), y: &mut [[f32; 1]], _: &mut [f32]) {
        for ((a, b), y) in a.iter().zip(b).zip(y) {
            y[0] = self.weight[0] * a[0] + self.weight[1] * f32::from(b[0]);
        }
    }

    fn backward(
        &self,
        _: &Pass,
        (a, b): (&[[f32; 1]], &[[u8; 1]]),
        _: &[[f32; 1]],
        _: &mut [f32],
        dy: &mut [[f32; 1]],
        _: Option<(&mut [[f32; 1]], &mut [[u8; 1]])>,
        dp: Option<&mut Self>,
    ) {
        let Some(dp) = dp else { return };
        for ((a, b), dy) in a.iter().zip(b).zip(dy) {
            dp.weight[0] += dy[0] * a[0];
            dp.weight[1] += dy[0] * f32::from(b[0]);
        }
    }
}

impl Network for Mix {
    type Input = Pair;
    type Record = [f32; 0];
    type Shared = [f32; 0];
    const NAME: &'static str = "Mix";
    const LAYERS: &'static [LayerInfo] = &[];
}

#[test]
fn a_data_set_of_pairs_is_fitted() {
    let samples: Vec<Pair> = (0..40u8).map(|i| ([f32::from(i) / 40.0], [i % 3])).collect();
    let targets = samples.iter().map(|(a, b)| [3.0 * a[0] - 0.5 * f32::from(b[0])]).collect();
    let (train, test) = Dataset::new(samples, targets).unwrap().split(30);
    let mut trainer = Trainer::new(boxed_zeros::<Mix>(), Mse, Sgd::new(0.2));
    let history = trainer.fit(&train, &test, Fit::epochs(60).batch_size(7).quiet()).unwrap();
    assert!(history.last().unwrap().test_loss.unwrap() < 1e-4, "{history}");

    let mut memory: Memory<Mix, Sgd, 4> = Memory::new();
    let mut fixed = Trainer::within(&mut memory, Mse, Sgd::new(0.2));
    let loss = fixed.step((&[[1.0]; 9], &[[2]; 9]), &[[1.0]; 9]);
    assert!((loss - 1.0).abs() < 1e-6);
}

#[test]
#[should_panic(expected = "3 samples of one input, but 2 of another")]
fn inputs_of_different_length_panic() {
    Trainer::new(boxed_zeros::<Mix>(), Mse, Sgd::new(0.2)).step((&[[1.0]; 3], &[[2]; 2]), &[[1.0]; 2]);
}
