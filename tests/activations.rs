//! Further activations against PyTorch, and dropout of whole channels. The goldens are those of `parity/activations.json`,
//! whose `activations.py` says how they were made. Every case has to be known here by its name.

#![cfg(feature = "alloc")]

#[path = "parity/replay.rs"]
mod replay;

use dnn::prelude::*;
use replay::{Case, replay};

network! {
    /// `hardsigmoid`
    pub struct HardLogistic<T>: [7] -> [7] { Hardsigmoid }
    /// `hardswish`
    pub struct HardSwish<T>: [7] -> [7] { Hardswish }
    /// `hardtanh`
    pub struct HardHyperbolic<T>: [7] -> [7] { Hardtanh }
    /// `hardtanh_limits`
    pub struct Limits<T>: [7] -> [7] { Hardtanh(-2.0, max_val = 0.5) }
    /// `relu6`
    pub struct Rectified6<T>: [7] -> [7] { Relu6 }
    /// `mish`
    pub struct SoftRectified<T>: [7] -> [7] { Mish }
    /// `softsign`
    pub struct Sign<T>: [7] -> [7] { Softsign }
    /// `selu`
    pub struct Scaled<T>: [7] -> [7] { Selu }
    /// `celu`
    pub struct Continuous<T>: [7] -> [7] { Celu }
    /// `celu_05`
    pub struct Continuous05<T>: [7] -> [7] { Celu(0.5) }
    /// `glu`
    pub struct Gated<T>: [8] -> [4] { Glu }
    /// `glu_rows`
    pub struct GatedRows<T>: [3, 4] -> [3, 2] { Glu<dim = -1> }
    /// `glu_dim0`
    pub struct GatedDim0<T>: [4, 3] -> [2, 3] { Glu<dim = 0> }
    /// `p_relu`
    pub struct OneSlope<T>: [3, 4] -> [3, 4] { layer: PRelu }
    /// `p_relu_features`
    pub struct SlopeOfFeatures<T>: [6] -> [6] { layer: PRelu<6> }
    /// `p_relu_channels`
    pub struct SlopeOfChannels<T>: [3, 2, 3] -> [3, 2, 3] { layer: PRelu<3>(init = 0.1) }

    /// What is repeated below.
    #[derive(Clone)]
    pub struct Block<T>: [4, 6] -> [4, 6] {
        expand: Linear<6, 12>,
        act: PRelu<4>,
        slope: PRelu(init = 0.1),

        fn forward(x) {
            let gated = Glu(expand(x));
            let bent = Mish(Hardswish(slope(act(gated))) + Softsign(x));
            Dropout1d(0.25)(bent) + Selu(slope(x)) * Hardsigmoid(gated)
        }
    }

    /// Blocks that keep what they need.
    pub struct Keeping<T>: [4, 6] -> [5] {
        blocks: [Block<T>; 2],
        Flatten,
        fc: Linear<24, 5>,
        Hardtanh(-2.0, 2.0),
    }

    /// Blocks that compute it again.
    pub struct Again<T>: [4, 6] -> [5] {
        #[recompute]
        blocks: [Block<T>; 2],
        Flatten,
        fc: Linear<24, 5>,
        Hardtanh(-2.0, 2.0),
    }

    /// Slopes that stay as they are.
    #[derive(Clone)]
    pub struct Fixed: [4] -> [2] {
        fc1: Linear<4, 6>,
        #[frozen]
        act: PRelu<6>,
        fc2: Linear<6, 2>,
        Celu,
    }

    pub struct Dropped: [50, 3, 2] -> [50, 6] {
        Dropout2d(0.25),
        Reshape<50, 6>,
        Dropout1d,
    }
}

fn layer<T: Scalar>(case: &Case) {
    match case.name() {
        "hardsigmoid" => replay::<HardLogistic<T>, _, T>(case),
        "hardswish" => replay::<HardSwish<T>, _, T>(case),
        "hardtanh" => replay::<HardHyperbolic<T>, _, T>(case),
        "hardtanh_limits" => replay::<Limits<T>, _, T>(case),
        "relu6" => replay::<Rectified6<T>, _, T>(case),
        "mish" => replay::<SoftRectified<T>, _, T>(case),
        "softsign" => replay::<Sign<T>, _, T>(case),
        "selu" => replay::<Scaled<T>, _, T>(case),
        "celu" => replay::<Continuous<T>, _, T>(case),
        "celu_05" => replay::<Continuous05<T>, _, T>(case),
        "glu" => replay::<Gated<T>, _, T>(case),
        "glu_rows" => replay::<GatedRows<T>, _, T>(case),
        "glu_dim0" => replay::<GatedDim0<T>, _, T>(case),
        "p_relu" => replay::<OneSlope<T>, _, T>(case),
        "p_relu_features" => replay::<SlopeOfFeatures<T>, _, T>(case),
        "p_relu_channels" => replay::<SlopeOfChannels<T>, _, T>(case),
        other => panic!("no network for the case {other}"),
    }
}

#[test]
fn every_activation_agrees_with_pytorch() {
    let cases = replay::all("activations.json", layer::<f32>, layer::<f64>);
    assert!(cases >= 2 * 16, "only {cases} cases");
}

