//! The buffers that one step of a pass works on: the caller's, and those that it takes from the workspace.

use super::{Network, quote, variable, variable_name};
use crate::graph::ValueId;
use crate::memory::{Room, Schedule, Storage};
use crate::placement::{Extent, Place};
use proc_macro2::{Ident, Literal, TokenStream};

/// Variables of the passes, which no buffer is called.
const TAKEN: [&str; 11] = ["x", "y", "dx", "dy", "dp", "n", "pass", "fresh", "workspace", "wanted", "update"];

/// The variable of an input's batch: `x` for the only one.
pub(super) fn input_name(network: &Network<'_>, at: usize) -> Ident {
    match network.typed.inputs.len() {
        1 => variable("x"),
        _ => variable(&untaken(&network.typed.values[network.typed.inputs[at].0].name)),
    }
}

/// The variable of an input's gradient.
pub(super) fn gradient_name(network: &Network<'_>, at: usize) -> Ident {
    match network.typed.inputs.len() {
        1 => variable("dx"),
        _ => variable(&untaken(&format!("d{}", network.typed.values[network.typed.inputs[at].0].name))),
    }
}

fn untaken(name: &str) -> String {
    let name = variable_name(name);
    if TAKEN.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// A pass of more steps is long: its training would take more than a kilobyte of stack.
const LONG: usize = 16;

/// A place of the plan.
pub(super) fn at(offset: Extent, len: Extent) -> TokenStream {
    let literals = [offset.sample, offset.batch, len.sample, len.batch].map(Literal::usize_unsuffixed);
    let [before, before_once, scalars, once] = literals;
    match offset.batch + len.batch {
        0 => quote!(__dnn::Place::new(#before, #scalars)),
        _ => quote!(__dnn::Place::at(__dnn::Extent::new(#before, #before_once), __dnn::Extent::new(#scalars, #once))),
    }
}

pub(super) struct Buffers<'a> {
    network: &'a Network<'a>,
    schedule: &'a Schedule,
    /// Variables that no buffer may be called, beside [`TAKEN`].
    taken: Vec<String>,
    /// The variables, and which places of the schedule they are.
    names: Vec<(Option<usize>, String)>,
    places: Vec<TokenStream>,
}

impl<'a> Buffers<'a> {
    pub(super) fn new(network: &'a Network<'a>, schedule: &'a Schedule) -> Buffers<'a> {
        // The batch and the gradient of an only input are called as in `TAKEN`.
        let several = network.typed.inputs.iter().filter(|_| network.typed.inputs.len() > 1);
        let names = several.map(|input| &network.typed.values[input.0].name);
        let taken = names.flat_map(|name| [untaken(name), untaken(&format!("d{name}"))]).collect();
        Buffers { network, schedule, taken, names: Vec::new(), places: Vec::new() }
    }

    /// A place of the schedule.
    pub(super) fn take(&mut self, place: usize) -> Ident {
        if let Some((_, name)) = self.names.iter().find(|(own, _)| *own == Some(place)) {
            return variable(name);
        }
        let schedule = self.schedule;
        let Place { name, offset, len, .. } = &schedule.places[place];
        self.add(Some(place), name, at(*offset, *len))
    }

    /// The workspace of a layer.
    pub(super) fn take_room(&mut self, room: Room) -> Ident {
        let schedule = self.schedule;
        let Place { name, offset, .. } = &schedule.places[room.place];
        self.add(None, name, at(*offset, room.len))
    }

    /// A place behind the planned part.
    pub(super) fn take_own(&mut self, place: TokenStream) -> TokenStream {
        let name = self.add(None, "own", place);
        quote!(#name)
    }

    /// Under a name that no other variable of the step has: the gradient of `p` is not `dp`, which holds those of all
    /// parameters, and that of `fc` is not the value `dfc`.
    fn add(&mut self, place: Option<usize>, name: &str, tokens: TokenStream) -> Ident {
        let mut name = variable_name(name);
        let is_taken = |name: &String| {
            TAKEN.contains(&name.as_str())
                || self.taken.contains(name)
                || self.names.iter().any(|(_, taken)| taken == name)
        };
        while is_taken(&name) {
            name.push('_');
        }
        let ident = variable(&name);
        self.names.push((place, name));
        self.places.push(tokens);
        ident
    }

    /// A value of the forward pass as rows, to read or to write.
    pub(super) fn value(&mut self, value: ValueId, dims: &[usize], write: bool) -> TokenStream {
        let rows = self.network.rows(value, dims);
        self.at(self.schedule.value(value), &rows, write)
    }

    /// What lies somewhere as rows, to read or to write. The gradient of an input is wanted where that is asked for.
    pub(super) fn at(&mut self, storage: Storage, rows: &TokenStream, write: bool) -> TokenStream {
        let network = self.network;
        let callers = |name: &Ident, ty: &TokenStream, owned: bool| {
            let same = rows.to_string() == ty.to_string();
            match (write, same) {
                (true, true) => quote!(&mut *#name),
                (true, false) => quote!(__dnn::tensor::view_mut::<_, #rows>(#name)),
                (false, true) if owned => quote!(&*#name),
                (false, true) => quote!(#name),
                (false, false) => quote!(__dnn::tensor::view::<_, #rows>(#name)),
            }
        };
        let input = |at: usize| network.value_type(network.typed.inputs[at], &network.scalar());
        match storage {
            Storage::Input(at) => callers(&input_name(network, at), &input(at), false),
            Storage::Output => callers(&variable("y"), &network.output(), true),
            Storage::OutputGradient => callers(&variable("dy"), &network.output(), true),
            Storage::InputGradient(at) => callers(&gradient_name(network, at), &input(at), true),
            Storage::Place(place) => {
                let name = self.take(place);
                match write {
                    true => quote!(__dnn::tensor::batch_mut::<#rows>(#name)),
                    false => quote!(__dnn::tensor::batch::<#rows>(#name)),
                }
            }
        }
    }

    /// The statement that takes the buffers, and the step behind it; `title` is written above them.
    pub(super) fn step(self, title: &str, step: &TokenStream) -> TokenStream {
        let Buffers { names, places, network, schedule, .. } = self;
        if names.is_empty() {
            return quote!(#[doc = #title] #step);
        }
        let names = names.iter().map(|(_, name)| variable(name));
        let (workspace, n) = (variable("workspace"), variable("n"));
        // `predict` knows the number and computes nothing.
        let training = std::ptr::eq(schedule, &network.plan.train);
        let n =
            if training && network.typed.nodes.len() > LONG { quote!(__dnn::workspace::anew(#n)) } else { quote!(#n) };
        quote! {
            #[doc = #title]
            let [#(#names),*] = __dnn::workspace::buffers(&mut *#workspace, #n, [#(#places),*]);
            #step
        }
    }
}
