//! Compares tensors with the goldens of `models.py`, which have one element in some and the Euclidean norm of each.
//!
//! The tolerances are those of PyTorch's `assert_close` for f32: 1.3e-6 of the value and 1e-5.

use dnn::Parameters;
use serde_json::Value;

/// The only case of a file.
pub(crate) fn case(file: &str) -> Value {
    let path = format!("{}/tests/parity/{file}", env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    json["cases"][0].clone()
}

/// What is found is what PyTorch gave.
#[track_caller]
pub(crate) fn close(what: &str, found: &[f32], golden: &Value) {
    let check = |place: &str, found: f64, expected: &Value| {
        let expected = expected.as_f64().unwrap();
        let close = (found - expected).abs() <= 1e-5 + 1.3e-6 * expected.abs();
        assert!(close, "{what}{place}: {found}, not {expected}");
    };
    let (values, step) = (golden["values"].as_array().unwrap(), golden["step"].as_u64().unwrap() as usize);
    assert_eq!(values.len(), found.len().div_ceil(step), "{what}");
    for (i, (found, expected)) in found.iter().step_by(step).zip(values).enumerate() {
        check(&format!("[{}]", i * step), f64::from(*found), expected);
    }
    let norm = found.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>().sqrt();
    check(": the norm", norm, &golden["norm"]);
}

/// All gradients of a network, by their names and shapes.
#[track_caller]
pub(crate) fn gradients<P: Parameters<Scalar = f32>>(gradient: &P, golden: &Value) {
    assert_eq!(gradient.parameters().count(), golden.as_object().unwrap().len());
    for tensor in gradient.parameters() {
        let name = tensor.name.to_string();
        let golden = &golden[&name];
        let dims = golden["dims"].as_array().unwrap_or_else(|| panic!("PyTorch has no `{name}`"));
        assert!(dims.iter().map(|length| length.as_u64().unwrap() as usize).eq(tensor.dims.to_vec()), "{name}");
        close(&name, tensor.values, golden);
    }
}
