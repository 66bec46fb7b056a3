//! Networks whose layers are wired by `fn forward`, as a user meets them.

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

    /// Two inputs.
    pub struct Critic<f64>: ([3], [2]) -> [1] {
        state_in: Linear<3, 4>,
        action_in: Linear<2, 4>,
        out: Linear<8, 1>,

        fn forward(state, action) {
            out(Concat(Tanh(state_in(state)), Tanh(action_in(action))))
        }
    }

    /// Two outputs.
    pub struct Heads<f64>: [3] -> ([2], [4]) {
        body: Linear<3, 5>,
        class: Linear<5, 2>,
        value: Linear<5, 4>,

        fn forward(x) {
            let h = Tanh(body(x));
            (class(h), value(h))
        }
    }

    /// A network of two outputs inside another one, in which they are one vector.
    pub struct Outer<f64>: [3] -> [2] {
        heads: Heads,
        fn forward(x) {
            let (class, value) = Split<2, 4>(heads(x));
            let (a, _) = Split(value);
            class * a
        }
    }

    /// What is repeated below.
    pub struct Block<f64>: [16] -> [16] {
        fc1: Linear<16, 64>,
        fc2: Linear<64, 16>,
        fn forward(x) { fc2(Dropout(0.5)(Tanh(fc1(x)))) + x }
    }

    /// Keeps what its blocks keep.
    pub struct Keeping<f64>: [16] -> [16] { blocks: [Block; 8] }

    /// Computes that again.
    pub struct Again<f64>: [16] -> [16] {
        #[recompute]
        blocks: [Block; 8],
    }

    /// A layer that is used twice, with a mask of its own each time.
    pub struct Twice<f64>: [64] -> ([64], [64]) {
        drop: Dropout(0.5),
        scale: Parameter<[64]>(1.0),
        fn forward(x) {
            let a = drop(scale * x);
            let b = drop(scale * x);
            (a, b)
        }
    }

    /// The frozen part of a network that is wired.
    pub struct Partly<f64>: [4] -> [4] {
        #[frozen]
        body: Linear<4, 4>,
        head: Linear<4, 4>,
        fn forward(x) {
            let h = Tanh(body(x));
            head(h) + h
        }
    }
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
    for (found, expected) in net.predict(&x).iter().zip(y) {
        assert!((found - expected).abs() < 1e-6);
    }
    // h of six scalars alone: the sum lies in the output.
    assert_eq!((Residual::INFERENCE_BYTES, Residual::TRAINING_BYTES), (4 * 6, 4 * 12));
}

#[test]
fn several_inputs_are_arguments_and_their_batch_is_a_tuple() {
    let net = Critic::init(&mut Rng::new(1));
    let (state, action) = ([1.0, 2.0, 3.0], [0.5, -0.5]);
    let y: [f64; 1] = net.predict(&state, &action);
    assert_eq!(net.predict_batch((&[state; 2], &[action; 2])), [y; 2]);
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.1));
    let first = trainer.step((&[state], &[action]), &[[1.0]]);
    assert!(trainer.step((&[state], &[action]), &[[1.0]]) < first);
    let data = Dataset::new(vec![(state, action); 8], vec![[1.0]; 8]).unwrap();
    let history = trainer.fit(&data, None, Fit::epochs(20).batch_size(3).quiet()).unwrap();
    assert!(history.epochs[19].loss < history.epochs[0].loss);
}

#[test]
#[should_panic(expected = "`x` has 2 samples, but `action` has 1")]
fn batches_of_several_inputs_have_one_length() {
    Layer::<([f64; 3], [f64; 2])>::infer(
        &Critic::zeros(),
        (&[[0.0; 3]; 2], &[[0.0; 2]; 1]),
        &mut [[0.0]; 2],
        &mut [0.0; 100],
    );
}

#[test]
fn several_outputs_have_a_loss_each() {
    let net = Heads::init(&mut Rng::new(2));
    let x = [1.0, 2.0, 3.0];
    let (class, value): ([f64; 2], [f64; 4]) = net.predict(&x);
    let mut trainer = Trainer::new(net, (CrossEntropy, Mse), Sgd::new(0.1));
    let loss = trainer.step(&[x; 3], &[(1u8, [0.0; 4]); 3]);
    let entropy = (class[0].exp() + class[1].exp()).ln() - class[1];
    let squares = value.iter().map(|v| v * v).sum::<f64>() / 4.0;
    assert!((loss - entropy - squares).abs() < 1e-12);
    let found = trainer.evaluate(&[x], &[(1u8, [0.0; 4])]);
    assert!(found.loss < loss);
    assert_eq!(
        found.accuracy,
        Some(f64::from(u8::from(trainer.network().predict(&x).0[1] > trainer.network().predict(&x).0[0])))
    );
}

