//! Convolutions that pool, one behind the other: between them blocks of samples lie in an order of their own, and yet values and
//! gradients have the bits of networks that end there, whatever the number of samples.

#![cfg(feature = "alloc")]

use dnn::prelude::*;
use dnn::tensor::{flat, flat_mut, zero};

network! {
    /// What the second one makes goes to a third one of few products, which takes no blocks.
    struct Whole<T>: [2, 13, 22] -> [3, 1, 2] {
        first: Conv2d<2, 5, [3, 4], padding = [1, 2]>,
        Relu,
        MaxPool2d<2>,
        second: Conv2d<5, 9, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
        third: Conv2d<9, 3, [2, 1], groups = 3, bias = false>,
        Relu,
        MaxPool2d<2>,
    }
    struct Held<T>: [2, 13, 22] -> [9, 3, 5] {
        #[frozen]
        first: Conv2d<2, 5, [3, 4], padding = [1, 2]>,
        Relu,
        MaxPool2d<2>,
        second: Conv2d<5, 9, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
    }
    /// What lies between has two readers.
    struct Both<T>: [2, 13, 22] -> [465] {
        first: Conv2d<2, 5, [3, 4], padding = [1, 2]>,
        second: Conv2d<5, 9, 3, padding = 1>,

        fn forward(x) {
            let between = MaxPool2d<2>(Relu(first(x)));
            let behind = MaxPool2d<2>(Relu(second(between)));
            Concat(Flatten(behind), Flatten(between))
        }
    }
    struct First<T>: [2, 13, 22] -> [5, 6, 11] {
        first: Conv2d<2, 5, [3, 4], padding = [1, 2]>,
        Relu,
        MaxPool2d<2>,
    }
    struct Second<T>: [5, 6, 11] -> [9, 3, 5] {
        second: Conv2d<5, 9, 3, padding = 1>,
        Relu,
        MaxPool2d<2>,
    }
    struct Third<T>: [9, 3, 5] -> [3, 1, 2] {
        third: Conv2d<9, 3, [2, 1], groups = 3, bias = false>,
        Relu,
        MaxPool2d<2>,
    }
}

type X<T> = [[[T; 22]; 13]; 2];

fn random<S: Tensor<Scalar: Scalar>>(rng: &mut Rng, samples: usize) -> Vec<S> {
    let mut values = vec![zero::<S>(); samples];
    for value in flat_mut(&mut values) {
        *value = S::Scalar::uniform(rng, S::Scalar::ONE);
    }
    values
}

/// What a network gives in training, and asserts that it gives the same in inference; dL/dx where that is there, and dL/dp.
macro_rules! run {
    ($net:expr, $network:ident<$t:ident>, $x:expr, $dy:expr $(, $dx:expr)?) => {{
        type N<T> = $network<T>;
        let (net, x, mut dy) = (&$net, $x, $dy.clone());
        let mut y: Vec<dnn::Output<N<$t>>> = vec![zero(); x.len()];
        let mut workspace = vec![$t::ZERO; N::<$t>::inference_workspace(x.len())];
        net.infer(x, &mut y, &mut workspace);
        let inferred = y.clone();
        flat_mut(&mut y).fill($t::ZERO);
        let mut workspace = vec![$t::ZERO; N::<$t>::training_workspace(x.len())];
        let mut dp: <N<$t> as Parameters>::Gradient = dnn::zeros();
        Layer::forward(net, &Pass::default(), x, &mut y, &mut workspace);
        assert!(flat(&y) == flat(&inferred));
        let dx = None $(.or(Some(&mut $dx[..])))?;
        Layer::backward(net, &Pass::default(), x, &y, &mut workspace, &mut dy, dx, Some(&mut dp));
        (y, dp)
    }};
}

fn check<T: Scalar>(counts: &[usize]) {
    let rng = &mut Rng::new(7);
    let whole = Whole::<T>::init(rng);
    let (first, second, third) = (whole.first.clone(), whole.second.clone(), whole.third.clone());
    let held = Held { first: first.clone(), second: second.clone() };
    let both = Both { first: first.clone(), second: second.clone() };
    let (first, second, third) = (First { first }, Second { second }, Third { third });
    for &samples in counts {
        let x: Vec<X<T>> = random(rng, samples);
        let dy: Vec<[[[T; 2]; 1]; 3]> = random(rng, samples);
        let mut dx: Vec<X<T>> = vec![zero(); samples];
        let (y, dp) = run!(whole, Whole<T>, &x, dy, dx);

        let none = random::<[[[T; 11]; 6]; 5]>(rng, samples);
        let (a, _) = run!(first, First<T>, &x, none);
        let none = random::<[[[T; 5]; 3]; 9]>(rng, samples);
        let (b, _) = run!(second, Second<T>, &a, none);
        let mut db = b.clone();
        let (c, third_dp) = run!(third, Third<T>, &b, dy, db);
        let mut da = a.clone();
        let (_, second_dp) = run!(second, Second<T>, &a, db, da);
        let mut only_dx = x.clone();
        let (_, first_dp) = run!(first, First<T>, &x, da, only_dx);
        assert!(flat(&y) == flat(&c), "{samples} samples");
        assert!(flat(&dx) == flat(&only_dx), "{samples} samples");
        assert!(dp.first == first_dp.first && dp.second == second_dp.second && dp.third == third_dp.third);

        let (y, dp) = run!(held, Held<T>, &x, db);
        assert!(flat(&y) == flat(&b) && dp.second == second_dp.second, "{samples} samples");

        let dy: Vec<[T; 465]> = random(rng, samples);
        let (y, _) = run!(both, Both<T>, &x, dy);
        for ((y, a), b) in y.iter().zip(&a).zip(&b) {
            let (behind, between) = y.split_at(135);
            assert!(behind == b.as_flattened().as_flattened() && between == a.as_flattened().as_flattened());
        }
    }
}

#[test]
fn what_lies_between_two_convolutions_that_pool_changes_no_bits() {
    check::<f32>(&[0, 1, 3, 4, 7, 12, 16, 19, 21, 37]);
    check::<f64>(&[2, 5, 8, 9, 13]);
}
