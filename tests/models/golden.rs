//! Replays the golden of a model: PyTorch in f64, from weights, images and dL/dy that both sides make by one formula.
//!
//! Gradients of large tensors are in it as a norm and as elements at equal distances. A difference is measured by what the
//! tensor holds, and where that is nothing but rounding, as the gradient of a bias before a normalisation, by the gradient
//! of the whole network.

use dnn::prelude::*;
use dnn::{Layer, Output, Role};
use serde_json::Value;

/// What `golden` of `tests/parity/convolutional.py` wrote.
pub(crate) struct Golden(Value);

impl Golden {
    pub(crate) fn read(file: &str) -> Golden {
        let path = format!("{}/tests/parity/{file}", env!("CARGO_MANIFEST_DIR"));
        let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        Golden(json["cases"][0].clone())
    }

    /// A network with the names and shapes of PyTorch's, and with the weights of the formula.
    pub(crate) fn network<N: Network>(&self) -> Box<N> {
        let mut net: Box<N> = dnn::boxed_zeros();
        let names: Vec<_> = net.parameters().map(|named| (named.name.to_string(), named.dims.to_vec())).collect();
        let expected = self.0["parameters"].as_object().unwrap();
        assert_eq!(names.len(), expected.len());
        for (name, dims) in names {
            let shape = expected.get(&name).unwrap_or_else(|| panic!("PyTorch has no `{name}`"));
            assert_eq!(*shape, Value::from(dims.clone()), "{name}");
            let reach = (6.0 / dims[1..].iter().product::<usize>() as f64).sqrt();
            for (place, value) in net.parameter_mut(&name).unwrap().iter_mut().enumerate() {
                let v = number(&name, place);
                let v = match name.ends_with("running_var") || name.contains("norm") && name.ends_with("weight") {
                    _ if dims.len() > 1 => v * reach,
                    true => 1.0 + 0.25 * v,
                    false => 0.25 * v,
                };
                *value = N::Scalar::from_f64(f64::from(v as f32));
            }
        }
        net
    }

    /// A pass through a network in training, and one as in inference; `tolerance` is relative.
    pub(crate) fn replay<N, X, T>(&self, tolerance: f64)
    where
        T: Scalar,
        X: Tensor<Scalar = T>,
        N: Network<Input = X, Scalar = T>,
    {
        let mut net: Box<N> = self.network();
        let samples = self.0["batch"].as_u64().unwrap() as usize;
        let x: Vec<X> = batch("x", samples);
        let mut y = batch::<Output<N>>("dy", samples);
        let mut scratch = vec![T::ZERO; <N as Layer<X>>::INFER.len(x.len())];
        Layer::infer(&*net, &x, &mut y, &mut scratch);
        close("y of infer", &self.0["inferred"]["y"], dnn::tensor::flat(&y), 1, tolerance);

        let mut workspace = vec![T::ZERO; <N as Layer<X>>::TRAIN.len(x.len())];
        self.passes::<N, X, T>(&net, &Pass::default().frozen(), "inferred", &x, &mut workspace, tolerance);
        self.passes::<N, X, T>(&net, &Pass::default(), "trained", &x, &mut workspace, tolerance);
        net.absorb(x.len(), &workspace);
        let buffers: Vec<_> = net.parameters().filter(|named| named.role == Role::Buffer).collect();
        assert_eq!(buffers.len(), self.0["buffers"].as_object().unwrap().len());
        for named in buffers {
            let name = named.name.to_string();
            sparse(&name, &self.0["buffers"][&name], named.values, 0.0, tolerance);
        }
    }

    fn passes<N, X, T>(&self, net: &N, pass: &Pass, kind: &str, x: &[X], workspace: &mut [T], tolerance: f64)
    where
        T: Scalar,
        X: Tensor<Scalar = T>,
        N: Network<Input = X, Scalar = T>,
    {
        let case = &self.0[kind];
        let mut dy = batch::<Output<N>>("dy", x.len());
        let (mut y, mut dx, mut gradient) = (dy.clone(), x.to_vec(), dnn::boxed_zeros::<N::Gradient>());
        net.forward(pass, x, &mut y, workspace);
        close(&format!("{kind} y"), &case["y"], dnn::tensor::flat(&y), 1, tolerance);
        net.backward(pass, x, &y, workspace, &mut dy, Some(&mut dx), Some(&mut gradient));
        sparse(&format!("{kind} dx"), &case["dx"], dnn::tensor::flat(&dx), 0.0, tolerance);

        let expected = case["gradients"].as_object().unwrap();
        let norms = expected.values().map(|tensor| tensor["norm"].as_f64().unwrap());
        let whole = norms.map(|norm| norm * norm).sum::<f64>().sqrt();
        assert_eq!(gradient.parameters().count(), expected.len());
        for named in gradient.parameters() {
            let name = named.name.to_string();
            sparse(&format!("{kind} {name}"), &expected[&name], named.values, 1e-2 * whole, tolerance);
        }
    }
}

/// Number `place` of the tensor `name`, from -1 to 1: the hash "lowbias32" of C. Wellons, as in `convolutional.py`.
fn number(name: &str, place: usize) -> f64 {
    let crc = name.bytes().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    let mut h = (place as u32).wrapping_mul(0x9E37_79B9).wrapping_add(!crc);
    h = (h ^ (h >> 16)).wrapping_mul(0x7FEB_352D);
    h = (h ^ (h >> 15)).wrapping_mul(0x846C_A68B);
    f64::from((h ^ (h >> 16)) >> 8) / 8_388_608.0 - 1.0
}

fn batch<X: Tensor<Scalar: Scalar>>(name: &str, samples: usize) -> Vec<X> {
    let scalars: Vec<X::Scalar> = (0..samples * X::LEN).map(|place| X::Scalar::from_f64(number(name, place))).collect();
    dnn::tensor::batch(&scalars).to_vec()
}

/// A tensor of which the golden has the norm, which is at least `least`, and one element in `step`.
#[track_caller]
fn sparse<T: Scalar>(what: &str, golden: &Value, found: &[T], least: f64, tolerance: f64) {
    let (norm, step) = (golden["norm"].as_f64().unwrap(), golden["step"].as_u64().unwrap() as usize);
    let own = found.iter().map(|value| value.to_f64() * value.to_f64()).sum::<f64>().sqrt();
    let scale = if norm > least { norm } else { least };
    assert!((own - norm).abs() <= tolerance * scale, "{what}: the norm is {own}, not {norm}");
    within(what, &golden["values"], found, step, tolerance * scale);
}

/// A tensor of which the golden has one element in `step`.
#[track_caller]
fn close<T: Scalar>(what: &str, golden: &Value, found: &[T], step: usize, tolerance: f64) {
    let largest = golden.as_array().unwrap().iter().map(|value| value.as_f64().unwrap().abs()).fold(0.0, f64::max);
    within(what, golden, found, step, tolerance * largest);
}

#[track_caller]
fn within<T: Scalar>(what: &str, golden: &Value, found: &[T], step: usize, distance: f64) {
    let golden = golden.as_array().unwrap();
    assert_eq!(golden.len(), found.len().div_ceil(step), "{what}");
    for (place, (value, expected)) in found.iter().step_by(step).zip(golden).enumerate() {
        let (value, expected) = (value.to_f64(), expected.as_f64().unwrap());
        assert!((value - expected).abs() <= distance, "{what}[{}]: {value}, not {expected}", place * step);
    }
}
