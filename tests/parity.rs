//! Networks declared with `network!` against PyTorch: outputs, dL/dx and every parameter's gradient of the goldens in
//! `parity/layers.json`, whose `generate.py` says how they were made. Every case has to be known here by its name.

#![cfg(feature = "alloc")]

#[path = "parity/replay.rs"]
mod replay;

use dnn::prelude::*;
use replay::{Case, replay};

network! {
    const WIDE: usize = 37;

    /// `linear`
    pub struct Fc<T>: [5] -> [3] { layer: Linear<5, 3> }
    /// `linear_no_bias`
    pub struct NoBias<T>: [5] -> [3] { layer: Linear<5, 3, bias = false> }
    /// `linear_one_bias`
    pub struct OneBias<T>: [5] -> [3] { layer: Linear<5, 3, bias = shared> }
    /// `linear_last_axis`
    pub struct LastAxis<T>: [4, 5] -> [4, 3] { layer: Linear<5, 3> }
    /// `linear_wide`
    pub struct Wide<T>: [WIDE] -> [21] { layer: Linear<WIDE, 21> }
    /// `flatten`
    pub struct Flat<T>: [2, 3, 4] -> [24] { Flatten }
    /// `reshape`
    pub struct Reshaped<T>: [2, 6] -> [3, 4] { Reshape<3, -1> }
    /// `relu`
    pub struct Rectified<T>: [7] -> [7] { Relu }
    /// `leaky_relu`
    pub struct Leaky<T>: [7] -> [7] { LeakyRelu }
    /// `leaky_relu_02`
    pub struct Leaky02<T>: [7] -> [7] { LeakyRelu(0.2) }
    /// `elu`
    pub struct Exponential<T>: [7] -> [7] { Elu }
    /// `elu_05`
    pub struct Exponential05<T>: [7] -> [7] { Elu(0.5) }
    /// `gelu`
    pub struct Gaussian<T>: [7] -> [7] { Gelu }
    /// `gelu_tanh`
    pub struct GaussianTanh<T>: [7] -> [7] { Gelu<approximate = tanh> }
    /// `silu`
    pub struct Swish<T>: [7] -> [7] { Silu }
    /// `sigmoid`
    pub struct Logistic<T>: [7] -> [7] { Sigmoid }
    /// `tanh`
    pub struct Hyperbolic<T>: [7] -> [7] { Tanh }
    /// `softplus`
    pub struct Plus<T>: [7] -> [7] { Softplus }
    /// `softplus_beta`
    pub struct PlusBeta<T>: [7] -> [7] { Softplus(2.0, 10.0) }
    /// `softmax`
    pub struct Max<T>: [7] -> [7] { Softmax }
    /// `softmax_dim0`
    pub struct MaxDim0<T>: [4, 3] -> [4, 3] { Softmax<dim = 0> }
    /// `softmax_last`
    pub struct MaxLast<T>: [4, 3] -> [4, 3] { Softmax<dim = -1> }
    /// `log_softmax`
    pub struct LogMax<T>: [7] -> [7] { LogSoftmax }
    /// `log_softmax_dim0`
    pub struct LogMaxDim0<T>: [4, 3] -> [4, 3] { LogSoftmax<dim = 0> }
    /// `mlp_sigmoid`
    pub struct MlpSigmoid<T>: [4] -> [3] {
        fc1: Linear<4, 6>,
        Sigmoid,
        fc2: Linear<6, 3>,
    }
    /// `mlp_deep`
    pub struct MlpDeep<T>: [3] -> [2] {
        fc1: Linear<3, 8>,
        Gelu,
        fc2: Linear<8, 8>,
        Silu,
        fc3: Linear<8, 8>,
        Elu,
        fc4: Linear<8, 2>,
    }
}

fn layer<T: Scalar>(case: &Case) {
    match case.name() {
        "linear" => replay::<Fc<T>, _, T>(case),
        "linear_no_bias" => replay::<NoBias<T>, _, T>(case),
        "linear_one_bias" => replay::<OneBias<T>, _, T>(case),
        "linear_last_axis" => replay::<LastAxis<T>, _, T>(case),
        "linear_wide" => replay::<Wide<T>, _, T>(case),
        "flatten" => replay::<Flat<T>, _, T>(case),
        "reshape" => replay::<Reshaped<T>, _, T>(case),
        "relu" => replay::<Rectified<T>, _, T>(case),
        "leaky_relu" => replay::<Leaky<T>, _, T>(case),
        "leaky_relu_02" => replay::<Leaky02<T>, _, T>(case),
        "elu" => replay::<Exponential<T>, _, T>(case),
        "elu_05" => replay::<Exponential05<T>, _, T>(case),
        "gelu" => replay::<Gaussian<T>, _, T>(case),
        "gelu_tanh" => replay::<GaussianTanh<T>, _, T>(case),
        "silu" => replay::<Swish<T>, _, T>(case),
        "sigmoid" => replay::<Logistic<T>, _, T>(case),
        "tanh" => replay::<Hyperbolic<T>, _, T>(case),
        "softplus" => replay::<Plus<T>, _, T>(case),
        "softplus_beta" => replay::<PlusBeta<T>, _, T>(case),
        "softmax" => replay::<Max<T>, _, T>(case),
        "softmax_dim0" => replay::<MaxDim0<T>, _, T>(case),
        "softmax_last" => replay::<MaxLast<T>, _, T>(case),
        "log_softmax" => replay::<LogMax<T>, _, T>(case),
        "log_softmax_dim0" => replay::<LogMaxDim0<T>, _, T>(case),
        "mlp_sigmoid" => replay::<MlpSigmoid<T>, _, T>(case),
        "mlp_deep" => replay::<MlpDeep<T>, _, T>(case),
        other => panic!("no network for the case {other}"),
    }
}

#[test]
fn every_layer_and_network_agrees_with_pytorch() {
    let cases = replay::all("layers.json", layer::<f32>, layer::<f64>);
    assert!(cases >= 2 * 26, "only {cases} cases");
}
