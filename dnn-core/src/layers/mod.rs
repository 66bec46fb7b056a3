//! Layers, one file each: formula, forward, backward, tests.

mod planes;

macro_rules! layers {
    ($($file:ident: $($name:ident)|+,)*) => {$(
        pub(crate) mod $file;
        pub use $file::{$($name),+};
    )*};
}

layers! {
    conv2d: Conv2d,
    dropout: Dropout,
    elu: Elu,
    gelu: Gelu | Approximate,
    leaky_relu: LeakyRelu,
    linear: Linear | Bias,
    log_softmax: LogSoftmax,
    max_pool2d: MaxPool2d,
    relu: Relu,
    sigmoid: Sigmoid,
    silu: Silu,
    softmax: Softmax,
    softplus: Softplus,
    tanh: Tanh,
}
