//! What dropout of whole channels of sequences and of images has in common.

use super::channels::{Channels, proofs};
use super::{Arguments, Form, Keeps, Layer, Operation, dropout};
use crate::error::Errors;
use crate::shape::Incoming;
use proc_macro2::TokenStream;
use quote::quote;

struct ChannelDropout {
    channels: Channels,
    value: TokenStream,
}

/// Takes `(p)`, 0.5 as in PyTorch.
pub(super) fn read(
    arguments: &mut Arguments<'_>,
    rank: usize,
    others: &'static [(usize, &'static str)],
) -> Box<dyn Layer> {
    let (label, span) = (arguments.label(), arguments.span());
    let channels = Channels { label, span, count: None, rank: (rank, rank), others };
    let (p, layer) = dropout::probability(arguments);
    Box::new(ChannelDropout { channels, value: quote!(__dnn::Dropout2d { p: #p, layer: #layer }) })
}

impl Layer for ChannelDropout {
    fn operation(&self, incoming: Incoming<'_>, _: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let [count, values] = self.channels.of(&incoming, errors);
        Operation {
            output: incoming.dims.to_vec(),
            form: Form::InPlace { value: self.value.clone(), at: vec![count, values], keeps: Keeps::Nothing },
            field: None,
            macs: Some(0),
            formula: "y = x / (1 - p) or 0, the latter with probability p for each channel".to_owned(),
            derivative: "dx = dy / (1 - p) or 0, by the same mask".to_owned(),
            proofs: proofs(incoming.dims, values),
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
