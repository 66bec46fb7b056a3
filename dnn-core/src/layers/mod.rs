//! Layers, one file each: formula, forward, backward, tests.

mod batch_norm;
mod folding;
mod mask;
mod optional;
mod planes;
mod pooled;
pub(crate) mod recurrent;
mod statistics;

pub use batch_norm::{BatchNorm, BatchNormGradient};
pub use mask::Mask;
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
    celu: Celu,
    concat: Concat,
    conv1d: Conv1d,
    conv2d: Conv2d,
    conv_transpose1d: ConvTranspose1d,
    conv_transpose2d: ConvTranspose2d,
    dropout: Dropout,
    dropout1d: Dropout1d,
    dropout2d: Dropout2d,
    elu: Elu,
    embedding: Embedding,
    gelu: Gelu | Approximate,
    global_avg_pool: GlobalAvgPool,
    global_max_pool: GlobalMaxPool,
    glu: Glu,
    group_norm: GroupNorm,
    gru: Gru | GruState,
    hardsigmoid: Hardsigmoid,
    hardswish: Hardswish,
    hardtanh: Hardtanh,
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
    mish: Mish,
    multi_head_attention: MultiHeadAttention,
    multiply: Multiply,
    p_relu: PRelu,
    permute: Permute,
    positional_embedding: PositionalEmbedding,
    positional_encoding: PositionalEncoding,
    relu: Relu,
    relu6: Relu6,
    rms_norm: RmsNorm,
    rnn: Rnn | RnnState,
    selu: Selu,
    sigmoid: Sigmoid,
    silu: Silu,
    softmax: Softmax,
    softplus: Softplus,
    softsign: Softsign,
    split: Split,
    subtract: Subtract,
    tanh: Tanh,
    transformer_encoder_layer: TransformerEncoderLayer,
    upsample: Upsample,
    zero_pad1d: ZeroPad1d,
    zero_pad2d: ZeroPad2d,
}
