//! PRelu: y = x where x > 0, else w x, with one w for all channels or one for each
//!
//! dx = dy where x > 0, else w dy; dw += sum of dy x where x <= 0

use super::channels::{Channels, proofs};
use super::{Arguments, Field, Form, Layer, Operation, Reads, Type, Workspace, batch_norm};
use crate::error::Errors;
use crate::shape::Incoming;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::rc::Rc;

struct PRelu {
    channels: Channels,
    init: f64,
}

/// Takes the number of slopes, 1 where it is absent, and `(init)`, 0.25 as in PyTorch.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    arguments.demand_name();
    let (label, span) = (arguments.label(), arguments.span());
    // One slope is for all channels, however many there are.
    let count = arguments.optional_length("slopes").filter(|slopes| slopes.value > 1);
    let init = arguments.hyper("init", 0.25, "a finite number", f64::is_finite);
    Box::new(PRelu { channels: Channels { label, span, count, rank: (1, usize::MAX), others: &[] }, init })
}

impl Layer for PRelu {
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation {
        let [channels, values] = self.channels.of(&incoming, errors);
        let slopes = self.channels.count.as_ref().map_or(1, |count| count.value);
        // The values of all channels lie one after the other.
        let rows = if slopes == 1 { vec![1, channels * values] } else { vec![channels, values] };
        let init = (self.init != 0.25).then(|| batch_norm::bits(self.init)).map(|init| quote!(, #init));
        let ty = move |_: &TokenStream, scalar: &TokenStream| {
            let slopes = Literal::usize_unsuffixed(slopes);
            quote!(PRelu<#slopes, #scalar #init>)
        };
        Operation {
            output: self.channels.output(&incoming, following),
            form: Form::Op {
                from: rows.clone(),
                to: rows,
                reads: Reads::INPUT,
                reads_for_dx: Reads::INPUT,
                workspace: Workspace::Nothing,
                value: None,
                own: None,
            },
            field: Some(Field { ty: Type::OfScalar(Rc::new(ty)), parameters: Some(slopes), buffers: Some(0) }),
            macs: Some(0),
            formula: "y = x where x > 0, else w x".to_owned(),
            derivative: "dx = dy where x > 0, else w dy; dw += sum of dy x where x <= 0".to_owned(),
            proofs: if slopes == 1 { Vec::new() } else { proofs(incoming.dims, values) },
        }
    }

    fn keeps_shape(&self) -> bool {
        true
    }

    fn spoils(&self) -> bool {
        false
    }

    fn overwrites(&self) -> bool {
        true
    }
}
