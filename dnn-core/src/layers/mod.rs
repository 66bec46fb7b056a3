//! Layers, one file each: formula, forward, backward, tests.

mod planes;
mod recurrent;

pub use recurrent::{Gates, HiddenState};

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
    gru: Gru | GruState,
    leaky_relu: LeakyRelu,
    linear: Linear | Bias,
    log_softmax: LogSoftmax,
    lstm: Lstm | LstmState,
    max_pool2d: MaxPool2d,
    relu: Relu,
    rnn: Rnn | RnnState,
    sigmoid: Sigmoid,
    silu: Silu,
    softmax: Softmax,
    softplus: Softplus,
    tanh: Tanh,
}
