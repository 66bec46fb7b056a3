//! The seals: constants whose evaluation compares the macro's numbers with what the types say.

use super::passes::{self, own_item};
use super::typenum::Numbers;
use super::{Network, associated, at, quote};
use crate::graph::ValueId;
use crate::layers::{Form, Keeps, Proof, Seal, Type};
use crate::memory::Need;
use crate::shape::Node;
use crate::syntax::{Expression, Scalar};
use proc_macro2::{Literal, TokenStream};

/// None for a declaration with mistakes: their own messages are enough.
pub(super) fn emit(network: &Network<'_>) -> TokenStream {
    if !network.runs {
        return quote!();
    }
    let mut numbers = Numbers::default();
    let nodes = network.typed.nodes.iter();
    let proofs = nodes.flat_map(|node| node.operation.proofs.iter().map(move |proof| (node, proof)));
    let proofs: TokenStream = proofs.map(|(node, proof)| computed(&node.label, proof, &mut numbers)).collect();
    let declaration = network.declaration;
    let header = declaration.inputs.iter().chain(&declaration.outputs).flat_map(|shape| &shape.dims);
    let header = header.map(|length| &length.expression);
    let arguments = declaration.layers.iter().flat_map(|item| item.arguments.iter().map(|argument| &argument.value));
    let written: TokenStream =
        header.chain(arguments).flat_map(Expression::each).filter_map(|length| written(length, &mut numbers)).collect();
    let numbers = numbers.definitions();
    let keeps = network.typed.nodes.iter().filter_map(|node| keeps(network, node));
    let counts = network.fields().filter(|(.., field)| !matches!(field.ty, Type::Tensor { .. })).filter_map(|(node, _, field)| {
        let (label, ty) = (&node.label, network.concrete_field_type(node));
        let count = Literal::usize_unsuffixed(field.parameters? + field.buffers?);
        Some(quote! {
            const _: () = __dnn::check::length(#label, #count, __dnn::count(<#ty as __dnn::Parameters>::TABLE, ::core::option::Option::None));
        })
    });
    let extents = passes::behind(network).filter_map(|node| extents(network, node));
    let outputs = network.typed.nodes.iter().enumerate().filter_map(|(index, node)| output(network, index, node));
    let workspaces =
        network.typed.nodes.iter().zip(&network.plan.needs).filter_map(|(node, need)| workspace(network, node, *need));
    let ends = network.typed.nodes.iter().filter_map(|node| detached(network, node));
    let again = network.typed.nodes.iter().filter_map(|node| recomputed(network, node));
    quote!(#(#again)* #numbers #proofs #written #(#keeps)* #(#counts)* #(#workspaces)* #(#extents)* #(#outputs)* #(#ends)*)
}

/// A length that a shape rule computed: once more by the run time's rule and by typenum.
pub(crate) fn computed(label: &str, proof: &Proof, numbers: &mut Numbers) -> TokenStream {
    let value = Literal::usize_unsuffixed(proof.value);
    let algebra = numbers.value(&proof.algebra);
    let rule = proof.rule.as_ref().map(|rule| quote!(const _: () = __dnn::check::length(#label, #value, #rule);));
    quote! {
        #rule
        const _: () = __dnn::check::length(#label, #value, #algebra);
    }
}

/// Arithmetic that the user wrote, once more by typenum.
fn written(expression: &Expression, numbers: &mut Numbers) -> Option<TokenStream> {
    let (value, algebra) = numbers.arithmetic(expression)?;
    let value = Literal::usize_unsuffixed(value);
    Some(quote!(const _: () = __dnn::check::length("a length", #value, #algebra);))
}

/// What the memory plan keeps for a layer in place.
fn keeps(network: &Network<'_>, node: &Node) -> Option<TokenStream> {
    let Form::InPlace { value, at, keeps } = &node.operation.form else { return None };
    let (label, ty) = (&node.label, super::array(at, network.concrete_scalar()));
    let planned = match keeps {
        Keeps::Nothing => quote!(Nothing),
        Keeps::Input => quote!(Input),
        Keeps::Output => quote!(Output),
    };
    Some(quote! {
        const _: () = __dnn::check::keeps(#label, __dnn::Keeps::#planned, __dnn::kept::<#ty, _>(&#value));
    })
}

/// The workspace that the memory plan gives a layer is the one that it takes.
fn workspace(network: &Network<'_>, node: &Node, need: Option<Need>) -> Option<TokenStream> {
    let (Form::Op { to, value, own, .. }, Some(need)) = (&node.operation.form, need) else { return None };
    let literals = [need.infer.sample, need.infer.batch, need.train.sample, need.train.batch];
    let [infer, infer_once, train, train_once] = literals.map(Literal::usize_unsuffixed);
    let planned = match need.infer.batch + need.train.batch {
        0 => quote!(__dnn::check::each_sample([#infer, #train])),
        _ => quote!([__dnn::Extent::new(#infer, #infer_once), __dnn::Extent::new(#train, #train_once)]),
    };
    let label = &node.label;
    let scalar = network.concrete_scalar();
    let made = node.pooled.as_ref().map(|made| super::array(made, scalar.clone()));
    let (from, to) = (network.takes(node, &scalar), super::array(to, scalar));
    let takes = match value {
        None if own.is_some() => {
            let [infer, train] = [quote!(INFER), quote!(TRAIN)].map(|which| own_item(network, node, true, which));
            quote!([#infer, #train])
        }
        Some(value) => quote!(__dnn::extents_of::<#from, #to, _>(&#value)),
        None => {
            let ty = network.concrete_field_type(node);
            match made {
                Some(made) => quote!(__dnn::extents_pooled::<#from, #made, #to, #ty>()),
                None => quote!(__dnn::extents::<#from, #to, #ty>()),
            }
        }
    };
    Some(quote!(const _: () = __dnn::check::workspace(#label, #planned, #takes);))
}

/// The workspace of a user's own layer in a generic network: the plan takes that of `f32`.
fn extents(network: &Network<'_>, node: &Node) -> Option<TokenStream> {
    let Form::Op { own: Some(_), .. } = &node.operation.form else { return None };
    let Scalar::Generic(_) = &network.declaration.scalar else { return None };
    let label = &node.label;
    let of = |scalar: TokenStream| {
        let (ty, from) = (network.field_type_for(node, &scalar), network.takes(node, &scalar));
        let need = |which| associated(node.span, &ty, quote!(__dnn::Layer<#from>), which);
        let (infer, train) = (need(quote!(INFER)), need(quote!(TRAIN)));
        quote!([#infer, #train])
    };
    let call = {
        let (single, double) = (of(quote!(f32)), of(quote!(f64)));
        at(node.span, quote!(__seal(#label, #single, #double)))
    };
    Some(quote!(const _: () = { use __dnn::check::extents as __seal; #call };))
}

/// A network that is computed again takes no statistics over the batch: they would be lost, or taken twice.
fn recomputed(network: &Network<'_>, node: &Node) -> Option<TokenStream> {
    let (place, 0 | 1) = (network.declaration.layers[node.layer].recompute?, node.element.map_or(0, |at| at + 1))
    else {
        return None;
    };
    let (label, ty) = (&node.label, network.concrete_field_type(node));
    let from = network.takes(node, &network.concrete_scalar());
    let whole = associated(node.span, &ty, quote!(__dnn::Layer<#from>), quote!(WHOLE_BATCH));
    let call = at(place, quote!(__seal(#label, __WHOLE)));
    Some(quote!(const _: () = { use __dnn::check::recomputed as __seal; const __WHOLE: bool = #whole; #call };))
}

/// A nested network hands a gradient on to what is trained before it.
fn detached(network: &Network<'_>, node: &Node) -> Option<TokenStream> {
    let Form::Op { own: Some(_), .. } = &node.operation.form else { return None };
    let trained = |value: &ValueId| network.steps.is_trained(*value);
    let mut value = node.inputs.iter().find(|value| trained(value)).copied()?;
    // The nearest layer before it that is trained.
    let before = loop {
        let maker = network.typed.nodes.iter().find(|other| other.output == value)?;
        if maker.operation.field.is_some() && !maker.frozen {
            break maker;
        }
        value = maker.inputs.iter().find(|value| trained(value)).copied()?;
    };
    let (label, before, ty) = (&node.label, &before.label, network.concrete_field_type(node));
    let from = network.takes(node, &network.concrete_scalar());
    let detached = associated(node.span, &ty, quote!(__dnn::Layer<#from>), quote!(DETACHED));
    let call = at(node.span, quote!(__seal(#label, #before, __DETACHED)));
    Some(quote!(const _: () = { use __dnn::check::attached as __seal; const __DETACHED: bool = #detached; #call };))
}

/// The output of a user's own layer. Every token of the call stands at the place that the message points to: the shape
/// behind the arrow, or the layer's word.
fn output(network: &Network<'_>, index: usize, node: &Node) -> Option<TokenStream> {
    let Form::Op { to, own: Some(seal), .. } = &node.operation.form else { return None };
    let (label, ty) = (&node.label, network.concrete_field_type(node));
    let from = network.takes(node, &network.concrete_scalar());
    let gives = associated(node.span, &ty, quote!(__dnn::Layer<#from>), quote!(Output));
    let dims = associated(node.span, &gives, quote!(__dnn::Tensor), quote!(DIMS));
    Some(match seal {
        Seal::Declared(span) => {
            let call = at(*span, quote!(__seal(#label, __GIVES, &[#(#to),*])));
            quote!(const _: () = { use __dnn::check::output as __seal; const __GIVES: &[usize] = #dims; #call };)
        }
        Seal::Following => {
            // Activations hand on what the layer behind them demands.
            let demands = |node: &&Node| !matches!(node.operation.form, Form::InPlace { .. });
            let next = network.typed.nodes[index + 1..].iter().find(demands);
            let next = next.map_or("the header says".to_owned(), |next| format!("`{}` takes", next.label));
            let call = at(node.span, quote!(__seal(#label, __GIVES, #next, &[#(#to),*])));
            quote!(const _: () = { use __dnn::check::junction as __seal; const __GIVES: &[usize] = #dims; #call };)
        }
    })
}
