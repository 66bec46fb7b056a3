//! Linear: y = x Wᵀ + b over the last dimension
//!
//! dx = dy W, dW += dyᵀ x, db += sum over samples of dy

use super::{Algebra, Arguments, Field, Form, Layer, Operation, Proof, Reads, Type, Workspace};
use crate::error::Errors;
use crate::shape::{Incoming, brackets, values};
use crate::syntax::{Length, MAX_ELEMENTS};
use proc_macro2::TokenStream;
use quote::quote;

/// Scalars from which on a weight's gradient is written, as `layers/linear.rs` of the run time has it.
const WRITTEN: usize = 4096;

struct Linear {
    label: String,
    inputs: Option<Length>,
    outputs: Option<Length>,
    bias: &'static str,
}

/// Takes the numbers of inputs and outputs, and `bias = true`, `false`, or `shared` for one element that all outputs share.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let label = arguments.label();
    let mut lengths = arguments.lengths(&["inputs", "outputs"]).into_iter();
    let (inputs, outputs) = (lengths.next().flatten(), lengths.next().flatten());
    let bias = arguments.word_option("bias", &["true", "false", "shared"]);
    if let (Some(inputs), Some(outputs)) = (&inputs, &outputs)
        && inputs.value.checked_mul(outputs.value).is_none_or(|weights| weights > MAX_ELEMENTS)
    {
        let (i, o) = (inputs.value, outputs.value);
        arguments.error(
            outputs.place,
            format!("`{label}` has a weight of {o} x {i} values, which is too large: at most 2^40 fit"),
        );
        return Box::new(Linear { label, inputs: None, outputs: None, bias });
    }
    Box::new(Linear { label, inputs, outputs, bias })
}

impl Layer for Linear {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let Linear { label, inputs, outputs, bias } = self;
        let (last, lead) = incoming.dims.split_last().map_or((1, &[][..]), |(last, lead)| (*last, lead));
        let i = inputs.as_ref().map_or(last, |inputs| inputs.value);
        // A missing number of outputs is taken from what follows, so that one mistake gives one message.
        let o = outputs
            .as_ref()
            .map_or(following.and_then(|dims| dims.last().copied()).unwrap_or(1), |length| length.value);
        if i != last
            && let Some(inputs) = inputs
        {
            let (from, origin, takes) = (incoming.from, incoming.origin, values(i));
            let message = if lead.is_empty() {
                format!("`{label}` takes {takes}, but {from} gives {last}{origin}: write {last}")
            } else if incoming.dims.iter().product::<usize>() == i {
                let shape = brackets(incoming.dims);
                format!(
                    "`{label}` takes {takes}, but {from} gives {shape}: put `Flatten` before it, or write {last} for the last dimension"
                )
            } else {
                let shape = brackets(incoming.dims);
                format!(
                    "`{label}` takes {takes} in the last dimension, but {from} gives {last} there, {shape}: write {last}"
                )
            };
            errors.push(inputs.place, message);
        }
        let rows: usize = lead.iter().product();
        let biases = match *bias {
            "false" => 0,
            "shared" => 1,
            _ => o,
        };
        let ty = match *bias {
            "false" => |lengths: &[usize], scalar: &TokenStream| generics(lengths, scalar, Some(quote!(()))),
            "shared" => |lengths: &[usize], scalar: &TokenStream| generics(lengths, scalar, Some(quote!([#scalar; 1]))),
            _ => |lengths: &[usize], scalar: &TokenStream| generics(lengths, scalar, None),
        };
        let added = if biases == 0 { "" } else { " + b" };
        Operation {
            output: lead.iter().copied().chain([o]).collect(),
            form: Form::Op {
                from: vec![i],
                to: vec![o],
                reads: Reads::INPUT,
                reads_for_dx: Reads::NOTHING,
                workspace: Workspace::Nothing,
                value: None,
                own: None,
            },
            field: Some(Field {
                ty: Type::BuiltIn(ty, vec![i, o]),
                parameters: Some(i * o + biases),
                buffers: Some(0),
            }),
            macs: Some(rows.saturating_mul(i * o)),
            formula: format!("y = x Wᵀ{added}"),
            derivative: format!("dx = dy W, dW += dyᵀ x{}", if biases == 0 { "" } else { ", db += sum of dy" }),
            proofs: vec![Proof { value: i * o, rule: None, algebra: Algebra::product(&[i, o]) }],
        }
    }

    fn settles(&self, rank: usize, _: bool) -> bool {
        self.outputs.is_some() && rank == 1
    }

    fn spoils(&self) -> bool {
        false
    }

    /// A small gradient is in the cache, and zeros cost nothing there.
    fn writes(&self) -> bool {
        let [inputs, outputs] = [&self.inputs, &self.outputs].map(|length| length.as_ref().map_or(0, |l| l.value));
        inputs.saturating_mul(outputs) >= WRITTEN
    }

    fn takes(&self) -> Option<Vec<usize>> {
        self.inputs.as_ref().map(|inputs| vec![inputs.value])
    }
}

/// `Linear<I, O, T, B>`, without what is default: `T = f32` and a bias for each output.
fn generics(lengths: &[usize], scalar: &TokenStream, bias: Option<TokenStream>) -> TokenStream {
    let lengths = lengths.iter().map(|length| proc_macro2::Literal::usize_unsuffixed(*length));
    match bias {
        Some(bias) => quote!(Linear<#(#lengths,)* #scalar, #bias>),
        None if scalar.to_string() == "f32" => quote!(Linear<#(#lengths),*>),
        None => quote!(Linear<#(#lengths,)* #scalar>),
    }
}
