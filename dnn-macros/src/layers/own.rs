//! A user's own layer: a type that implements `Layer<X>` and derives `Parameters`.
//!
//! Its output is what the declaration says behind an arrow or, without one, what the layers behind it take; a seal compares
//! that with the type.

use super::{Field, Form, Layer, Operation, Reads, Seal, Type, Workspace};
use crate::error::{Errors, name_for};
use crate::shape::{Incoming, brackets};
use crate::syntax::{Declaration, Item, MAX_VALUES, Shape};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

struct Own {
    label: String,
    /// The name of a network of the same block.
    network: Option<String>,
    /// The shapes that it takes.
    takes: Option<Vec<Vec<usize>>>,
    span: Span,
    /// Its type, if it can be one.
    ty: Option<TokenStream>,
    output: Option<(Span, Vec<usize>)>,
}

/// Any path with any generic arguments; `network` is the declaration of a network in the same block.
pub(super) fn read(item: &Item, network: Option<&Declaration>, errors: &mut Errors) -> Box<dyn Layer> {
    let word = &item.path.segments.last().expect("a parsed path has a segment").ident;
    let path = &item.path;
    let label = item.name.as_ref().unwrap_or(word).to_string();
    if item.name.is_none() {
        let example = name_for(&word.to_string());
        errors.push(
            word.span(),
            format!("`{word}` is a layer of your own, so it needs a name: write `{example}: {word}`"),
        );
    }
    if let Some(first) = item.hyper.first() {
        let message =
            format!("`{label}` is a layer of your own and takes no hyper-parameters: make them constants of its type");
        errors.push(first.value.place(), message);
    }
    let ty = match &item.generics {
        Some(generics) => quote!(#path<#generics>),
        None => quote!(#path),
    };
    if let Some(parameter) = item.parameter.as_ref().filter(|parameter| !names(ty.clone(), parameter)) {
        let message = format!(
            "`{label}` computes in one scalar, but the network is generic over `{parameter}`: make the layer generic too, \
             `{word}<{parameter}>`"
        );
        errors.push(word.span(), message);
    }
    let ty = if let Some(option) = item.generics.clone().and_then(option) {
        let advice = format!("a type of your own takes no options: remove `{option}`");
        errors.push(option.span(), format!("there is no built-in layer `{word}`, and {advice}"));
        None
    } else if matches!(syn::parse2(ty.clone()), Ok(syn::Type::Path(_))) {
        Some(ty)
    } else {
        errors.push(word.span(), format!("`{label}`: this is no type: write a layer, such as `Linear<784, 10>`"));
        None
    };
    // As one token, whose content keeps its places: rustc's message about an unknown type then appears once.
    let ty = ty.map(|ty| TokenTree::Group(Group::new(Delimiter::None, ty)).into());
    let known = network.filter(|network| network.outputs.iter().chain(&network.inputs).all(|shape| shape.certain));
    let output = known.map(|network| (word.span(), output(network)));
    let output = item.output.as_ref().map(|shape| (shape.span, shape.lengths())).or(output);
    let takes = known.map(|network| network.inputs.iter().map(Shape::lengths).collect());
    let network = network.map(|network| network.name.to_string());
    Box::new(Own { label, network, takes, span: word.span(), ty, output })
}

/// What a network gives for a sample: several outputs lie one after the other.
pub(crate) fn output(network: &Declaration) -> Vec<usize> {
    match &network.outputs[..] {
        [only] => only.lengths(),
        several => vec![several.iter().map(|shape| shape.lengths().iter().product::<usize>()).sum()],
    }
}

/// The first `key =` among generic arguments; one further inside belongs to a trait.
fn option(generics: TokenStream) -> Option<Ident> {
    let (mut depth, mut before) = (0, None);
    for tree in generics {
        match &tree {
            TokenTree::Punct(punct) => match (punct.as_char(), before.take()) {
                ('<', _) => depth += 1,
                ('>', _) => depth -= 1,
                ('=', Some(key)) if depth == 0 => return Some(key),
                _ => {}
            },
            TokenTree::Ident(ident) => before = Some(ident.clone()),
            _ => before = None,
        }
    }
    None
}

/// Whether `word` stands in `tokens`.
fn names(tokens: TokenStream, word: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *word,
        TokenTree::Group(group) => names(group.stream(), word),
        _ => false,
    })
}

impl Layer for Own {
    fn settles(&self, _: usize, _: bool) -> bool {
        self.output.is_some()
    }

    fn takes(&self) -> Option<Vec<usize>> {
        match self.takes.as_deref() {
            Some([only]) => Some(only.clone()),
            _ => None,
        }
    }

    fn operands(&self) -> (usize, usize) {
        self.takes.as_ref().map_or((1, MAX_VALUES), |takes| (takes.len(), takes.len()))
    }

    fn takes_integers(&self) -> bool {
        true
    }

    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        self.join(&[incoming], (0, 1), following, errors)
    }

    fn join(
        &self,
        all: &[Incoming<'_>],
        _: (usize, usize),
        following: Option<&[usize]>,
        errors: &mut Errors,
    ) -> Operation {
        let incoming = all[0];
        for (value, takes) in all.iter().zip(self.takes.iter().flatten()).filter(|(value, takes)| value.dims != **takes)
        {
            let (label, from, given, takes) = (&self.label, value.from, brackets(value.dims), brackets(takes));
            let message = format!(
                "`{label}` takes {takes}, but {from} gives {given}: change the header of the network, or what comes before"
            );
            errors.push(self.span, message);
        }
        let (output, seal) = match (&self.output, following) {
            (Some((span, declared)), _) => (declared.clone(), Seal::Declared(*span)),
            (None, Some(following)) => (following.to_vec(), Seal::Following),
            (None, None) => {
                let Own { label, span, .. } = self;
                let message = format!(
                    "the output of `{label}` does not follow from the layers behind it: write its shape, `{label}: .. -> [..]`"
                );
                errors.push(*span, message);
                (incoming.dims.to_vec(), Seal::Following)
            }
        };
        let (from, to) = (incoming.dims.to_vec(), output.clone());
        Operation {
            formula: format!("{} to {} by a layer of your own", brackets(&from), brackets(&to)),
            derivative: "by the same".to_owned(),
            output,
            form: Form::Op {
                from,
                to,
                reads: Reads::BOTH,
                reads_for_dx: Reads::BOTH,
                workspace: self.network.clone().map_or(Workspace::OfType, Workspace::Network),
                value: None,
                own: Some(seal),
            },
            field: self.ty.clone().map(|ty| Field { ty: Type::Own(ty), parameters: None, buffers: None }),
            macs: if self.ty.is_some() { None } else { Some(0) },
            proofs: Vec::new(),
        }
    }
}
