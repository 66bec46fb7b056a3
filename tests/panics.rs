//! A programming error panics where the caller made it: the message names what is wrong, the place is the caller's line.

#![cfg(feature = "std")]

use dnn::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Mutex;

network! {
    /// Three numbers to two classes.
    pub struct Net: [3] -> [2] {
        fc: Linear<3, 2>,
    }
}

static SEEN: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// The file and the message of the panic in `wrong`.
fn panic_of<R>(wrong: impl FnOnce() -> R) -> (String, String) {
    assert!(catch_unwind(AssertUnwindSafe(wrong)).is_err());
    SEEN.lock().unwrap().pop().unwrap()
}

#[test]
fn a_programming_error_is_named_at_the_line_of_the_caller() {
    set_hook(Box::new(|info| {
        let file = info.location().map_or(String::new(), |place| place.file().to_owned());
        let message = info.payload_as_str().unwrap_or_default().to_owned();
        SEEN.lock().unwrap().push((file, message));
    }));
    let here = file!().to_owned();
    let x = [[0.5; 3]; 4];
    let lengths = (here.clone(), "4 samples, but 2 targets".to_owned());
    let label = (here, "sample 1 has the label 2, but the network gives 2 classes".to_owned());

    let mut trainer = Trainer::new(Net::zeros(), CrossEntropy, Sgd::new(0.1));
    assert_eq!(panic_of(|| trainer.step(&x, &[0u8; 2])), lengths);
    assert_eq!(panic_of(|| trainer.backward(&x, &[0u8; 2])), lengths);
    assert_eq!(panic_of(|| trainer.evaluate(&x, &[0u8; 2])), lengths);
    assert_eq!(panic_of(|| trainer.step(&x, &[1u8, 2, 9, 0])), label);
    assert_eq!(panic_of(|| trainer.backward(&x, &[1u8, 2, 9, 0])), label);
    assert_eq!(panic_of(|| trainer.evaluate(&x, &[1u8, 2, 9, 0])), label);
    let data = Dataset::new(x.to_vec(), vec![1u64, 2, 9, 0]).unwrap();
    assert_eq!(panic_of(|| trainer.fit(&data, None, Fit::epochs(1))), label);
    assert_eq!(trainer.network().flat(), Net::zeros().flat(), "nothing has been trained");

    let mut trainer = Trainer::new(Net::zeros(), Sum(Nll), Sgd::new(0.1));
    assert_eq!(panic_of(|| trainer.step(&x, &[1usize, 2, 9, 0])), label);
}
