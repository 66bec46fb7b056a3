//! Replays the goldens of large models, whose weights, inputs and dL/dy are made by one formula here and in `models.py`: of
//! every tensor the file has one element in some, and the Euclidean norm.
//!
//! The tolerances are those of PyTorch's `assert_close`: 1.3e-6 of the value and 1e-5 for f32, 1e-7 of the value for f64,
//! there with 1e-14 for values that should be 0.

use dnn::prelude::*;
use dnn::{Parameters, Role};
use serde_json::Value;

/// `count` numbers between -reach and reach that belong to a name.
fn pattern(name: &str, count: usize, reach: f64) -> impl Iterator<Item = f64> {
    let number = name.bytes().fold(0, |number, byte| (number * 31 + usize::from(byte)) % 2003);
    (0..count).map(move |place| (((place * 7919 + number) % 2003) as f64 - 1001.0) / 1001.0 * reach)
}

fn batch<X: Tensor<Scalar: Scalar>>(name: &str, samples: usize, reach: f64) -> Vec<X> {
    let scalars: Vec<X::Scalar> = pattern(name, samples * X::LEN, reach).map(X::Scalar::from_f64).collect();
    dnn::tensor::batch(&scalars).to_vec()
}

/// What is found is what PyTorch gave.
#[track_caller]
pub(crate) fn close<T: Scalar>(what: &str, found: &[T], golden: &Value) {
    let (relative, absolute) = if size_of::<T>() == 4 { (1.3e-6, 1e-5) } else { (1e-7, 1e-14) };
    let check = |place: &str, found: f64, expected: &Value| {
        let expected = expected.as_f64().unwrap();
        let close = (found - expected).abs() <= absolute + relative * expected.abs();
        assert!(close, "{what}{place}: {found}, not {expected}");
    };
    let (values, step) = (golden["values"].as_array().unwrap(), golden["step"].as_u64().unwrap() as usize);
    assert_eq!(values.len(), found.len().div_ceil(step), "{what}");
    for (i, (found, expected)) in found.iter().step_by(step).zip(values).enumerate() {
        check(&format!("[{}]", i * step), found.to_f64(), expected);
    }
    let norm = found.iter().map(|value| value.to_f64() * value.to_f64()).sum::<f64>().sqrt();
    check(": the norm", norm, &golden["norm"]);
}

/// All tensors of a role, by their names and shapes.
#[track_caller]
pub(crate) fn tensors<P: Parameters>(of: &P, role: Role, golden: &Value) {
    let names = of.parameters().filter(|tensor| tensor.role == role);
    assert_eq!(names.count(), golden.as_object().unwrap().len());
    for tensor in of.parameters().filter(|tensor| tensor.role == role) {
        let name = tensor.name.to_string();
        let golden = &golden[&name];
        let dims = golden["dims"].as_array().unwrap_or_else(|| panic!("PyTorch has no `{name}`"));
        assert!(dims.iter().map(|length| length.as_u64().unwrap() as usize).eq(tensor.dims.to_vec()), "{name}");
        close(&name, tensor.values, golden);
    }
}

/// The model `N` of a case: a batch forwards and backwards in training, then forwards in inference.
fn replay<N, X, T>(case: &Value)
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let (samples, reach) = (case["batch"].as_u64().unwrap() as usize, case["reach"].as_f64().unwrap());
    let mut net: Box<N> = dnn::boxed_zeros();
    let names: Vec<(String, Role)> = net.parameters().map(|tensor| (tensor.name.to_string(), tensor.role)).collect();
    for (name, role) in names {
        let around = if name.starts_with("norm") && name.ends_with("weight") { 1.0 } else { 0.0 };
        let values = net.parameter_mut(&name).unwrap();
        match role {
            Role::Parameter => {
                let drawn = pattern(&name, values.len(), reach);
                values.iter_mut().zip(drawn).for_each(|(value, drawn)| *value = T::from_f64(around + drawn));
            }
            _ => values.fill(if name.ends_with("var") { T::ONE } else { T::ZERO }),
        }
    }
    let x = batch::<X>("x", samples, 1.0);
    let mut dy = batch::<dnn::Output<N>>("dy", samples, 0.01);
    let (mut y, mut dx) = (dy.clone(), x.clone());
    let mut gradient = dnn::boxed_zeros::<N::Gradient>();
    let mut workspace = vec![T::from_f64(f64::NAN); <N as Layer<X>>::TRAIN.len(samples)];
    let pass = Pass::default();
    Layer::forward(&*net, &pass, &x, &mut y, &mut workspace);
    Layer::backward(&*net, &pass, &x, &y, &mut workspace, &mut dy, Some(&mut dx), Some(&mut gradient));
    close("y", dnn::tensor::flat(&y), &case["y"]);
    close("dx", dnn::tensor::flat(&dx), &case["dx"]);
    tensors(&*gradient, Role::Parameter, &case["gradients"]);

    net.absorb(samples, &workspace);
    tensors(&*net, Role::Buffer, &case["buffers"]);
    let mut workspace = vec![T::from_f64(f64::NAN); <N as Layer<X>>::INFER.len(samples)];
    Layer::infer(&*net, &x, &mut y, &mut workspace);
    close("inferred", dnn::tensor::flat(&y), &case["inferred"]);
}

/// The cases of a file.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/parity/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    json["cases"].as_array_mut().unwrap().drain(..).collect()
}

/// A file with two cases of one model: `N` in single and `M` in double precision.
pub(crate) fn both<N, X, M, Y>(file: &str)
where
    X: Tensor<Scalar = f32>,
    Y: Tensor<Scalar = f64>,
    N: Network<Input = X, Scalar = f32>,
    M: Network<Input = Y, Scalar = f64>,
{
    let [single, double] = &cases(file)[..] else { panic!("two cases") };
    assert!(single["scalar"] == "f32" && double["scalar"] == "f64");
    replay::<N, X, f32>(single);
    replay::<M, Y, f64>(double);
}
