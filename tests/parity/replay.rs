//! Replays the cases of a file of goldens on networks: outputs, dL/dx and the gradients of all parameters.

use dnn::prelude::*;
use serde_json::Value;

/// One case of a file.
pub(crate) struct Case(Value);

impl Case {
    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    /// The numbers at a JSON pointer.
    pub(crate) fn numbers<T: Scalar>(&self, pointer: &str) -> Vec<T> {
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

    /// The network with the parameters of the file, all of which it has to have, with their shapes, and no others.
    pub(crate) fn network<N: Network>(&self) -> Box<N> {
        let mut net: Box<N> = dnn::boxed_zeros();
        assert_eq!(self.parameters().len(), net.parameters().count(), "{}", self.name());
        for name in self.parameters() {
            let own = path(name);
            let dims = net.parameters().find(|named| named.name == *own).map(|named| named.dims);
            assert_eq!(dims, Some(&self.dims(&format!("/parameters/{name}/dims"))[..]), "{} {name}", self.name());
            let values = self.numbers(&format!("/parameters/{name}/values"));
            net.parameter_mut(&own).unwrap().copy_from_slice(&values);
        }
        net
    }

    /// What is found is what PyTorch gave.
    #[track_caller]
    pub(crate) fn close<T: Scalar>(&self, pointer: &str, found: &[T]) {
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

/// The network `N` of a case, forwards and backwards.
pub(crate) fn replay<N, X, T>(case: &Case)
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let net: Box<N> = case.network();
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

/// Hands every case of a file to the function for its scalar; how many there are.
pub(crate) fn all(file: &str, f32: fn(&Case), f64: fn(&Case)) -> usize {
    let path = format!("{}/tests/parity/{file}", env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = json["cases"].as_array().unwrap();
    for json in cases {
        let case = Case(json.clone());
        match json["scalar"].as_str() {
            Some("f32") => f32(&case),
            Some("f64") => f64(&case),
            other => panic!("{}: no scalar {other:?}", case.name()),
        }
    }
    cases.len()
}
