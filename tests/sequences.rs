//! Layers over sequences against PyTorch: outputs, dL/dx and every parameter's gradient of the goldens in
//! `parity/sequences.json`, whose `sequences.py` says how they were made. Every case has to be known here by its name.

#![cfg(feature = "alloc")]

#[path = "ui/check/gradients.rs"]
mod gradients;
#[path = "parity/replay.rs"]
mod replay;

use dnn::prelude::*;
use replay::{Case, replay};

network! {
    /// `rnn`
    pub struct RnnNet<T>: [5, 3] -> [5, 4] { layer: Rnn<3, 4> }
    /// `rnn_last`
    pub struct RnnLastNet<T>: [4, 2] -> [3] { layer: Rnn<2, 3, output = last> }
    /// `rnn_no_bias`
    pub struct RnnNoBiasNet<T>: [3, 2] -> [3, 3] { layer: Rnn<2, 3, bias = false> }
    /// `rnn_both`
    pub struct RnnBothNet<T>: [4, 2] -> [4, 6] { layer: Rnn<2, 3, bidirectional = true> }
    /// `rnn_deep`
    pub struct RnnDeepNet<T>: [4, 3] -> [4, 2] { layer: Rnn<3, 2, layers = 3> }
    /// `rnn_all`
    pub struct RnnAllNet<T>: [3, 2] -> [4] { layer: Rnn<2, 2, layers = 2, bidirectional = true, bias = false, output = last> }
    /// `rnn_relu`
    pub struct RnnReluNet<T>: [4, 3] -> [4, 4] { layer: Rnn<3, 4, nonlinearity = relu, layers = 2> }
    /// `gru`
    pub struct GruNet<T>: [5, 3] -> [5, 4] { layer: Gru<3, 4> }
    /// `gru_last`
    pub struct GruLastNet<T>: [4, 2] -> [3] { layer: Gru<2, 3, output = last> }
    /// `gru_no_bias`
    pub struct GruNoBiasNet<T>: [3, 2] -> [3, 3] { layer: Gru<2, 3, bias = false> }
    /// `gru_both`
    pub struct GruBothNet<T>: [4, 2] -> [4, 6] { layer: Gru<2, 3, bidirectional = true> }
    /// `gru_deep`
    pub struct GruDeepNet<T>: [4, 3] -> [4, 2] { layer: Gru<3, 2, layers = 3> }
    /// `gru_all`
    pub struct GruAllNet<T>: [3, 2] -> [4] { layer: Gru<2, 2, layers = 2, bidirectional = true, bias = false, output = last> }
    /// `gru_wide`
    pub struct GruWideNet<T>: [3, 9] -> [3, 8] { layer: Gru<9, 8> }
    /// `lstm`
    pub struct LstmNet<T>: [5, 3] -> [5, 4] { layer: Lstm<3, 4> }
    /// `lstm_last`
    pub struct LstmLastNet<T>: [4, 2] -> [3] { layer: Lstm<2, 3, output = last> }
    /// `lstm_no_bias`
    pub struct LstmNoBiasNet<T>: [3, 2] -> [3, 3] { layer: Lstm<2, 3, bias = false> }
    /// `lstm_both`
    pub struct LstmBothNet<T>: [4, 2] -> [4, 6] { layer: Lstm<2, 3, bidirectional = true> }
    /// `lstm_deep`
    pub struct LstmDeepNet<T>: [4, 3] -> [4, 2] { layer: Lstm<3, 2, layers = 3> }
    /// `lstm_all`
    pub struct LstmAllNet<T>: [3, 2] -> [4] { layer: Lstm<2, 2, layers = 2, bidirectional = true, bias = false, output = last> }
    /// `attention`
    pub struct AttentionNet<T>: [4, 6] -> [4, 6] { layer: MultiHeadAttention<6, 2> }
    /// `attention_causal`
    pub struct AttentionCausalNet<T>: [4, 6] -> [4, 6] { layer: MultiHeadAttention<6, 3, causal = true> }
    /// `attention_no_bias`
    pub struct AttentionNoBiasNet<T>: [3, 4] -> [3, 4] { layer: MultiHeadAttention<4, 1, bias = false> }
    /// `attention_no_bias_causal`
    pub struct AttentionNoBiasCausalNet<T>: [3, 4] -> [3, 4] {
        layer: MultiHeadAttention<4, 4, bias = false, causal = true>
    }
    /// `attention_wide`
    pub struct AttentionWideNet<T>: [9, 8] -> [9, 8] { layer: MultiHeadAttention<8, 1> }
    /// `positional_encoding`
    pub struct PositionalEncodingNet<T>: [7, 5] -> [7, 5] { PositionalEncoding }
    /// `positional_embedding`
    pub struct PositionalEmbeddingNet<T>: [3, 4] -> [3, 4] { layer: PositionalEmbedding<5, 4> }
    /// `encoder`
    pub struct EncoderNet<T>: [3, 4] -> [3, 4] { layer: TransformerEncoderLayer<4, 2, 6>(0.0) }
    /// `encoder_gelu_first`
    pub struct EncoderGeluFirstNet<T>: [3, 4] -> [3, 4] {
        layer: TransformerEncoderLayer<4, 2, 6, activation = gelu, norm_first = true>(dropout = 0.0)
    }
    /// `encoder_causal`
    pub struct EncoderCausalNet<T>: [3, 4] -> [3, 4] {
        layer: TransformerEncoderLayer<4, 1, 5, causal = true>(0.0, layer_norm_eps = 1e-3)
    }
    /// `classifier`: a small transformer
    pub struct Classifier<T>: [5, 3] -> [3] {
        fc1: Linear<3, 8>,
        PositionalEncoding,
        encoder1: TransformerEncoderLayer<8, 2, 12>(0.0),
        encoder2: TransformerEncoderLayer<8, 4, 12, activation = gelu, norm_first = true>(0.0),
        norm: LayerNorm<8>,
        Mean<axis = 0>,
        fc2: Linear<8, 3>,
    }
    /// `embedding`
    pub struct EmbeddingNet<T>: [u16; 4] -> [4, 2] { layer: Embedding<7, 2> }
    /// `embedding_padding`
    pub struct EmbeddingPaddingNet<T>: [u16; 4] -> [4, 2] { layer: Embedding<7, 2, padding_idx = -4> }
}

