//! Layers, one file each: formula, forward, backward, tests.

macro_rules! layers {
    ($($file:ident: $($name:ident)|+,)*) => {$(
        pub(crate) mod $file;
        pub use $file::{$($name),+};
    )*};
}

layers! {
    dropout: Dropout,
    elu: Elu,
    gelu: Gelu | Approximate,
    leaky_relu: LeakyRelu,
    linear: Linear | Bias,
    log_softmax: LogSoftmax,
    relu: Relu,
    sigmoid: Sigmoid,
    silu: Silu,
    softmax: Softmax,
    softplus: Softplus,
    tanh: Tanh,
}
