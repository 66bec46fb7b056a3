//! `#[budget(..)]`: what a network takes, compared with its limits. Where the macro knows all numbers it says itself what is
//! too much; where only the types of layers know them, a seal does.

use super::{Network, call, methods, passes, quote};
use crate::error::Errors;
use crate::layers::Form;
use crate::shape::Node;
use crate::syntax::{Limit, Resource};
use proc_macro2::{Literal, TokenStream};

/// What a layer or a buffer takes of a resource.
struct Part {
    /// What messages call it: `` `fc1` ``.
    name: String,
    /// The number, where the macro knows it.
    known: Option<usize>,
    /// The number as a constant expression.
    tokens: TokenStream,
}

impl Part {
    fn known(name: &str, amount: usize) -> Part {
        let literal = Literal::usize_unsuffixed(amount);
        Part { name: format!("`{name}`"), known: Some(amount), tokens: quote!(#literal) }
    }

    fn add(&mut self, other: Part) {
        let (own, others) = (&self.tokens, other.tokens);
        self.tokens = quote!(#own + #others);
        self.known = self.known.zip(other.known).map(|(own, other)| own + other);
    }

    fn of_type(name: &str, tokens: TokenStream) -> Part {
        Part { name: format!("`{name}`"), known: None, tokens }
    }
}

/// Everything that is taken of a resource.
struct Use {
    parts: Vec<Part>,
    /// All of it, which is not the sum of the parts where they share memory.
    total: Part,
}

/// The messages of the macro, and the seals.
pub(super) fn emit(network: &Network<'_>) -> (TokenStream, TokenStream) {
    let (mut messages, mut seals) = (TokenStream::new(), TokenStream::new());
    for limit in network.declaration.own.budget.iter().filter(|_| network.runs) {
        let used = match limit.resource {
            Resource::Parameters => parameters(network),
            Resource::Inference => inference(network),
            Resource::Macs | Resource::Ram => macs(network),
        };
        let condition = limit.condition.as_ref().map(|condition| quote!(#[cfg(#condition)]));
        let known: Option<Vec<(&str, usize)>> =
            used.parts.iter().map(|part| Some((part.name.as_str(), part.known?))).collect();
        match (used.total.known, known) {
            (Some(total), Some(parts)) if total as u64 > limit.amount => {
                let mut errors = Errors::default();
                errors.push(limit.place, exceeded(network, limit, total, parts));
                let message = errors.to_tokens();
                messages.extend(quote!(#condition #message));
            }
            (Some(_), Some(_)) => {}
            _ => {
                let seal = seal(network, limit, &used);
                seals.extend(quote!(#condition #seal));
            }
        }
    }
    (messages, seals)
}

/// What stands before and behind the number that is taken, and the unit of a limit.
fn words(network: &Network<'_>, resource: Resource) -> (String, &'static str, &'static str) {
    let name = &network.declaration.name;
    match resource {
        Resource::Parameters => (format!("`{name}` has "), " bytes of parameters", " B"),
        Resource::Inference => (format!("`{name}` takes "), " bytes to predict", " B"),
        Resource::Macs | Resource::Ram => (format!("`{name}` takes "), " multiply-adds", ""),
    }
}

/// The message of the seal `__dnn::budget::within`, in the same words.
fn exceeded(network: &Network<'_>, limit: &Limit, total: usize, mut parts: Vec<(&str, usize)>) -> String {
    let (before, behind, unit) = words(network, limit.resource);
    parts.sort_by_key(|&(_, amount)| std::cmp::Reverse(amount));
    let largest = parts.iter().filter(|(_, amount)| *amount > 0).take(LARGEST);
    let largest: Vec<String> = largest.map(|(name, amount)| format!("{name} {amount}")).collect();
    let (limit, largest) = (limit.amount, largest.join(", "));
    format!(
        "{before}{total}{behind}, but the budget is {limit} ({largest}): make a layer smaller, or write {total}{unit}"
    )
}

/// So many of the parts are named.
const LARGEST: usize = 3;

fn seal(network: &Network<'_>, limit: &Limit, used: &Use) -> TokenStream {
    let (before, behind, unit) = words(network, limit.resource);
    let parts = used.parts.iter().map(|Part { name, tokens, .. }| quote!((#name, #tokens)));
    let (total, amount) = (&used.total.tokens, Literal::u64_suffixed(limit.amount));
    let call = call(limit.place, quote!(__seal), quote!([#before, #behind, #unit], __TOTAL, #amount, __PARTS));
    quote! {
        const _: () = {
            use __dnn::budget::within as __seal;
            const __PARTS: &[(&str, usize)] = &[#(#parts),*];
            const __TOTAL: usize = #total;
            #call
        };
    }
}

/// Bytes of all tensors that the network holds: parameters, frozen ones too, and buffers.
fn parameters(network: &Network<'_>) -> Use {
    let (bytes, scalar) = (network.scalar_bytes(), network.concrete_scalar());
    let held = network.fields().filter(|(node, ..)| !node.borrowed);
    let parts = held.map(|(node, name, field)| {
        let name = name.to_string();
        let times = network.declaration.layers[node.layer].count.as_ref().map_or(1, |count| count.value);
        match field.parameters {
            Some(count) => Part::known(&name, count * times * bytes),
            None => {
                let (table, times) = (methods::table(network, node), Literal::usize_unsuffixed(times));
                let count = quote!(__dnn::count(#table, ::core::option::Option::None));
                Part::of_type(&name, quote!(#count * #times * ::core::mem::size_of::<#scalar>()))
            }
        }
    });
    sum(parts.collect())
}

/// Multiply-adds for one sample. A layer that is used several times has its share each time.
fn macs(network: &Network<'_>) -> Use {
    let mut parts: Vec<Part> = Vec::new();
    for node in &network.typed.nodes {
        let part = match node.operation.macs {
            Some(macs) => Part::known(&node.label, macs),
            None => Part::of_type(&node.label, methods::macs(network, node)),
        };
        match parts.iter_mut().find(|other| other.name == part.name) {
            Some(other) => other.add(part),
            None => parts.push(part),
        }
    }
    sum(parts)
}

fn sum(parts: Vec<Part>) -> Use {
    let mut total = Part::known("", 0);
    for Part { known, tokens, .. } in &parts {
        total.add(Part { name: String::new(), known: *known, tokens: tokens.clone() });
    }
    Use { parts, total }
}

/// Bytes of scratch that `predict` takes: buffers that are never live together share theirs, and so do the layers whose
/// need only their types know.
fn inference(network: &Network<'_>) -> Use {
    let (bytes, scalar, schedule) = (network.scalar_bytes(), network.concrete_scalar(), &network.plan.infer);
    let in_bytes = |extent: TokenStream| quote!(#extent.len(1) * ::core::mem::size_of::<#scalar>());
    let nodes = || network.typed.nodes.iter().enumerate();
    let is_inside = |node: &Node| matches!(&node.operation.form, Form::Op { workspace, .. } if workspace.is_of_type());
    let parts = schedule.places.iter().enumerate().map(|(at, place)| {
        let is_room = |index: usize| schedule.workspaces[index].is_some_and(|room| room.place == at);
        let layer = nodes().find(|(index, node)| is_room(*index) && is_inside(node));
        let mut part = Part::known(&place.name, place.len.one() * bytes);
        if let Some((_, node)) = layer {
            part.name = format!("inside `{}`", node.label);
        }
        part
    });
    let mut parts: Vec<Part> = parts.collect();
    let mut total = Part::known("", schedule.extent().one() * bytes);
    for node in passes::behind(network) {
        let tokens = in_bytes(passes::own_item(network, node, true, quote!(INFER)));
        parts.push(Part { name: format!("inside `{}`", node.label), known: None, tokens });
        total = Part::of_type("", in_bytes(methods::concrete_extent(network, &quote!(INFER))));
    }
    Use { parts, total }
}
