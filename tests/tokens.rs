//! Networks of tokens as a user meets them: integers beside numbers, one embedding for several inputs, nesting, both
//! precisions, data sets, summary.

#![cfg(feature = "std")]

use dnn::prelude::*;

network! {
    /// A network of tokens, for use in others.
    pub struct Words<T>: [u16; 3] -> [3, 4] {
        embedding: Embedding<6, 4, padding_idx = 0>,
    }

    /// Tokens and numbers.
    pub struct Mixed<T>: ([u16; 3], [2]) -> [2] {
        words: Words<T>,
        fc1: Linear<14, 8>,
        fc2: Linear<8, 2>,

        fn forward(tokens, numbers) {
            let h = Concat(Flatten(words(tokens)), numbers);
            fc2(Tanh(fc1(h)))
        }
    }

    /// Two texts in one embedding: how like they are.
    #[derive(Clone)]
    pub struct Alike<T>: ([u8; 4], [u8; 4]) -> [1] {
        embedding: Embedding<5, 3>,
        fc: Linear<3, 1>,

        fn forward(one, other) {
            let product = Mean<axis = 0>(embedding(one)) * Mean<axis = 0>(embedding(other));
            fc(Tanh(product))
        }
    }

    /// Two texts of 2 words of 3 letters.
    pub struct Letters: [u32; 2, 3] -> [2, 3, 2] { embedding: Embedding<9, 2> }
}

const TOKENS: [[u16; 3]; 2] = [[1, 5, 0], [5, 5, 2]];
const NUMBERS: [[f64; 2]; 2] = [[0.5, -1.0], [0.25, 2.0]];
const DY: [[f64; 2]; 2] = [[1.0, -0.5], [0.75, 2.0]];

fn loss(net: &Mixed<f64>, numbers: &[[f64; 2]; 2]) -> f64 {
    let sample = |i: usize| net.predict(&TOKENS[i], &numbers[i]).iter().zip(DY[i]).map(|(y, d)| y * d).sum::<f64>();
    sample(0) + sample(1)
}

/// Central differences of every parameter and of every number; tokens have no gradient, and what is given for it stays.
#[test]
fn gradients_beside_tokens_are_differences() {
    let mut net = Mixed::<f64>::init(&mut Rng::new(3));
    let (mut y, mut gradient) = ([[0.0; 2]; 2], dnn::zeros::<<Mixed<f64> as Parameters>::Gradient>());
    let (mut of_tokens, mut of_numbers) = ([[9u16; 3]; 2], [[9.0; 2]; 2]);
    let mut workspace = vec![f64::NAN; Mixed::<f64>::training_workspace(2)];
    let (pass, x) = (Pass::default(), (&TOKENS[..], &NUMBERS[..]));
    net.forward(&pass, x, &mut y, &mut workspace);
    let dx = Some((&mut of_tokens[..], &mut of_numbers[..]));
    net.backward(&pass, x, &y, &mut workspace, &mut DY.clone(), dx, Some(&mut gradient));
    assert_eq!(of_tokens, [[9; 3]; 2]);

    const H: f64 = 1e-5;
    let close = |found: f64, difference: f64| assert!((found - difference).abs() < 1e-8, "{found}, not {difference}");
    for (i, found) in gradient.flat().iter().enumerate() {
        let value = net.flat()[i];
        let mut at = |moved: f64| {
            net.flat_mut()[i] = moved;
            loss(&net, &NUMBERS)
        };
        let difference = (at(value + H) - at(value - H)) / (2.0 * H);
        at(value);
        // The first row is that of the padding, which is there in the first sample, and has no gradient.
        if i < 4 {
            assert!(*found == 0.0 && difference != 0.0, "{found} {difference}");
        } else {
            close(*found, difference);
        }
    }
    for (sample, feature) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let at = |step: f64| {
            let mut numbers = NUMBERS;
            numbers[sample][feature] += step;
            loss(&net, &numbers)
        };
        close(of_numbers[sample][feature], (at(H) - at(-H)) / (2.0 * H));
    }
    assert!(gradient.words.embedding.weight[3] == [0.0; 4], "a token that is nowhere");
    assert!(gradient.words.embedding.weight[5] != [0.0; 4]);
}

#[test]
fn one_embedding_of_two_inputs_gets_the_gradients_of_both() {
    let net = Alike::<f64>::init(&mut Rng::new(1));
    let gradient = |one: [u8; 4], other: [u8; 4]| {
        let mut trainer = Trainer::new(net.clone(), Mse, Sgd::new(0.1));
        trainer.backward((&[one], &[other]), &[[0.5]]);
        trainer.gradient().embedding.weight
    };
    let both = gradient([0, 1, 1, 2], [2, 4, 4, 4]);
    assert_eq!(both, gradient([2, 4, 4, 4], [0, 1, 1, 2]), "the product is the same either way");
    assert!([0, 1, 2, 4].iter().all(|token| both[*token] != [0.0; 3]) && both[3] == [0.0; 3]);
    // Each token counts as often as it is there.
    for (once, twice) in both[0].iter().zip(both[1]) {
        assert!((2.0 * once - twice).abs() < 1e-15);
    }
}

/// Whether the first letter is a vowel decides how the sign of the number counts.
#[test]
fn fit_takes_samples_of_tokens_and_numbers() {
    let mut rng = Rng::new(5);
    let samples: Vec<([u16; 3], [f32; 2])> = (0..600)
        .map(|_| (std::array::from_fn(|_| rng.below(6) as u16), std::array::from_fn(|_| f32::uniform(&mut rng, 1.0))))
        .collect();
    let class = |(tokens, numbers): &([u16; 3], [f32; 2])| u8::from((tokens[0] < 3) == (numbers[0] > 0.0));
    let targets = samples.iter().map(class).collect();
    let (train, test) = Dataset::new(samples, targets).unwrap().split(500);
    let mut trainer = Trainer::new(Mixed::<f32>::init(&mut Rng::new(2)), CrossEntropy, Adam::new(0.02));
    let history = trainer.fit(&train, &test, Fit::epochs(20).batch_size(10).seed(1).quiet()).unwrap();
    assert!(history.last().unwrap().test_accuracy > Some(0.9), "{history}");
}

#[test]
fn tokens_of_several_dimensions_and_the_summary() {
    let net = Letters::init(&mut Rng::new(1));
    let y = net.predict(&[[8, 0, 8], [1, 2, 3]]);
    assert_eq!(y[0][0], net.embedding.weight[8]);
    assert_eq!(y[1][2], net.embedding.weight[3]);
    let summary = Mixed::<f32>::summary();
    assert_eq!((Mixed::<f32>::PARAMETERS, summary.parameters), (6 * 4 + 14 * 8 + 8 + 8 * 2 + 2, 162));
    assert_eq!((Letters::PARAMETERS, Letters::MACS), (18, 0));
    let text = Letters::summary().to_string();
    assert!(text.contains("Embedding<9, 2>") && text.contains("[2, 3, 2]"), "{text}");
}

/// The number of the sample is that in the whole batch, also where a batch is worked through in parts.
#[test]
#[should_panic(expected = "sample 4 has the token 6 at 1, but the embedding has 6 tokens")]
fn an_unknown_token_of_a_batch_in_parts_is_named() {
    let mut tokens = [[0u16; 3]; 5];
    tokens[4][1] = 6;
    let mut trainer = Trainer::new(Mixed::<f32>::zeros(), CrossEntropy, Adam::new(0.1)).capacity(2);
    trainer.step((&tokens, &[[0.0; 2]; 5]), &[0u8; 5]);
}