/// A network of integers of a case, forwards and backwards: they have no gradient.
fn tokens<N, T>(case: &Case)
where
    T: Scalar,
    N: Network<Input = [u16; 4], Scalar = T>,
{
    let net: Box<N> = case.network();
    let x: Vec<u16> = case.numbers::<f64>("/tokens").into_iter().map(|token| token as u16).collect();
    let (x, dy) = (dnn::tensor::batch(&x), case.numbers("/dy"));
    let mut dy = dnn::tensor::batch::<dnn::Output<N>>(&dy).to_vec();
    let (mut y, mut gradient) = (dy.clone(), dnn::boxed_zeros::<N::Gradient>());
    let mut workspace = vec![T::ZERO; <N as Layer<[u16; 4]>>::TRAIN.len(x.len())];
    Layer::forward(&*net, &Pass::default(), x, &mut y, &mut workspace);
    Layer::backward(&*net, &Pass::default(), x, &y, &mut workspace, &mut dy, None, Some(&mut gradient));
    case.close("/y", dnn::tensor::flat(&y));
    case.close("/gradients/weight", gradient.parameter("layer.weight").unwrap());
}

fn layer<T: Scalar>(case: &Case) {
    match case.name() {
        "rnn" => replay::<RnnNet<T>, _, T>(case),
        "rnn_last" => replay::<RnnLastNet<T>, _, T>(case),
        "rnn_no_bias" => replay::<RnnNoBiasNet<T>, _, T>(case),
        "rnn_both" => replay::<RnnBothNet<T>, _, T>(case),
        "rnn_deep" => replay::<RnnDeepNet<T>, _, T>(case),
        "rnn_all" => replay::<RnnAllNet<T>, _, T>(case),
        "rnn_relu" => replay::<RnnReluNet<T>, _, T>(case),
        "gru" => replay::<GruNet<T>, _, T>(case),
        "gru_last" => replay::<GruLastNet<T>, _, T>(case),
        "gru_no_bias" => replay::<GruNoBiasNet<T>, _, T>(case),
        "gru_both" => replay::<GruBothNet<T>, _, T>(case),
        "gru_deep" => replay::<GruDeepNet<T>, _, T>(case),
        "gru_all" => replay::<GruAllNet<T>, _, T>(case),
        "gru_wide" => replay::<GruWideNet<T>, _, T>(case),
        "lstm" => replay::<LstmNet<T>, _, T>(case),
        "lstm_last" => replay::<LstmLastNet<T>, _, T>(case),
        "lstm_no_bias" => replay::<LstmNoBiasNet<T>, _, T>(case),
        "lstm_both" => replay::<LstmBothNet<T>, _, T>(case),
        "lstm_deep" => replay::<LstmDeepNet<T>, _, T>(case),
        "lstm_all" => replay::<LstmAllNet<T>, _, T>(case),
        "attention" => replay::<AttentionNet<T>, _, T>(case),
        "attention_causal" => replay::<AttentionCausalNet<T>, _, T>(case),
        "attention_no_bias" => replay::<AttentionNoBiasNet<T>, _, T>(case),
        "attention_no_bias_causal" => replay::<AttentionNoBiasCausalNet<T>, _, T>(case),
        "attention_wide" => replay::<AttentionWideNet<T>, _, T>(case),
        "positional_encoding" => replay::<PositionalEncodingNet<T>, _, T>(case),
        "positional_embedding" => replay::<PositionalEmbeddingNet<T>, _, T>(case),
        "encoder" => replay::<EncoderNet<T>, _, T>(case),
        "encoder_gelu_first" => replay::<EncoderGeluFirstNet<T>, _, T>(case),
        "encoder_causal" => replay::<EncoderCausalNet<T>, _, T>(case),
        "classifier" => replay::<Classifier<T>, _, T>(case),
        "embedding" => tokens::<EmbeddingNet<T>, T>(case),
        "embedding_padding" => tokens::<EmbeddingPaddingNet<T>, T>(case),
        other => panic!("no network for the case {other}"),
    }
}

