//! GroupNorm: y = (x - m) / sqrt(v + eps) w + b over the values of a group of channels
//!
//! dx = (g - mean of g - (x - m) / (v + eps) mean of g (x - m)) / sqrt(v + eps) with g = w dy

use super::channels::{Channels, proofs};
use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace, batch_norm};
use crate::error::{Errors, Place};
use crate::shape::{Incoming, brackets};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::rc::Rc;

/// Group normalisation, and instance normalisation as the one with a group for each channel.
pub(super) struct GroupNorm {
    pub(super) channels: Channels,
    /// The number of groups; that of the channels where there is none.
    pub(super) groups: Option<usize>,
    /// Where a message about the size of a group stands.
    pub(super) place: Place,
    /// What to do about a group of one value.
    pub(super) advice: &'static str,
    /// Whether there is a weight, and a bias.
    pub(super) has: [bool; 2],
    pub(super) eps: f64,
}

/// Takes the numbers of groups and of channels, `affine = true`, `bias = true`, and `(eps)`, 1e-5 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let (label, span) = (arguments.label(), arguments.span());
    let mut lengths = arguments.lengths(&["groups", "channels"]).into_iter();
    let (groups, mut count) = (lengths.next().flatten(), lengths.next().flatten());
    let has = batch_norm::affine(arguments, true);
    if has[0] {
        arguments.demand_name();
    }
    let place = groups.as_ref().map_or(span.into(), |groups| groups.place);
    let mut groups = groups.map_or(1, |groups| groups.value);
    if let Some(channels) = count.as_ref().map(|channels| channels.value)
        && !channels.is_multiple_of(groups)
    {
        let most = (1..groups.min(channels + 1)).rev().find(|groups| channels.is_multiple_of(*groups)).unwrap_or(1);
        arguments.error(place, format!("`{label}`: {groups} groups do not divide {channels} channels: write {most}"));
        (groups, count) = (1, None);
    }
    let eps = batch_norm::eps(arguments);
    let channels = Channels { label, span, count, rank: (1, usize::MAX), others: &[] };
    Box::new(GroupNorm { channels, groups: Some(groups), place, advice: "write fewer groups", has, eps })
}

impl Layer for GroupNorm {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let before = errors.len();
        let [count, values] = self.channels.of(&incoming, errors);
        let groups = self.groups.unwrap_or(count);
        let each = count / groups;
        if each * values == 1 && errors.len() == before {
            let (label, given) = (&self.channels.label, brackets(incoming.dims));
            let message = format!("`{label}` brings 1 value of {given} by itself to mean 0, so that it is always 0");
            errors.push(self.place, format!("{message}: {}", self.advice));
        }
        let options = batch_norm::options(count, self.has, true, &[(self.eps, 1e-5)]);
        let numbers = [groups, count].map(Literal::usize_unsuffixed);
        let parameters = self.has.map(usize::from).iter().sum::<usize>() * count;
        let value = {
            let options = batch_norm::options(count, self.has, true, &[(self.eps, 1e-5)]);
            let [groups, count] = numbers.clone();
            quote!(__dnn::GroupNorm::<#groups, #count, _ #options>::PLAIN)
        };
        let ty = move |_: &TokenStream, scalar: &TokenStream| {
            let [groups, count] = &numbers;
            quote!(GroupNorm<#groups, #count, #scalar #options>)
        };
        let rows = vec![groups, each, values];
        let mut proofs = proofs(incoming.dims, values);
        proofs.push(Proof { value: count, rule: None, algebra: Algebra::product(&[groups, each]) });
        Operation {
            output: self.channels.output(&incoming, following),
            form: Form::Op {
                from: rows.clone(),
                to: rows,
                reads: Reads::INPUT,
                reads_for_dx: Reads::INPUT,
                workspace: Workspace::Sample { infer: 0, train: 2 * groups },
                value: (parameters == 0).then_some(value),
                own: None,
            },
            field: (parameters > 0).then(|| Field {
                ty: Type::OfScalar(Rc::new(ty)),
                parameters: Some(parameters),
                buffers: Some(0),
            }),
            macs: Some(0),
            formula: "y = (x - m) / sqrt(v + eps) w + b, m and v of a group of channels".to_owned(),
            derivative: "dx = (g - mean of g - (x - m) / (v + eps) mean of g (x - m)) / sqrt(v + eps), g = w dy, \
                         dw += sum of dy (x - m) / sqrt(v + eps), db += sum of dy"
                .to_owned(),
            proofs,
        }
    }

    fn spoils(&self) -> bool {
        false
    }

    fn keeps_shape(&self) -> bool {
        true
    }
}