#[test]
#[should_panic(expected = "sample 1 has the label 2, but the network gives 2 classes")]
fn a_label_of_one_of_several_outputs_is_checked() {
    let mut trainer = Trainer::new(Heads::zeros(), (CrossEntropy, Mse), Sgd::new(0.1));
    trainer.step(&[[0.0; 3]; 2], &[(1u8, [0.0; 4]), (2, [0.0; 4])]);
}

#[test]
fn a_network_of_several_outputs_is_a_layer_of_one_vector() {
    let outer = Outer::init(&mut Rng::new(3));
    let (class, value) = outer.heads.predict(&[1.0, -1.0, 0.5]);
    assert_eq!(outer.predict(&[1.0, -1.0, 0.5]), [class[0] * value[0], class[1] * value[1]]);
}

#[test]
fn repetitions_have_the_names_of_pytorch() {
    let names: Vec<String> = Keeping::zeros().parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names[..3], ["blocks.0.fc1.weight", "blocks.0.fc1.bias", "blocks.0.fc2.weight"]);
    assert_eq!((names.len(), names[31].as_str()), (32, "blocks.7.fc2.bias"));
    assert_eq!(Keeping::PARAMETERS, 8 * Block::PARAMETERS);
}

/// The same masks of dropout, too: forward runs twice and gives the same.
#[test]
fn what_is_computed_again_takes_less_memory_and_gives_the_same_gradients() {
    let net = Keeping::init(&mut Rng::new(4));
    let mut again = Again::zeros();
    dnn::Parameters::flat_mut(&mut again).copy_from_slice(net.flat());
    let x: [[f64; 16]; 5] = std::array::from_fn(|n| std::array::from_fn(|i| ((n * 16 + i) as f64).sin()));
    let mut kept = Trainer::new(net, Mse, Sgd::new(0.1)).seed(7);
    let mut again = Trainer::new(again, Mse, Sgd::new(0.1)).seed(7);
    for _ in 0..3 {
        assert_eq!(kept.step(&x, &[[0.5; 16]; 5]), again.step(&x, &[[0.5; 16]; 5]));
        assert_eq!(dnn::Parameters::flat(kept.gradient()), dnn::Parameters::flat(again.gradient()));
    }
    // Eight blocks take what one takes, and the outputs between them.
    let outputs = 8 * size_of::<[f64; 16]>();
    assert!(Again::TRAINING_BYTES <= Block::TRAINING_BYTES + outputs + 8 * 16, "{}", Again::TRAINING_BYTES);
    const { assert!(2 * Again::TRAINING_BYTES < Keeping::TRAINING_BYTES) };
}

#[test]
fn a_layer_that_is_called_twice_drops_other_elements() {
    let (net, pass) = (Twice::init(&mut Rng::new(0)), Pass { seed: 1, ..Pass::default() });
    let mut y = [dnn::Outputs2([0.0; 64], [0.0; 64])];
    let mut workspace = vec![0.0; Twice::training_workspace(1)];
    Layer::<[f64; 64]>::forward(&net, &pass, &[[1.0; 64]], &mut y, &mut workspace);
    let [dnn::Outputs2(a, b)] = y;
    assert!(a.iter().chain(&b).all(|v| *v == 0.0 || *v == 2.0) && a != b);
    assert_eq!(net.predict(&[1.0; 64]), ([1.0; 64], [1.0; 64]));
}

#[test]
fn what_is_frozen_has_no_gradient_in_any_wiring() {
    let net = Partly::init(&mut Rng::new(5));
    let body = net.body.clone();
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.1));
    let first = trainer.step(&[[1.0, 2.0, 3.0, 4.0]], &[[0.0; 4]]);
    assert!(trainer.step(&[[1.0, 2.0, 3.0, 4.0]], &[[0.0; 4]]) < first);
    assert_eq!(trainer.network().body, body);
    assert_eq!(dnn::Parameters::flat(trainer.gradient()).len(), 20);
}