#[test]
fn every_layer_over_sequences_agrees_with_pytorch() {
    let cases = replay::all("sequences.json", layer::<f32>, layer::<f64>);
    assert!(cases >= 2 * 33, "only {cases} cases");
}

network! {
    /// Each kind of recurrent layer on top of the other, with all options.
    pub struct Recurrent<T>: [4, 3] -> [2] {
        rnn: Rnn<3, 4, bidirectional = true, layers = 2>,
        Dropout(0.1),
        gru: Gru<8, 3, layers = 3, bias = false>,
        lstm: Lstm<3, 2, bidirectional = true, layers = 2, output = last>,
        fc: Linear<4, 2>,
    }

    /// Attention on top of attention, with places of both kinds.
    pub struct Attentive<T>: [4, 6] -> [4, 6] {
        PositionalEncoding,
        attention1: MultiHeadAttention<6, 2>(dropout = 0.3),
        Dropout(0.1),
        positions: PositionalEmbedding<5, 6>,
        attention2: MultiHeadAttention<6, 3, causal = true, bias = false>,
    }

    /// Layers of a transformer that drop out at every place.
    pub struct Encoders<T>: [3, 4] -> [3, 4] {
        encoder1: TransformerEncoderLayer<4, 2, 5, activation = gelu>(0.2),
        Dropout(0.1),
        encoder2: TransformerEncoderLayer<4, 4, 6, activation = gelu, norm_first = true, causal = true>,
    }

    /// The same layer several times, without dropout.
    pub struct Stacked<T>: [3, 4] -> [3, 4] {
        layers: [TransformerEncoderLayer<4, 2, 5, norm_first = true>(dropout = 0.0); 3],
        encoder: TransformerEncoderLayer<4, 1, 3>(dropout = 0.0, layer_norm_eps = 1e-3),
    }

    /// Half of everything is dropped, twice.
    pub struct Dropping: [4, 64] -> [4, 64] {
        layers: [TransformerEncoderLayer<64, 2, 8, norm_first = true>(dropout = 0.5); 2],
    }

    /// PyTorch's defaults.
    pub struct Base: [10, 512] -> [10, 512] { layer: TransformerEncoderLayer<512, 8> }

    /// Tokens to classes.
    pub struct Words: [u16; 4] -> [2] {
        embedding: Embedding<7, 2, padding_idx = 3>,
        PositionalEncoding,
        lstm: Lstm<2, 4, output = last>,
        fc: Linear<4, 2>,
    }

    /// The gradient passes through a layer that stays what it is.
    pub struct Constant: [3, 2] -> [3, 2] {
        fc1: Linear<2, 3>,
        #[frozen]
        gru: Gru<3, 4, bidirectional = true, layers = 2>,
        fc2: Linear<8, 2>,
    }

    /// The same with nothing frozen.
    #[derive(Clone)]
    pub struct Trained: [3, 2] -> [3, 2] {
        fc1: Linear<2, 3>,
        gru: Gru<3, 4, bidirectional = true, layers = 2>,
        fc2: Linear<8, 2>,
    }
}

