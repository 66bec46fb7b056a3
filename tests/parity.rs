//! Networks declared with `network!` against PyTorch: outputs, dL/dx and every parameter's gradient of the goldens in
//! `parity/layers.json`, whose `generate.py` says how they were made. Every case has to be known here by its name.
//!
//! The tolerances are those of PyTorch's `assert_close`: 1.3e-6 of the value and 1e-5 for f32, 1e-7 of the value for f64,
//! there with 1e-14 for values that should be 0.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use serde_json::Value;

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

struct Case(Value);

impl Case {
    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    /// The numbers at a JSON pointer.
    fn numbers<T: Scalar>(&self, pointer: &str) -> Vec<T> {
        let values = self.0.pointer(pointer).unwrap_or_else(|| panic!("{}: no {pointer}", self.name()));
        values.as_array().unwrap().iter().map(|value| T::from_f64(value.as_f64().unwrap())).collect()
    }

    fn dims(&self, pointer: &str) -> Vec<usize> {
        self.numbers::<f64>(pointer).into_iter().map(|length| length as usize).collect()
    }

    /// The names of the parameters, as the file has them.
    fn parameters(&self) -> Vec<&String> {
        self.0["parameters"].as_object().unwrap().keys().collect()
    }

    #[track_caller]
    fn close<T: Scalar>(&self, pointer: &str, found: &[T]) {
        let expected = self.numbers::<T>(pointer);
        assert_eq!(found.len(), expected.len(), "{} {pointer}", self.name());
        let (relative, absolute) = if size_of::<T>() == 4 { (1.3e-6, 1e-5) } else { (1e-7, 1e-14) };
        for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let (found, expected) = (found.to_f64(), expected.to_f64());
            let close = (found - expected).abs() <= absolute + relative * expected.abs();
            assert!(close, "{} {pointer}[{i}]: {found}, not {expected}", self.name());
        }
    }
}

/// A layer alone has the name `layer` here and none in the file.
fn path(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("layer.{name}") }
}

fn replay<N, X, T>(case: &Case)
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let mut net: Box<N> = dnn::boxed_zeros();
    assert_eq!(case.parameters().len(), net.parameters().count(), "{}", case.name());
    for name in case.parameters() {
        let own = path(name);
        let dims = net.parameters().find(|named| named.name == *own).map(|named| named.dims);
        assert_eq!(dims, Some(&case.dims(&format!("/parameters/{name}/dims"))[..]), "{} {name}", case.name());
        let values = case.numbers(&format!("/parameters/{name}/values"));
        net.parameter_mut(&own).unwrap().copy_from_slice(&values);
    }

    let (x, dy) = (case.numbers("/x"), case.numbers("/dy"));
    let x: &[X] = dnn::tensor::batch(&x);
    let mut dy = dnn::tensor::batch::<dnn::Output<N>>(&dy).to_vec();
    assert_eq!(case.dims("/input"), X::DIMS);
    assert_eq!(case.dims("/output"), <dnn::Output<N> as Tensor>::DIMS);
    let (mut y, mut inferred) = (dy.clone(), dy.clone());
    let mut dx = x.to_vec();
    let mut gradient = dnn::boxed_zeros::<N::Gradient>();

    let mut scratch = vec![T::ZERO; <N as Layer<X>>::INFER.len(x.len())];
    Layer::infer(&*net, x, &mut inferred, &mut scratch);
    let mut workspace = vec![T::ZERO; <N as Layer<X>>::TRAIN.len(x.len())];
    let pass = Pass::default();
    Layer::forward(&*net, &pass, x, &mut y, &mut workspace);
    Layer::backward(&*net, &pass, x, &y, &mut workspace, &mut dy, Some(&mut dx), Some(&mut gradient));

    case.close("/y", dnn::tensor::flat(&inferred));
    case.close("/y", dnn::tensor::flat(&y));
    case.close("/dx", dnn::tensor::flat(&dx));
    for name in case.parameters() {
        case.close(&format!("/gradients/{name}"), gradient.parameter(&path(name)).unwrap());
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
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/layers.json");
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = json["cases"].as_array().unwrap();
    for json in cases {
        let case = Case(json.clone());
        match json["scalar"].as_str() {
            Some("f32") => layer::<f32>(&case),
            Some("f64") => layer::<f64>(&case),
            other => panic!("{}: no scalar {other:?}", case.name()),
        }
    }
    assert!(cases.len() >= 2 * 26, "only {} cases", cases.len());
}
