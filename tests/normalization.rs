//! Normalisation against PyTorch: outputs and every gradient in training, the running statistics after two batches, and
//! outputs and gradients of inference and of frozen layers. The goldens are those of `parity/normalization.json`, whose
//! `normalization.py` says how they were made. Every case has to be known here by its name.

#![cfg(feature = "alloc")]

#[path = "parity/replay.rs"]
mod replay;

use dnn::prelude::*;
use dnn::{Parameters, Role};
use replay::{Case, replay};

network! {
    /// `batch_norm1d`
    pub struct Features<T>: [5] -> [5] { layer: BatchNorm1d<5> }
    /// `batch_norm1d_pair`
    pub struct Pair<T>: [3] -> [3] { layer: BatchNorm1d<3> }
    /// `batch_norm1d_wide`
    pub struct Wide<T>: [19] -> [19] { layer: BatchNorm1d<19> }
    /// `batch_norm1d_sequence`
    pub struct Sequence<T>: [2, 11] -> [2, 11] { layer: BatchNorm1d<2> }
    /// `batch_norm1d_options`
    pub struct Options<T>: [5] -> [5] { layer: BatchNorm1d<5>(eps = 1e-3, momentum = 0.3) }
    /// `batch_norm1d_plain`
    pub struct Plain<T>: [5] -> [5] { layer: BatchNorm1d<5, affine = false> }
    /// `batch_norm1d_no_bias`
    pub struct NoBias<T>: [3, 4] -> [3, 4] { layer: BatchNorm1d<3, bias = false> }
    /// `batch_norm2d`
    pub struct Image<T>: [3, 3, 4] -> [3, 3, 4] { layer: BatchNorm2d<3> }
    /// `batch_norm2d_single`, `batch_norm2d_small`
    pub struct Square<T>: [2, 3, 3] -> [2, 3, 3] { layer: BatchNorm2d<2> }
    /// `batch_norm2d_options`
    pub struct ImageOptions<T>: [2, 3, 3] -> [2, 3, 3] { layer: BatchNorm2d<2, affine = false>(0.25, momentum = 1.0) }

    /// `layer_norm`
    pub struct Layered<T>: [11] -> [11] { layer: LayerNorm<11> }
    /// `layer_norm_rows`
    pub struct LayeredRows<T>: [3, 5] -> [3, 5] { layer: LayerNorm<5> }
    /// `layer_norm_shape`
    pub struct LayeredShape<T>: [2, 3, 4] -> [2, 3, 4] { layer: LayerNorm<3, 4> }
    /// `layer_norm_no_bias`
    pub struct LayeredNoBias<T>: [5] -> [5] { layer: LayerNorm<5, bias = false> }
    /// `layer_norm_plain`
    pub struct LayeredPlain<T>: [3, 5] -> [3, 5] { LayerNorm<5, elementwise_affine = false>(1e-3) }
    /// `rms_norm`
    pub struct Rms<T>: [11] -> [11] { layer: RmsNorm<11> }
    /// `rms_norm_eps`
    pub struct RmsEps<T>: [3, 5] -> [3, 5] { layer: RmsNorm<5>(eps = 0.1) }
    /// `rms_norm_shape`
    pub struct RmsShape<T>: [2, 3, 4] -> [2, 3, 4] { layer: RmsNorm<3, 4> }
    /// `rms_norm_plain`
    pub struct RmsPlain<T>: [5] -> [5] { RmsNorm<5, elementwise_affine = false> }
    /// `group_norm`
    pub struct Grouped<T>: [4, 3, 3] -> [4, 3, 3] { layer: GroupNorm<2, 4> }
    /// `group_norm_features`
    pub struct GroupedFeatures<T>: [6] -> [6] { layer: GroupNorm<2, 6> }
    /// `group_norm_sequence`
    pub struct GroupedSequence<T>: [6, 4] -> [6, 4] { layer: GroupNorm<1, 6>(eps = 0.1) }
    /// `group_norm_no_bias`
    pub struct GroupedNoBias<T>: [4, 3] -> [4, 3] { layer: GroupNorm<2, 4, bias = false> }
    /// `group_norm_plain`
    pub struct GroupedPlain<T>: [4, 3] -> [4, 3] { GroupNorm<4, 4, affine = false> }
    /// `instance_norm1d`
    pub struct Instances<T>: [3, 5] -> [3, 5] { InstanceNorm1d<3> }
    /// `instance_norm2d`
    pub struct InstancesOfImages<T>: [2, 3, 3] -> [2, 3, 3] { InstanceNorm2d<2>(eps = 1e-3) }
    /// `instance_norm2d_affine`
    pub struct InstancesAffine<T>: [2, 3, 3] -> [2, 3, 3] { layer: InstanceNorm2d<2, affine = true> }
}

/// A tensor's name in the file, where the layer has none.
fn own(name: &dnn::Path) -> String {
    name.to_string().trim_start_matches("layer.").to_owned()
}