#[test]
fn gradients_are_differences_and_single_precision_is_double_precision_rounded() {
    gradients::check::<_, Recurrent<f64>>();
    gradients::check::<_, Attentive<f64>>();
    gradients::check::<_, Encoders<f64>>();
    gradients::check::<_, Stacked<f64>>();
    gradients::compare::<_, _, Encoders<f32>, Encoders<f64>>();
    gradients::compare::<_, _, Stacked<f32>, Stacked<f64>>();
    gradients::compare::<_, _, Recurrent<f32>, Recurrent<f64>>();
    gradients::compare::<_, _, Attentive<f32>, Attentive<f64>>();
}

#[test]
fn stacked_layers_of_a_transformer_have_the_names_and_the_numbers_of_pytorch() {
    let net = Stacked::<f32>::zeros();
    let names: Vec<String> = net.parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names.len(), 4 * 12);
    assert_eq!((&*names[0], &*names[13]), ("layers.0.self_attn.in_proj_weight", "layers.1.self_attn.in_proj_bias"));
    assert_eq!((&*names[35], &*names[38]), ("layers.2.norm2.bias", "encoder.self_attn.out_proj.weight"));
    // Products 12 E + 4 E E, F E + F and E F + E, and 4 E of the norms; multiply-adds of a sample with S S E twice.
    const OF: fn(usize) -> usize = |f| 3 * 16 + 3 * 4 + 16 + 4 + 2 * 4 * f + f + 4 + 4 * 4;
    assert_eq!(Stacked::<f32>::PARAMETERS, 3 * OF(5) + OF(3));
    const MACS: fn(usize) -> usize = |f| 3 * 4 * 16 + 2 * 9 * 4 + 3 * 2 * 4 * f;
    assert_eq!(Stacked::<f32>::MACS, 3 * MACS(5) + MACS(3));
    assert_eq!(Base::PARAMETERS, 3_152_384, "as PyTorch counts");
}

/// With all weights 0 and a bias of 1 each layer adds 2 to what its dropout keeps, and 0 to what it drops.
#[test]
fn stacked_layers_drop_different_elements() {
    let mut net = Dropping::zeros();
    net.layers.iter_mut().for_each(|layer| layer.linear2.bias = [1.0; 64]);
    let mut y = [[[0.0; 64]; 4]; 2];
    let mut workspace = vec![0.0; Dropping::training_workspace(2)];
    net.forward(&Pass::default(), &[[[0.0; 64]; 4]; 2], &mut y, &mut workspace);
    let count = |value: f32| y.as_flattened().as_flattened().iter().filter(|y| **y == value).count();
    let counts = [count(0.0), count(2.0), count(4.0)];
    assert_eq!(counts.iter().sum::<usize>(), 512);
    assert!((100..156).contains(&counts[0]) && (216..296).contains(&counts[1]), "{counts:?}"); // 128 and 256 expected
}

/// Two texts of the same letters, told apart by their order.
#[test]
fn a_network_of_tokens_learns() {
    let (x, targets) = ([[0, 3, 3, 6], [6, 3, 0, 3]], [0u8, 1]);
    let mut trainer = Trainer::new(Words::init(&mut Rng::new(1)), CrossEntropy, Adam::new(0.05));
    assert_eq!(trainer.network().parameter("embedding.weight").unwrap()[6..8], [0.0; 2]);
    for _ in 0..60 {
        trainer.step(&x, &targets);
    }
    assert_eq!(trainer.evaluate(&x, &targets).accuracy, Some(1.0));
    assert_eq!(trainer.network().parameter("embedding.weight").unwrap()[6..8], [0.0; 2], "padding stays what it is");
}

