//! The struct: plain public fields, and in its documentation the table of layers.

use super::{Network, passes};
use crate::layers::Field;
use crate::memory::{Schedule, Storage};
use crate::placement::Extent;
use crate::shape::{Node, brackets};
use crate::syntax::Scalar;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(super) fn emit(network: &Network<'_>) -> TokenStream {
    let declaration = network.declaration;
    let (attributes, visibility, name) = (&declaration.attributes, &declaration.visibility, &declaration.name);
    let generics = match &declaration.scalar {
        // A layer of the user's own may demand this of its own parameter.
        Scalar::Generic(word) => {
            let krate = network.krate;
            quote!(<#word: #krate::Scalar>)
        }
        _ => quote!(),
    };
    let fields = network.ordered_fields().map(|(node, field, _)| {
        let docs = &declaration.layers[node.layer].docs;
        let line = line(network, node);
        let ty = network.member(node, network.krate);
        let gap = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
        quote!(#(#docs)* #gap #[doc = #line] pub #field: #ty,)
    });
    // Rust wants a type parameter used: activations alone have no field of it.
    let marker = match &declaration.scalar {
        Scalar::Generic(word) if network.fields().next().is_none() => {
            quote!(#[doc(hidden)] pub __scalar: ::core::marker::PhantomData<#word>,)
        }
        _ => quote!(),
    };
    let table = table(network);
    // A blank line keeps the table apart from the user's own documentation.
    let gap = attributes.iter().any(|a| a.path().is_ident("doc")).then(|| quote!(#[doc = ""]));
    quote! {
        #(#attributes)*
        #gap
        #[doc = #table]
        #[repr(C)]
        #visibility struct #name #generics {
            #(#fields)*
            #marker
        }
    }
}

/// `` `Linear<784, 128>`: [784] -> [128] ``
fn line(network: &Network<'_>, node: &Node) -> String {
    let (input, output) = shapes(network, node);
    let frozen = if node.frozen { ", frozen" } else { "" };
    match (&network.declaration.layers[node.layer].count, node.inputs.is_empty()) {
        (_, true) => format!("`{}`: `{output}`{frozen}", node.kind),
        (Some(count), _) => format!("{} times `{}`: `{input}` to `{output}`{frozen}", count.value, node.kind),
        (None, _) => format!("`{}`: `{input}` to `{output}`{frozen}", node.kind),
    }
}

fn shapes(network: &Network<'_>, node: &Node) -> (String, String) {
    let values = &network.typed.values;
    let inputs: Vec<String> = node.inputs.iter().map(|input| brackets(&values[input.0].dims)).collect();
    (inputs.join(", "), brackets(&node.operation.output))
}

/// The table of layers. What only the types know is a dash; `summary()` knows it.
fn table(network: &Network<'_>) -> String {
    let bytes = if matches!(network.declaration.scalar, Scalar::F64) { 8 } else { 4 };
    let mut text =
        "| layer | type | in | out | parameters | MACs | bytes |\n|---|---|---|---|--:|--:|--:|\n".to_owned();
    let cell = |number: Option<usize>| number.map_or("–".to_owned(), |number| format!("`{number}`"));
    let (mut parameters, mut held, mut macs) = (Some(0), Some(0), Some(0));
    for node in &network.typed.nodes {
        let (input, output) = shapes(network, node);
        let (own, all) = if node.again { (Some(0), Some(0)) } else { scalars(node.operation.field.as_ref()) };
        let name = network.declaration.layers[node.layer].name.as_ref();
        let element = node.element.map_or(String::new(), |element| format!("[{element}]"));
        let name = name.map_or(String::new(), |name| format!("`{name}{element}`"));
        let kind = if node.frozen { format!("{}`, frozen", node.kind) } else { format!("{}`", node.kind) };
        text += &format!(
            "| {name} | `{kind} | `{input}` | `{output}` | {} | {} | {} |\n",
            cell(own),
            cell(node.operation.macs),
            cell(all.map(|count| count * bytes))
        );
        let counts = |is: bool, count: Option<usize>| count.map(|count| if is { count } else { 0 });
        parameters = parameters.zip(counts(!node.frozen, own)).map(|(sum, own)| sum + own);
        held = held.zip(counts(!node.borrowed, all)).map(|(sum, all)| sum + all);
        macs = macs.zip(node.operation.macs).map(|(sum, own)| sum + own);
    }
    text +=
        &format!("| | total | | | {} | {} | {} |\n\n", cell(parameters), cell(macs), cell(held.map(|sum| sum * bytes)));
    let plan = network.plan;
    let (infer, Extent { sample, batch }) = (plan.infer.extent().one() * bytes, plan.train.extent());
    let (train, once) = (sample * bytes, batch * bytes);
    let once = if batch > 0 { format!(" and `{once}` once in a batch") } else { String::new() };
    let own = match passes::behind(network).count() {
        0 => String::new(),
        1 => ", and the workspace of a layer whose type alone knows it".to_owned(),
        several => format!(", and the workspaces of {several} layers whose types alone know them"),
    };
    let scalar = network.scalar().into_token_stream().to_string();
    let scalar = if matches!(network.declaration.scalar, Scalar::Generic(_)) { "f32".to_owned() } else { scalar };
    text + &format!(
        "Workspace in `{scalar}`: `{infer}` bytes to predict one sample, `{train}` bytes a sample{once} to train{own}. \
         Steps are the layers in order, from 0, and behind them those of the backward pass.\n\n{}{}",
        buffers(network, "inference", &plan.infer),
        buffers(network, "training", &plan.train),
    )
}

/// The plan: a line for each buffer, with the layers whose outputs lie there.
fn buffers(network: &Network<'_>, title: &str, schedule: &Schedule) -> String {
    if schedule.places.is_empty() {
        return String::new();
    }
    let mut text =
        format!("| buffer of {title} | scalars a sample | steps | holds the output of |\n|---|--:|--:|---|\n");
    for (number, place) in schedule.places.iter().enumerate() {
        let lies = |node: &&Node| schedule.value(node.output) == Storage::Place(number);
        let layers = network.typed.nodes.iter().filter(lies).map(|node| {
            let name = network.declaration.layers[node.layer].name.as_ref();
            let element = node.element.map_or(String::new(), |element| format!("[{element}]"));
            name.map_or_else(|| format!("`{}`", node.kind), |name| format!("`{name}{element}`"))
        });
        let (layers, (from, to)) = (layers.collect::<Vec<_>>().join(", "), place.live);
        let (start, end) = (place.offset.sample, place.end().sample);
        let once = if place.len.batch > 0 { format!(" + {}", place.len.batch) } else { String::new() };
        text += &format!("| `{}` | `{start}..{end}{once}` | {from} to {to} | {layers} |\n", place.name);
    }
    text + "\n"
}

/// The scalars of a layer that have a gradient, and all of them.
fn scalars(field: Option<&Field>) -> (Option<usize>, Option<usize>) {
    let (parameters, buffers) = field.map_or((Some(0), Some(0)), |field| (field.parameters, field.buffers));
    (parameters, parameters.zip(buffers).map(|(parameters, buffers)| parameters + buffers))
}
