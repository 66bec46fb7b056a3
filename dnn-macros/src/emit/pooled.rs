//! Layers that do the work of a rectifier and a pooling layer behind them, and what lies between two of these.

use super::{Network, associated, quote};
use crate::layers::Form;
use crate::shape::Node;
use proc_macro2::TokenStream;

/// A layer that pools, as a trait.
pub(super) fn of(network: &Network<'_>, node: &Node) -> Option<TokenStream> {
    let (Form::Op { to, .. }, Some(made)) = (&node.operation.form, &node.pooled) else { return None };
    let (from, made, to) = (network.takes(node, &network.scalar()), network.tensor(made), network.tensor(to));
    Some(quote!(__dnn::Pooled::<#from, #made, #to>))
}

/// The argument that tells a layer that pools which of its values lie in blocks of samples: those that another one makes, or
/// alone reads, if both can.
pub(super) fn inner(network: &Network<'_>, index: usize) -> TokenStream {
    let nodes = &network.typed.nodes;
    if nodes[index].pooled.is_none() {
        return quote!();
    }
    let can = |at: usize| {
        let ty = network.field_type(&nodes[at], &quote!(__dnn));
        associated(nodes[at].span, &ty, of(network, &nodes[at]).unwrap_or_default(), quote!(BLOCKS))
    };
    let both = |pair: Option<[usize; 2]>| match pair.map(|pair| pair.map(can)) {
        Some([a, b]) => quote!(#a && #b),
        None => quote!(false),
    };
    let before = both(nodes[index].follows.map(|before| [before, index]));
    let behind = both((0..nodes.len()).find(|&next| nodes[next].follows == Some(index)).map(|next| [index, next]));
    quote!(, [#before, #behind])
}
