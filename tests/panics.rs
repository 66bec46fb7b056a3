//! A programming error panics where the caller made it: the message names what is wrong, the place is the caller's line.

#![cfg(feature = "std")]

use dnn::prelude::*;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

network! {
    /// Three numbers to two classes.
    pub struct Net: [3] -> [2] {
        fc1: Linear<3, 4>,
        Relu,
        fc2: Linear<4, 2>,
    }
}

thread_local! {
    static SEEN: RefCell<(String, String)> = RefCell::default();
}

/// The file and the message of the panic in `wrong`.
fn panic_of<R>(wrong: impl FnOnce() -> R) -> (String, String) {
    set_hook(Box::new(|info| {
        let file = info.location().map_or(String::new(), |place| place.file().to_owned());
        let message = info.payload_as_str().unwrap_or_default().to_owned();
        SEEN.set((file, message));
    }));
    assert!(catch_unwind(AssertUnwindSafe(wrong)).is_err());
    SEEN.take()
}

fn here(message: &str) -> (String, String) {
    (file!().to_owned(), message.to_owned())
}

#[test]
fn a_programming_error_in_training_is_named_at_the_line_of_the_caller() {
    let x = [[0.5; 3]; 4];
    let lengths = here("4 samples, but 2 targets");
    let label = here("sample 1 has the label 2, but the network gives 2 classes");

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

#[test]
fn slices_that_do_not_fit_a_pass_are_named_at_the_line_of_the_caller() {
    let (net, pass, x) = (Net::zeros(), Pass::default(), [[0.5; 3]; 4]);
    let (mut y, mut dy, mut workspace) = ([[0.0; 2]; 4], [[0.0; 2]; 4], vec![0.0; Net::training_workspace(4)]);
    let short = here("`x` has 4 samples, but `y` has 3");
    assert_eq!(panic_of(|| Layer::infer(&net, &x, &mut y[1..], &mut workspace)), short);
    assert_eq!(panic_of(|| Layer::forward(&net, &pass, &x, &mut y[1..], &mut workspace)), short);
    let scratch = here("a workspace of 15 scalars, but 4 samples take 16");
    assert_eq!(panic_of(|| Layer::infer(&net, &x, &mut y, &mut workspace[..15])), scratch);
    assert_eq!(panic_of(|| Layer::forward(&net, &pass, &x, &mut y, &mut [])).0, file!());
    Layer::forward(&net, &pass, &x, &mut y, &mut workspace);
    let mut backward = |dx: &mut [[f32; 3]], dy: &mut [[f32; 2]]| {
        Layer::backward(&net, &pass, &x, &y, &mut workspace, dy, Some(dx), Some(&mut Net::zeros()));
    };
    backward(&mut [[0.0; 3]; 4], &mut dy);
    assert_eq!(panic_of(|| backward(&mut [[0.0; 3]; 5], &mut dy)), here("`x` has 4 samples, but `dx` has 5"));
    assert_eq!(panic_of(|| backward(&mut [[0.0; 3]; 4], &mut dy[..3])), here("`x` has 4 samples, but `dy` has 3"));
}
