//! Networks whose layers are wired by `fn forward`.

#![cfg(feature = "std")]

use dnn::prelude::*;

network! {
    /// Two layers with a way around them.
    pub struct Residual: [4] -> [4] {
        fc1: Linear<4, 6>,
        fc2: Linear<6, 4>,

        fn forward(x) {
            let h = Relu(fc1(x));
            Relu(fc2(h) + x)
        }
    }

    pub struct Critic<f64>: ([3], [2]) -> [1] {
        state_in: Linear<3, 4>,
        action_in: Linear<2, 4>,
        out: Linear<8, 1>,

        fn forward(state, action) {
            let s = Tanh(state_in(state));
            let a = Tanh(action_in(action));
            out(Concat(s, a))
        }
    }

    pub struct Heads<f64>: [3] -> ([2], [4]) {
        body: Linear<3, 5>,
        class: Linear<5, 2>,
        value: Linear<5, 4>,

        fn forward(x) {
            let h = Tanh(body(x));
            (class(h), value(h))
        }
    }

    pub struct Block<f64>: [4] -> [4] {
        fc: Linear<4, 4>,
        scale: Parameter<[4]>(0.5),
        fn forward(x) { Tanh(fc(x)) * scale + x }
    }

    pub struct Deep<f64>: [4] -> [2] {
        blocks: [Block; 3],
        last: Block,
        fc: Linear<4, 2>,
        fn forward(x) {
            let h = blocks(x);
            let (a, b) = Split<axis = 0>(last(h) - h);
            fc(Concat(b, a) * 0.5 + 1.0)
        }
    }

    pub struct Chain<f64>: [4] -> [4] { blocks: [Block; 2], Relu, fcs: [Linear<4, 4>; 2], }
}

#[test]
fn a_residual_network_adds_its_input() {
    let net = Residual::init(&mut Rng::new(1));
    let x = [1.0, -2.0, 3.0, 0.5];
    let h: [f32; 6] =
        std::array::from_fn(|o| (net.fc1.bias[o] + (0..4).map(|i| net.fc1.weight[o][i] * x[i]).sum::<f32>()).max(0.0));
    let y: [f32; 4] = std::array::from_fn(|o| {
        (net.fc2.bias[o] + (0..6).map(|i| net.fc2.weight[o][i] * h[i]).sum::<f32>() + x[o]).max(0.0)
    });
    let got = net.predict(&x);
    for (a, b) in got.iter().zip(y) {
        assert!((a - b).abs() < 1e-6);
    }
}

#[test]
fn several_inputs_and_outputs() {
    let net = Critic::init(&mut Rng::new(1));
    let y = net.predict(&[1.0, 2.0, 3.0], &[0.5, -0.5]);
    assert_eq!(net.predict_batch((&[[1.0, 2.0, 3.0]], &[[0.5, -0.5]])), [y]);
    let heads = Heads::init(&mut Rng::new(2));
    let (a, b): ([f64; 2], [f64; 4]) = heads.predict(&[1.0, 2.0, 3.0]);
    assert!(a.iter().chain(&b).all(|v| v.is_finite()));
    let mut trainer = Trainer::new(heads, (CrossEntropy, Mse), Sgd::new(0.1));
    let first = trainer.step(&[[1.0, 2.0, 3.0]], &[(1u8, [0.0; 4])]);
    let second = trainer.step(&[[1.0, 2.0, 3.0]], &[(1u8, [0.0; 4])]);
    assert!(second < first);
    let deep = Deep::init(&mut Rng::new(3));
    println!("{}", Deep::summary());
    let names: Vec<String> = deep.parameters().map(|p| p.name.to_string()).collect();
    println!("{names:?}");
    deep.predict(&[1.0; 4]);
    Chain::zeros().predict(&[0.0; 4]);
}
