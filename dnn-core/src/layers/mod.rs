//! Layers, one file each: formula, forward, backward, tests.

mod batch_norm;
mod folding;
mod optional;
mod planes;
mod recurrent;
mod statistics;

pub use batch_norm::{BatchNorm, BatchNormGradient};
pub use optional::{Absent, Optional};
pub use recurrent::{Gates, HiddenState};

macro_rules! layers {
    ($($file:ident: $($name:ident)|+,)*) => {$(
        pub(crate) mod $file;
        pub use $file::{$($name),+};
    )*};
}

layers! {
    adaptive_avg_pool1d: AdaptiveAvgPool1d,
    adaptive_avg_pool2d: AdaptiveAvgPool2d,
    adaptive_max_pool1d: AdaptiveMaxPool1d,
    adaptive_max_pool2d: AdaptiveMaxPool2d,
    add: Add | Repeat,
    affine: Affine,
    avg_pool1d: AvgPool1d,
    avg_pool2d: AvgPool2d,
    batch_norm1d: BatchNorm1d,
    batch_norm2d: BatchNorm2d,
    concat: Concat,
    conv1d: Conv1d,
    conv2d: Conv2d,
    conv_transpose1d: ConvTranspose1d,
    conv_transpose2d: ConvTranspose2d,
    dropout: Dropout,
    elu: Elu,
    embedding: Embedding,
    gelu: Gelu | Approximate,
    global_avg_pool: GlobalAvgPool,
    global_max_pool: GlobalMaxPool,
    group_norm: GroupNorm,
    gru: Gru | GruState,
    instance_norm1d: InstanceNorm1d,
    instance_norm2d: InstanceNorm2d,
    layer_norm: LayerNorm,
    leaky_relu: LeakyRelu,
    linear: Linear | Bias,
    log_softmax: LogSoftmax,
    lstm: Lstm | LstmState,
    max_pool1d: MaxPool1d,
    max_pool2d: MaxPool2d,
    mean: Mean,
    multi_head_attention: MultiHeadAttention,
    multiply: Multiply,
    permute: Permute,
    positional_embedding: PositionalEmbedding,
    positional_encoding: PositionalEncoding,
    relu: Relu,
    rms_norm: RmsNorm,
    rnn: Rnn | RnnState,
    sigmoid: Sigmoid,
    silu: Silu,
    softmax: Softmax,
    softplus: Softplus,
    split: Split,
    subtract: Subtract,
    tanh: Tanh,
    transformer_encoder_layer: TransformerEncoderLayer,
    upsample: Upsample,
    zero_pad1d: ZeroPad1d,
    zero_pad2d: ZeroPad2d,
}