#[test]
fn slopes_begin_as_declared() {
    assert_eq!(OneSlope::<f32>::init(&mut Rng::new(1)).layer.weight, [0.25]);
    assert_eq!(SlopeOfChannels::<f64>::init(&mut Rng::new(1)).layer.weight, [0.1; 3]);
}

/// Output, dL/dx and dL/dp of a batch.
fn trained<N, X, T>(net: &N, x: &[X]) -> (Vec<dnn::Output<N>>, Vec<X>, Vec<T>)
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let (pass, mut dx) = (Pass { seed: 3, ..Pass::default() }, x.to_vec());
    let mut y: Vec<dnn::Output<N>> = vec![dnn::tensor::zero(); x.len()];
    let mut workspace = vec![T::ZERO; <N as Layer<X>>::TRAIN.len(x.len())];
    let mut gradient = dnn::boxed_zeros::<N::Gradient>();
    Layer::forward(net, &pass, x, &mut y, &mut workspace);
    let mut dy = y.clone();
    Layer::backward(net, &pass, x, &y, &mut workspace, &mut dy, Some(&mut dx), Some(&mut gradient));
    (y, dx, gradient.flat().to_vec())
}

#[test]
fn what_is_computed_again_is_what_was_kept() {
    fn check<T: Scalar>() {
        let keeping = Keeping::<T>::init(&mut Rng::new(5));
        let again = Again { blocks: keeping.blocks.clone(), fc: keeping.fc.clone() };
        let mut rng = Rng::new(6);
        let x: [[[T; 6]; 4]; 3] =
            std::array::from_fn(|_| std::array::from_fn(|_| std::array::from_fn(|_| T::uniform(&mut rng, T::ONE))));
        assert_eq!(keeping.predict_batch(&x), again.predict_batch(&x));
        assert_eq!(trained(&keeping, &x), trained(&again, &x));
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn blocks_with_slopes_and_gates_learn() {
    let mut rng = Rng::new(7);
    let x: [[[f64; 6]; 4]; 16] =
        std::array::from_fn(|_| std::array::from_fn(|_| std::array::from_fn(|_| f64::uniform(&mut rng, 1.0))));
    let targets = x.map(|x| [x[0][0], x[1][1] * x[2][2], x[3][3].abs(), -x[0][5], 0.5]);
    let mut trainer = Trainer::new(Again::<f64>::init(&mut rng), Mse, Adam::new(0.01));
    let before = trainer.evaluate(&x, &targets).loss;
    for _ in 0..100 {
        trainer.step(&x, &targets);
    }
    let after = trainer.evaluate(&x, &targets).loss;
    assert!(after < 0.5 * before, "{before} {after}");
    assert_ne!(trainer.network().blocks[0].act.weight, [0.25; 4]);
}

#[test]
fn slopes_work_where_their_input_lies() {
    // The buffer is the network's own output.
    assert_eq!((SlopeOfFeatures::<f32>::INFERENCE_BYTES, Fixed::INFERENCE_BYTES), (0, 4 * 6));
}

#[test]
fn frozen_slopes_stay_and_pass_the_gradient_on() {
    let mut trainer = Trainer::new(Fixed::init(&mut Rng::new(8)), Mse, Sgd::new(0.1));
    let before = trainer.network().fc1.clone();
    trainer.step(&[[1.0, -1.0, 2.0, 0.5]], &[[0.25, -0.25]]);
    assert_eq!(trainer.network().act.weight, [0.25; 6]);
    assert_ne!(trainer.network().fc1, before);
    assert_eq!(Fixed::PARAMETERS, 4 * 6 + 6 + 6 * 2 + 2);
}

#[test]
fn the_summary_lists_every_layer() {
    let text = Block::<f32>::summary().to_string();
    for row in ["Glu", "PRelu", "Mish", "Hardswish", "Softsign", "Dropout1d", "Selu", "Hardsigmoid"] {
        assert!(text.contains(row), "{row}: {text}");
    }
    assert!(text.contains("parameters 89 (356 bytes)"), "{text}"); // 6 * 12 + 12, 4 and 1
}

#[test]
fn channels_are_dropped_in_training_alone_and_by_both_layers_differently() {
    let (net, x) = (Dropped::zeros(), [[[[1.0; 2]; 3]; 50]; 8]);
    assert_eq!(net.predict(&x[0]), [[1.0; 6]; 50]);
    let (mut y, mut workspace) = ([[[0.0; 6]; 50]; 8], vec![0.0; Dropped::training_workspace(8)]);
    net.forward(&Pass { seed: 3, ..Pass::default() }, &x, &mut y, &mut workspace);
    // 2 / (3/4) with a probability of 3/8, else 0.
    let kept = y.as_flattened().iter().filter(|channel| **channel == [2.0 / 0.75; 6]).count();
    let dropped = y.as_flattened().iter().filter(|channel| **channel == [0.0; 6]).count();
    assert_eq!(kept + dropped, 400);
    assert!((110..190).contains(&kept), "{kept}"); // 150 expected, standard deviation 10
}