#[test]
#[should_panic(expected = "sample 0 has the token 7 at 2, but the embedding has 7 tokens")]
fn a_token_beyond_the_embedding_is_named() {
    Words::zeros().predict(&[0, 0, 7, 0]);
}

#[test]
fn a_frozen_layer_hands_on_the_gradient_that_a_trained_one_does() {
    let (x, targets) = ([[[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]]; 2], [[[0.25, 0.5]; 3]; 2]);
    let trained = Trained::init(&mut Rng::new(7));
    let Trained { fc1, gru, fc2 } = trained.clone();
    let mut trained = Trainer::new(trained, Mse, Sgd::new(0.1));
    let mut constant = Trainer::new(Constant { fc1, gru, fc2 }, Mse, Sgd::new(0.1));
    trained.backward(&x, &targets);
    constant.backward(&x, &targets);
    assert_eq!(constant.gradient().fc1, trained.gradient().fc1);
    assert_eq!(constant.gradient().fc2, trained.gradient().fc2);
    assert_eq!(constant.gradient().parameters().count(), 4);
}

#[test]
fn every_recurrent_layer_goes_step_by_step_as_it_goes_at_once() {
    const X: [[f64; 3]; 4] = [[0.5, -1.0, 0.25], [2.0, 0.75, -0.5], [-1.5, 0.0, 1.0], [0.125, -0.25, 0.5]];
    macro_rules! compare {
        ($($net:ident<$T:ty> $state:ident),*) => {$(
            let net = $net::<$T>::init(&mut Rng::new(3));
            let x = X.map(|x| x.map(|value| value as $T));
            let mut state = $state::default();
            for (step, (x, y)) in x.iter().zip(net.predict(&x)).enumerate() {
                assert_eq!(net.layer.step(x, &mut state), y, "{} {step}", stringify!($net));
            }
            let again = state;
            assert_ne!(net.layer.step(&x[0], &mut state), net.layer.step(&x[0], &mut $state::default()));
            assert_ne!(state, again, "a state is a value: {}", stringify!($net));
        )*};
    }
    compare!(RnnDeepNet<f32> RnnState, GruDeepNet<f32> GruState, LstmDeepNet<f32> LstmState);
    compare!(RnnDeepNet<f64> RnnState, GruDeepNet<f64> GruState, LstmDeepNet<f64> LstmState);
    compare!(RnnReluNet<f32> RnnState);
}

/// Also where elements are dropped, and tokens looked up: what a sample is does not depend on its place in a part.
#[test]
#[cfg(feature = "deterministic")]
fn a_workspace_of_any_capacity_gives_the_same_bits() {
    let mut rng = Rng::new(9);
    macro_rules! compare {
        ($($net:ty, $x:expr, $target:expr;)*) => {$(
            let x: Vec<_> = (0..7).map(|_| $x).collect();
            let weights = |capacity| {
                let net = <$net>::init(&mut Rng::new(2));
                let mut trainer = Trainer::new(net, Mse, Adam::new(0.01)).capacity(capacity);
                for _ in 0..3 {
                    trainer.step(&x, &[$target; 7]);
                }
                trainer.network().flat().iter().map(|value| value.to_bits()).collect::<Vec<u32>>()
            };
            let whole = weights(7);
            for capacity in [1, 2, 3, 4] {
                assert_eq!(weights(capacity), whole, "{} {capacity}", stringify!($net));
            }
        )*};
    }
    compare! {
        Recurrent<f32>, [[0.0; 3]; 4].map(|row| row.map(|_| f32::uniform(&mut rng, 1.0))), [0.5, -0.5];
        Encoders<f32>, [[0.0; 4]; 3].map(|row| row.map(|_| f32::uniform(&mut rng, 1.0))), [[0.5; 4]; 3];
        Words, [0; 4].map(|_| rng.below(7) as u16), [0.5, -0.5];
    }
}
