//! The layer of the example `own_layer` has the gradient of its formula, and learns.

#![cfg(feature = "alloc")]

#[allow(dead_code, unreachable_pub)]
#[path = "../examples/own_layer.rs"]
mod own_layer;

#[test]
fn its_gradient_is_that_of_finite_differences() {
    let checks = own_layer::check();
    assert_eq!(checks.len(), 4);
    for check in checks {
        assert!(check.largest > 1e-3, "{}: nothing to see", check.name);
        assert!(check.difference < 1e-9, "{}: {} off", check.name, check.difference);
    }
}

#[test]
fn it_learns_in_a_network() {
    let (_, before, after) = own_layer::train();
    assert!(before.loss > 0.6 && after.loss < 0.1, "{before:?}, {after:?}");
    assert!(after.accuracy.unwrap() >= 0.95, "{after:?}");
}
