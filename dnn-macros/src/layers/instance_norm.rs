//! What instance normalisation of sequences and images has in common: it is group normalisation with a group for each
//! channel.

use super::channels::Channels;
use super::group_norm::GroupNorm;
use super::{Arguments, Layer, batch_norm};

/// Takes the number of channels, `affine = false`, `bias = true`, and `(eps)`, 1e-5 as in PyTorch.
pub(super) fn read(
    arguments: &mut Arguments<'_>,
    rank: usize,
    others: &'static [(usize, &'static str)],
) -> Box<dyn Layer> {
    let (label, span) = (arguments.label(), arguments.span());
    let count = arguments.lengths(&["channels"]).pop().flatten();
    let has = batch_norm::affine(arguments, false);
    match arguments.says("track_running_stats", "true") {
        Some(place) => {
            let message = "running statistics of single samples are not supported";
            arguments.error(place, format!("`{label}`: {message}: remove this, or use `BatchNorm{rank}d`"));
        }
        None => {
            arguments.word_option("track_running_stats", &["false"]);
        }
    }
    if has[0] {
        arguments.demand_name();
    }
    let eps = batch_norm::eps(arguments);
    let channels = Channels { label, span, count, rank: (rank + 1, rank + 1), others };
    Box::new(GroupNorm { channels, groups: None, place: span.into(), advice: "write `LayerNorm`", has, eps })
}
