//! What `Rnn`, `Gru` and `Lstm` have in common: a sequence [S, I] to the states [S, W], or to the last ones, [W].

use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace, sequence};
use crate::error::Errors;
use crate::shape::Incoming;
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// What tells the kinds of recurrent layers apart.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// The number of gates.
    pub(super) gates: usize,
    /// Whether there is a second state.
    pub(super) memory: bool,
    /// Whether training keeps one number more for each unit.
    pub(super) extra: bool,
    /// The type in the run time.
    pub(super) ty: fn(&[usize], &TokenStream) -> TokenStream,
    /// The forward formula.
    pub(super) formula: &'static str,
    /// The formula of the backward pass.
    pub(super) derivative: &'static str,
}

struct Recurrent {
    label: String,
    kind: Kind,
    /// Whether the kind has the option of its own.
    option: bool,
    inputs: Option<Length>,
    units: Option<Length>,
    bias: bool,
    layers: usize,
    directions: usize,
    last: bool,
}

/// The most layers, one on top of the other, that the run time has names for.
const MOST: i64 = 8;

/// Takes the numbers of inputs and of units, `layers`, `bidirectional`, `bias`, and `output = sequence` or `last`.
pub(super) fn read(arguments: &mut Arguments<'_>, kind: Kind, option: bool) -> Box<dyn Layer> {
    arguments.demand_name();
    let label = arguments.label();
    let mut lengths = arguments.lengths(&["inputs", "units"]).into_iter();
    let (inputs, units) = (lengths.next().flatten(), lengths.next().flatten());
    let layers = match arguments.integer_option("layers") {
        Some((_, count)) if (1..=MOST).contains(&count) => count as usize,
        Some((place, count)) => {
            arguments.error(place, format!("`{label}` has {count} layers: write 1 to {MOST}"));
            1
        }
        None => 1,
    };
    let directions = if arguments.word_option("bidirectional", &["false", "true"]) == "true" { 2 } else { 1 };
    let bias = arguments.word_option("bias", &["true", "false"]) == "true";
    let last = arguments.word_option("output", &["sequence", "last"]) == "last";
    let mut layer = Recurrent { label, kind, option, inputs, units, bias, layers, directions, last };
    if let (Some(inputs), Some(units)) = (&layer.inputs, &layer.units) {
        let width = inputs.value.max(directions.saturating_mul(units.value));
        let (rows, place) = (units.value.saturating_mul(kind.gates), units.place);
        if rows.checked_mul(width).is_none_or(|weights| weights > MAX_ELEMENTS) {
            let label = &layer.label;
            arguments.error(
                place,
                format!("`{label}` has a weight of {rows} x {width} values, which is too large: at most 2^40 fit"),
            );
            (layer.inputs, layer.units) = (None, None);
        }
    }
    Box::new(layer)
}

impl Layer for Recurrent {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Recurrent { kind, layers, directions, .. } = *self;
        let (place, given) = (self.inputs.as_ref().map(|i| i.place), self.inputs.as_ref().map(|i| i.value));
        let (steps, inputs) = sequence::check(&self.label, place, given, &incoming, errors);
        // A missing number of units is taken from what follows, so that one mistake gives one message.
        let guess = || following.and_then(|dims| dims.last()).map_or(1, |width| (width / directions).max(1));
        let units = self.units.as_ref().map_or_else(guess, |units| units.value);
        let (width, rest) = (directions.saturating_mul(units), layers - 1);
        let output = if self.last { vec![width] } else { vec![steps, width] };
        let gates = kind.gates.saturating_mul(units);
        let weights = inputs.saturating_add(units).saturating_add(rest.saturating_mul(width.saturating_add(units)));
        let each = gates.saturating_mul(directions);
        let biases = if self.bias { 2 * layers } else { 0 };
        let lengths = Lengths { steps, inputs, units, gates, directions, rest, kind };
        Operation {
            form: Form::Op {
                from: vec![steps, inputs],
                to: output.clone(),
                reads: Reads::INPUT,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Sample { infer: lengths.infer(), train: lengths.train() },
                value: None,
                own: None,
            },
            output,
            field: Some(Field {
                ty: Type::BuiltIn(
                    kind.ty,
                    vec![inputs, units, directions, rest, width, self.bias.into(), self.option.into()],
                ),
                parameters: Some(each.saturating_mul(weights.saturating_add(biases))),
                buffers: Some(0),
            }),
            macs: Some(steps.saturating_mul(each).saturating_mul(weights)),
            formula: kind.formula.to_owned(),
            derivative: kind.derivative.to_owned(),
            proofs: vec![Proof { value: width, rule: None, algebra: Algebra::product(&[directions, units]) }],
        }
    }

    fn settles(&self, _: usize, _: bool) -> bool {
        self.last && self.units.is_some()
    }

    fn spoils(&self) -> bool {
        false
    }
}

/// The lengths of a layer, and what follows for its workspace, as in the run time.
struct Lengths {
    steps: usize,
    inputs: usize,
    units: usize,
    /// Rows of a weight: gates times units.
    gates: usize,
    directions: usize,
    rest: usize,
    kind: Kind,
}

impl Lengths {
    fn sequence(&self) -> usize {
        self.steps.saturating_mul(self.directions).saturating_mul(self.units)
    }

    fn states(&self) -> usize {
        self.units.saturating_mul(if self.kind.memory { 2 } else { 1 })
    }

    fn infer(&self) -> usize {
        let width = self.directions.saturating_mul(self.units);
        let widest = if self.rest > 0 { width.max(self.inputs) } else { self.inputs };
        let scratch = self.states().saturating_add(self.gates.saturating_mul(2)).saturating_add(widest);
        self.rest.min(2).saturating_mul(self.sequence()).saturating_add(scratch)
    }

    fn train(&self) -> usize {
        let extra = if self.kind.extra { self.units } else { 0 };
        let kept = self.steps.saturating_mul(self.gates.saturating_add(self.states()).saturating_add(extra));
        let kept = kept.saturating_mul(self.directions * (1 + self.rest));
        let sequences = (self.rest + self.rest.min(2)).saturating_mul(self.sequence());
        sequences.saturating_add(kept).saturating_add(self.states().saturating_add(self.gates))
    }
}

/// `Gru<I, H, T, B, D, M, W>` without what is default: `T = f32`, a bias, one direction, and one layer.
pub(super) fn generics(name: TokenStream, gates: usize, lengths: &[usize], scalar: &TokenStream) -> TokenStream {
    let number = |at: usize| Literal::usize_unsuffixed(lengths.get(at).copied().unwrap_or(0));
    let [i, h, d, m, w] = [0, 1, 2, 3, 4].map(number);
    let gates = Literal::usize_unsuffixed(gates);
    let bias = if lengths.get(5) == Some(&1) { quote!([[#scalar; #h]; #gates]) } else { quote!(()) };
    match lengths {
        [_, _, 1, 0, _, 1, 0] if scalar.to_string() == "f32" => quote!(#name<#i, #h>),
        [_, _, 1, 0, _, 1, 0] => quote!(#name<#i, #h, #scalar>),
        [.., 1] => quote!(#name<#i, #h, #scalar, #bias, #d, #m, #w, true>),
        _ => quote!(#name<#i, #h, #scalar, #bias, #d, #m, #w>),
    }
}