/// Forward and backward, compared with the fields of the case whose names end in `kind`.
fn passes<N, X, T>(case: &Case, net: &N, pass: &Pass, y_name: &str, kind: &str, workspace: &mut [T])
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let (x, dy) = (case.numbers("/x"), case.numbers("/dy"));
    let x: &[X] = dnn::tensor::batch(&x);
    let mut dy = dnn::tensor::batch::<dnn::Output<N>>(&dy).to_vec();
    let (mut y, mut dx, mut gradient) = (dy.clone(), x.to_vec(), dnn::boxed_zeros::<N::Gradient>());
    Layer::forward(net, pass, x, &mut y, workspace);
    Layer::backward(net, pass, x, &y, workspace, &mut dy, Some(&mut dx), Some(&mut gradient));
    case.close(y_name, dnn::tensor::flat(&y));
    case.close(&format!("/dx{kind}"), dnn::tensor::flat(&dx));
    for named in gradient.parameters() {
        case.close(&format!("/gradients{kind}/{}", own(&named.name)), named.values);
    }
}

fn batch_norm<N, X, T>(case: &Case)
where
    T: Scalar,
    X: Tensor<Scalar = T>,
    N: Network<Input = X, Scalar = T>,
{
    let mut net: Box<N> = case.network();
    let again = case.numbers("/x_again");
    let again: &[X] = dnn::tensor::batch(&again);
    let mut y = vec![dnn::tensor::zero::<dnn::Output<N>>(); again.len()];
    let mut workspace = vec![T::ZERO; <N as Layer<X>>::TRAIN.len(again.len())];
    let pass = Pass::default();

    passes::<N, X, T>(case, &net, &pass, "/y", "", &mut workspace);
    net.absorb(again.len(), &workspace);
    Layer::forward(&*net, &pass, again, &mut y, &mut workspace);
    net.absorb(again.len(), &workspace);
    for named in net.parameters().filter(|named| named.role == Role::Buffer) {
        case.close(&format!("/buffers/{}", own(&named.name)), named.values);
    }

    passes::<N, X, T>(case, &net, &pass.frozen(), "/inferred", "_inferred", &mut workspace);
    let x = case.numbers("/x");
    Layer::infer(&*net, dnn::tensor::batch(&x), &mut y, &mut workspace);
    case.close("/inferred", dnn::tensor::flat(&y));
}

fn layer<T: Scalar>(case: &Case) {
    match case.name() {
        "batch_norm1d" => batch_norm::<Features<T>, _, T>(case),
        "batch_norm1d_pair" => batch_norm::<Pair<T>, _, T>(case),
        "batch_norm1d_wide" => batch_norm::<Wide<T>, _, T>(case),
        "batch_norm1d_sequence" => batch_norm::<Sequence<T>, _, T>(case),
        "batch_norm1d_options" => batch_norm::<Options<T>, _, T>(case),
        "batch_norm1d_plain" => batch_norm::<Plain<T>, _, T>(case),
        "batch_norm1d_no_bias" => batch_norm::<NoBias<T>, _, T>(case),
        "batch_norm2d" => batch_norm::<Image<T>, _, T>(case),
        "batch_norm2d_single" | "batch_norm2d_small" => batch_norm::<Square<T>, _, T>(case),
        "batch_norm2d_options" => batch_norm::<ImageOptions<T>, _, T>(case),
        "layer_norm" => replay::<Layered<T>, _, T>(case),
        "layer_norm_rows" => replay::<LayeredRows<T>, _, T>(case),
        "layer_norm_shape" => replay::<LayeredShape<T>, _, T>(case),
        "layer_norm_no_bias" => replay::<LayeredNoBias<T>, _, T>(case),
        "layer_norm_plain" => replay::<LayeredPlain<T>, _, T>(case),
        "rms_norm" => replay::<Rms<T>, _, T>(case),
        "rms_norm_eps" => replay::<RmsEps<T>, _, T>(case),
        "rms_norm_shape" => replay::<RmsShape<T>, _, T>(case),
        "rms_norm_plain" => replay::<RmsPlain<T>, _, T>(case),
        "group_norm" => replay::<Grouped<T>, _, T>(case),
        "group_norm_features" => replay::<GroupedFeatures<T>, _, T>(case),
        "group_norm_sequence" => replay::<GroupedSequence<T>, _, T>(case),
        "group_norm_no_bias" => replay::<GroupedNoBias<T>, _, T>(case),
        "group_norm_plain" => replay::<GroupedPlain<T>, _, T>(case),
        "instance_norm1d" => replay::<Instances<T>, _, T>(case),
        "instance_norm2d" => replay::<InstancesOfImages<T>, _, T>(case),
        "instance_norm2d_affine" => replay::<InstancesAffine<T>, _, T>(case),
        other => panic!("no network for the case {other}"),
    }
}

#[test]
fn every_normalisation_agrees_with_pytorch() {
    let cases = replay::all("normalization.json", layer::<f32>, layer::<f64>);
    assert!(cases >= 2 * 28, "only {cases} cases");
}
