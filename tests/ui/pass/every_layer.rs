//! Every layer, with every option.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

network! {
    /// What has parameters, and the activations whose backward pass reads the output.
    #[derive(Clone, Debug)]
    pub struct Outputs<T>: [5] -> [3] {
        fc1: Linear<5, 6>,
        Relu,
        fc2: Linear<6, 7, bias = false>,
        LeakyRelu(0.2),
        fc3: Linear<7, 6, bias = shared>,
        Elu(0.5),
        fc4: Linear<6, 5, bias = true>,
        Sigmoid,
        fc5: Linear<5, 4>,
        Tanh,
        fc6: Linear<4, 3>,
        Softmax,
    }

    /// The activations whose backward pass reads the input.
    #[derive(Clone, Debug)]
    pub struct Inputs<T>: [5] -> [3] {
        fc1: Linear<5, 6>,
        Gelu,
        fc2: Linear<6, 7>,
        Gelu<approximate = tanh>,
        fc3: Linear<7, 6>,
        Gelu<approximate = none>,
        fc4: Linear<6, 5>,
        Silu,
        fc5: Linear<5, 4>,
        Softplus(2.0, threshold = 15.0),
        fc6: Linear<4, 3>,
        LogSoftmax,
    }

    /// What regroups, what works along a dimension, and what drops out.
    #[derive(Clone, Debug)]
    pub struct Shapes<T>: [2, 3, 4] -> [3, 2] {
        Softmax<dim = 1>,
        Dropout(0.25),
        Reshape<6, -1>,
        fc1: Linear<4, 3>,
        LogSoftmax<dim = -2>,
        Flatten,
        Dropout,
        fc2: Linear<18, 6>,
        Dropout(p = 0.1),
        Reshape<3, 2>,
    }

    /// What works on sequences.
    #[derive(Clone, Debug)]
    pub struct Sequences<T>: [3, 2] -> [3] {
        rnn: Rnn<2, 3, nonlinearity = tanh, layers = 2, bidirectional = true, bias = false, output = sequence>,
        gru: Gru<6, 3, layers = 1, bidirectional = false, bias = true>,
        positions: PositionalEmbedding<4, 3>,
        attention: MultiHeadAttention<3, 1, causal = true, bias = true>,
        PositionalEncoding,
        heads: MultiHeadAttention<3, 3, causal = false, bias = false>,
        lstm: Lstm<3, 3, output = last>,
    }

    /// Layers of a transformer.
    #[derive(Clone, Debug)]
    pub struct Encoders<T>: [3, 8] -> [3, 8] {
        encoder1: TransformerEncoderLayer<8, 4, 12, activation = gelu, norm_first = true, causal = true>(dropout = 0.0),
        encoder2: TransformerEncoderLayer<8, 2, 6, activation = relu, norm_first = false, causal = false>(
            dropout = 0.0,
            layer_norm_eps = 1e-3
        ),
    }
}

fn main() {
    gradients::check::<_, Outputs<f64>>();
    gradients::check::<_, Inputs<f64>>();
    gradients::check::<_, Shapes<f64>>();
    gradients::check::<_, Sequences<f64>>();
    gradients::check::<_, Encoders<f64>>();
    gradients::compare::<_, _, Outputs<f32>, Outputs<f64>>();
    gradients::compare::<_, _, Inputs<f32>, Inputs<f64>>();
    gradients::compare::<_, _, Shapes<f32>, Shapes<f64>>();
    gradients::compare::<_, _, Sequences<f32>, Sequences<f64>>();
    gradients::compare::<_, _, Encoders<f32>, Encoders<f64>>();
}
