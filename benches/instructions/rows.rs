//! Networks that spend their instructions in one kernel each, so that a table of them guards every kernel. The layer of slopes
//! before the others is there for the gradient of their inputs, which a first layer does not make.

use dnn::prelude::*;
use dnn::{Network, Output, Tensor};
use std::hint::black_box;

pub(crate) type Run = Box<dyn FnMut(u32)>;

/// A name, and what starts the work of that name.
pub(crate) type Row = (&'static str, fn() -> Run);

const DESCENT: Sgd = Sgd::new(0.01);

/// Samples of numbers from 0 to 1.
fn samples<X: Tensor + Clone>(count: usize, rng: &mut Rng) -> Vec<X>
where
    X::Scalar: Scalar,
{
    let numbers: Vec<X::Scalar> = (0..count * X::LEN).map(|_| X::Scalar::from_f64(rng.unit_f32().into())).collect();
    dnn::tensor::batch(&numbers).to_vec()
}

/// Steps of a trainer, or inferences, of a network on so many samples.
macro_rules! rows {
    ($(
        $name:ident, $samples:literal: $scalar:ident $from:tt -> $to:tt { $($layers:tt)* } $(, $loss:expr, $optimizer:expr)?;
    )*) => {
        $(mod $name {
            use super::*;

            network! {
                struct Net<T>: $from -> $to {
                    $($layers)*
                }
            }

            pub(super) fn start() -> Run {
                let rng = &mut Rng::new(1);
                let net = Net::<$scalar>::boxed(rng);
                let x = samples::<<Net<$scalar> as Network>::Input>($samples, rng);
                let mut y = samples::<Output<Net<$scalar>>>($samples, rng);
                rows!(net, x, y $(, $loss, $optimizer)?)
            }
        })*
        pub(crate) const ALL: &[Row] = &[$((stringify!($name), $name::start)),*];
    };
    ($net:ident, $x:ident, $y:ident, $loss:expr, $optimizer:expr) => {{
        let mut trainer = Trainer::new($net, $loss, $optimizer);
        Box::new(move |times| {
            for _ in 0..times {
                trainer.step(black_box(&$x), black_box(&mut $y));
            }
        })
    }};
    ($net:ident, $x:ident, $y:ident) => {{
        let mut workspace = vec![Default::default(); Net::<f32>::inference_workspace($x.len())];
        Box::new(move |times| {
            for _ in 0..times {
                $net.infer(black_box(&$x), black_box(&mut $y), &mut workspace);
            }
        })
    }};
}

rows! {
    linear_wide, 48: f32 [1024] -> [272] { layer: Linear<1024, 272> };
    linear_colliding, 16: f32 [1024] -> [64] { slope: PRelu<1>, layer: Linear<1024, 64> }, Mse, DESCENT;
    linear_short, 20: f32 [7] -> [40] { slope: PRelu<1>, layer: Linear<7, 40> }, Mse, DESCENT;
    linear_small, 20: f32 [3] -> [5] { slope: PRelu<1>, layer: Linear<3, 5>, Sigmoid }, Mse, DESCENT;
    linear_one, 1: f32 [301] -> [43] { slope: PRelu<1>, layer: Linear<301, 43> }, Mse, Sgd::new(0.01).momentum(0.9);
    linear_double, 9: f64 [101] -> [23] { slope: PRelu<1>, layer: Linear<101, 23>, Tanh }, Mse, Adam::new(0.01);
    conv_samples, 16: f32 [4, 12, 12] -> [6, 5, 5] {
        slope: PRelu<1>, layer: Conv2d<4, 6, 3, stride = 2>
    }, Mse, DESCENT;
    conv_transposed, 16: f32 [4, 6, 6] -> [3, 12, 12] {
        slope: PRelu<1>, layer: ConvTranspose2d<4, 3, 2, stride = 2>
    }, Mse, DESCENT;
    conv_pooled, 16: f32 [1, 16, 16] -> [8, 3, 3] {
        conv1: Conv2d<1, 6, 5, padding = 2>, Relu, MaxPool2d<2>, conv2: Conv2d<6, 8, 3>, Relu, MaxPool2d<2>
    }, Mse, DESCENT;
    conv_positions, 1: f32 [3, 15, 15] -> [1, 7, 7] {
        slope: PRelu<1>, layer: Conv2d<3, 1, 3, stride = 2>
    }, Mse, DESCENT;
    conv_channels, 1: f32 [16, 10, 10] -> [16, 8, 8] { slope: PRelu<1>, layer: Conv2d<16, 16, 3> }, Mse, DESCENT;
    conv_rows, 1: f32 [2, 16, 34] -> [3, 16, 32] { layer: Conv2d<2, 3, 3, padding = [1, 0]> };
    conv_small, 4: f32 [1, 5, 5] -> [2, 4, 4] { slope: PRelu<1>, layer: Conv2d<1, 2, 2> }, Mse, DESCENT;
    pool_pairs, 4: f32 [3, 14, 42] -> [3, 7, 21] { slope: PRelu<1>, MaxPool2d<2> }, Mse, DESCENT;
    pool_windows, 4: f32 [3, 14, 14] -> [3, 3, 3] {
        slope: PRelu<1>, MaxPool2d<3, stride = 2, padding = 1>, AvgPool2d<2>
    }, Mse, DESCENT;
    resample, 4: f32 [3, 6, 6] -> [3, 16, 16] {
        slope: PRelu<1>, ZeroPad2d<[1, 1, 1, 1]>, Upsample<scale_factor = 2, mode = bilinear>
    }, Mse, DESCENT;
    gru, 4: f32 [6, 10] -> [6, 24] { slope: PRelu<1>, layer: Gru<10, 24> }, Mse, DESCENT;
    lstm, 4: f32 [6, 10] -> [6, 24] { slope: PRelu<1>, layer: Lstm<10, 24> }, Mse, DESCENT;
    rnn, 4: f32 [6, 10] -> [6, 24] { slope: PRelu<1>, layer: Rnn<10, 24> }, Mse, DESCENT;
    attention, 2: f32 [10, 32] -> [10, 32] { layer: TransformerEncoderLayer<32, 4, 64>(dropout = 0.0) }, Mse, DESCENT;
    normalisation, 8: f32 [8, 5, 5] -> [8, 5, 5] { layer: BatchNorm2d<8>, norm: GroupNorm<2, 8> }, Mse, DESCENT;
    sigmoid, 4: f32 [250] -> [250] { slope: PRelu<1>, Sigmoid }, Mse, DESCENT;
    tanh, 4: f32 [250] -> [250] { slope: PRelu<1>, Tanh }, Mse, DESCENT;
    gelu, 4: f32 [250] -> [250] { slope: PRelu<1>, Gelu }, Mse, DESCENT;
    gelu_tanh, 4: f32 [250] -> [250] { slope: PRelu<1>, Gelu<approximate = tanh> }, Mse, DESCENT;
    silu, 4: f32 [250] -> [250] { slope: PRelu<1>, Silu }, Mse, DESCENT;
    softplus, 4: f32 [250] -> [250] { slope: PRelu<1>, Softplus }, Mse, DESCENT;
    mish, 4: f32 [250] -> [250] { slope: PRelu<1>, Mish }, Mse, DESCENT;
    elu, 4: f32 [250] -> [250] { slope: PRelu<1>, Elu, Celu, Selu }, Mse, DESCENT;
    glu, 4: f32 [250] -> [125] { slope: PRelu<1>, Glu }, Mse, DESCENT;
    softmax, 4: f32 [250] -> [250] { slope: PRelu<1>, Softmax }, Mse, DESCENT;
    log_softmax, 4: f32 [250] -> [250] { slope: PRelu<1>, LogSoftmax }, Mse, DESCENT;
    bce, 4: f32 [250] -> [250] { slope: PRelu<1>, Sigmoid }, Bce, Sgd::new(0.01);
    bce_with_logits, 4: f32 [250] -> [250] { slope: PRelu<1> }, BceWithLogits, Sgd::new(0.01);
    adamw, 1: f32 [65] -> [33] { layer: Linear<65, 33> }, L1, AdamW::new(0.01);
    rms_prop, 1: f32 [65] -> [33] { layer: Linear<65, 33> }, Huber, RmsProp::new(0.01);
    adagrad, 1: f32 [65] -> [33] { layer: Linear<65, 33> }, Mse, Adagrad::new(0.01);
}
