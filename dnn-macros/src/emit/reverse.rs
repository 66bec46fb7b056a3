//! The backward pass: one statement or two for each step, from the last node to the first.

use super::buffers::{Buffers, gradient_name};
use super::passes::{self, copy};
use super::{Network, pooled, quote, there, variable};
use crate::backward::{Action, Gives, GradientId, Step};
use crate::graph::ValueId;
use crate::layers::{Form, Keeps, Operand, Reads, Type};
use crate::memory::{Schedule, Storage};
use crate::shape::Node;
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

/// The body of `backward`, or of `backward_and_update`.
pub(super) fn backward(network: &Network<'_>, updates: bool) -> TokenStream {
    let (y, n, dy, dp) = (variable("y"), variable("n"), variable("dy"), variable("dp"));
    let schedule = &network.plan.train;
    let forward = network.typed.nodes.len();
    let steps = network.steps.list.iter().enumerate().map(|(at, step)| {
        let emitter = Emitter {
            network,
            schedule,
            buffers: Buffers::new(network, schedule),
            updates,
            optional: step.optional,
            opened: Vec::new(),
        };
        emitter.step(at, forward + at, step)
    });
    let steps: Vec<TokenStream> = steps.collect();
    let names: Vec<Ident> = (0..network.typed.inputs.len()).map(|at| gradient_name(network, at)).collect();
    let floats = |at: &usize| network.typed.values[network.typed.inputs[*at].0].integer.is_none();
    let float_names: Vec<&Ident> = (0..names.len()).filter(floats).map(|at| &names[at]).collect();
    let spoil = quote! {
        #(if let ::core::option::Option::Some(#float_names) = #float_names {
            __dnn::workspace::spoil(#float_names);
        })*
        if let ::core::option::Option::Some(#dp) = #dp {
            __dnn::workspace::spoil(__dnn::Parameters::flat_mut(#dp));
        }
        return;
    };
    let lengths = float_names.iter().map(|name| {
        let text = name.to_string();
        quote!((#text, #name.as_deref().map_or(#n, <[_]>::len)))
    });
    let batches = quote!(("y", #y.len()), ("dy", #dy.len()), #(#lengths),*);
    let check = passes::check(network, quote!(TRAIN), batches, &spoil);
    let borrowed = passes::borrowed(network, &spoil);
    let (inputs, gradients) = (passes::inputs(network), passes::gradients(network));
    let text = network.declaration.name.to_string();
    let detached = network.steps.is_detached().then(|| {
        quote! {
            #(if let ::core::option::Option::Some(#float_names) = #float_names {
                __dnn::workspace::detached(#text, #float_names);
            })*
        }
    });
    let parameters = network.trained().next().map(|_| quote!(let mut #dp = #dp;));
    let start = start(network);
    quote! {
        #inputs
        #gradients
        #check
        #borrowed
        #detached
        #parameters
        #start
        #(#steps)*
    }
}

/// Where nothing is in the gradient yet, what no layer writes as a whole becomes zero. `fresh` is the pass for those that write;
/// `pass` tells the others to add.
fn start(network: &Network<'_>) -> TokenStream {
    let nodes = &network.typed.nodes;
    if !(0..nodes.len()).any(|index| passes::writes(network, index)) {
        return quote!();
    }
    let (fresh, pass, dp) = (variable("fresh"), variable("pass"), variable("dp"));
    let is_added =
        |layer: usize| (0..nodes.len()).any(|index| nodes[index].layer == layer && !passes::writes(network, index));
    let zeros = network.trained().filter(|(node, ..)| is_added(node.layer)).map(|(node, name, field)| {
        let repeated = network.declaration.layers[node.layer].count.is_some();
        match &field.ty {
            Type::Tensor { .. } => quote!(__dnn::fill(&mut #dp.#name, 0.0);),
            _ if repeated => quote!(for each in &mut #dp.#name { __dnn::Parameters::set_zero(each); }),
            _ => quote!(__dnn::Parameters::set_zero(&mut #dp.#name);),
        }
    });
    let zeros: Vec<TokenStream> = zeros.collect();
    let zeros = (!zeros.is_empty()).then(|| {
        quote! {
            if let (true, ::core::option::Option::Some(#dp)) = (#fresh.fresh, #dp.as_deref_mut()) {
                #(#zeros)*
            }
        }
    });
    quote! {
        let (#fresh, #pass) = (#pass, &#pass.adding());
        #zeros
    }
}

struct Emitter<'a> {
    network: &'a Network<'a>,
    schedule: &'a Schedule,
    buffers: Buffers<'a>,
    /// Whether layers that alone give a gradient may update their parameters by it.
    updates: bool,
    /// Whether the step runs only where the caller wants the gradient of the input.
    optional: bool,
    /// The gradients of inputs that it touches: they are there where it runs.
    opened: Vec<usize>,
}

impl Emitter<'_> {
    fn step(mut self, step: usize, instruction: usize, of: &Step) -> TokenStream {
        let (title, call) = match &of.action {
            Action::Node { node, takes, gives, .. } => {
                let at = *node;
                let node = &self.network.typed.nodes[at];
                let title = passes::title(self.network, node, &node.operation.derivative);
                (title, self.node(step, instruction, at, *takes, gives))
            }
            Action::Sum { pieces, sum } => self.sum(instruction, *pieces, *sum),
            Action::Deliver { input, gradient } => self.deliver(*input, *gradient),
        };
        if call.is_empty() {
            return quote!();
        }
        let call = self.guarded(call);
        self.buffers.step(&title, &call)
    }

    /// A step that runs only where the caller wants the gradient of the input.
    fn guarded(&self, call: TokenStream) -> TokenStream {
        if !self.optional {
            return call;
        }
        let wanted = variable("wanted");
        let open = |call: TokenStream, input: &usize| {
            let name = gradient_name(self.network, *input);
            quote!(if let ::core::option::Option::Some(#name) = #name.as_deref_mut() { #call })
        };
        match self.opened.is_empty() {
            true => quote!(if #wanted { #call }),
            false => self.opened.iter().fold(call, open),
        }
    }

    fn gradient(&mut self, gradient: GradientId, rows: &TokenStream, write: bool) -> TokenStream {
        self.at(self.schedule.gradient(gradient), rows, write)
    }

    fn at(&mut self, storage: Storage, rows: &TokenStream, write: bool) -> TokenStream {
        if let Storage::InputGradient(input) = storage
            && !self.opened.contains(&input)
        {
            self.opened.push(input);
        }
        self.buffers.at(storage, rows, write)
    }

    /// The rows of a value in its own shape.
    fn whole(&self, value: ValueId) -> TokenStream {
        self.network.tensor(&self.network.typed.values[value.0].dims)
    }

    fn copy(&mut self, from: Storage, to: Storage, rows: &TokenStream) -> TokenStream {
        self.at(from, rows, false);
        self.at(to, rows, true);
        copy(&mut self.buffers, from, to, rows)
    }

    fn sum(&mut self, instruction: usize, pieces: [GradientId; 2], sum: GradientId) -> (String, TokenStream) {
        let value = self.network.steps.gradients[sum.0].value;
        let name = |gradient: GradientId| &self.network.steps.gradients[gradient.0].name;
        let title = format!(" {} = {} + {}", name(sum), name(pieces[0]), name(pieces[1]));
        let rows = self.whole(value);
        let (start, other) = match self.schedule.over(instruction, 0) {
            Some(over) => (quote!(), pieces[1 - over]),
            None => {
                let (from, to) = (self.schedule.gradient(pieces[0]), self.schedule.gradient(sum));
                (self.copy(from, to, &rows), pieces[1])
            }
        };
        let read = self.gradient(other, &rows, false);
        let write = self.gradient(sum, &rows, true);
        (title, quote!(#start __dnn::operand::add(#write, #read);))
    }

    fn deliver(&mut self, input: usize, gradient: Option<GradientId>) -> (String, TokenStream) {
        let value = self.network.typed.inputs[input];
        let name = &self.network.typed.values[value.0].name;
        let (to, rows) = (Storage::InputGradient(input), self.whole(value));
        let call = match gradient.map(|gradient| self.schedule.gradient(gradient)) {
            Some(from) if from == to => quote!(),
            Some(from) => self.copy(from, to, &rows),
            None => {
                let write = self.at(to, &rows, true);
                quote!(__dnn::operand::clear(#write);)
            }
        };
        (format!(" dL/d{name} for the caller"), call)
    }

    fn node(&mut self, step: usize, instruction: usize, at: usize, takes: GradientId, gives: &[Gives]) -> TokenStream {
        let network = self.network;
        let node = &network.typed.nodes[at];
        match (&node.operation.form, gives) {
            (Form::View | Form::Detached, _) => quote!(),
            (Form::InPlace { value, at: rows, keeps }, [Gives::InPlace(to)]) => {
                let to = self.schedule.gradient(*to);
                let start = self.schedule.over(instruction, 0).is_none().then(|| {
                    let whole = self.whole(node.output);
                    self.copy(self.schedule.gradient(takes), to, &whole)
                });
                let kept = match keeps {
                    Keeps::Nothing => quote!(&[]),
                    Keeps::Input => self.buffers.value(node.inputs[0], rows, false),
                    Keeps::Output => self.buffers.value(node.output, rows, false),
                };
                let rows = network.tensor(rows);
                let dy = self.at(to, &rows, true);
                let pass = passes::through(at, node, &variable("pass"));
                quote!(#start __dnn::InPlace::<#rows>::backward(&#value, #pass #kept, #dy);)
            }
            (Form::Tensor, _) => {
                let rows = self.whole(node.output);
                let dy = self.gradient(takes, &rows, false);
                let (dp, field) = (variable("dp"), passes::field(node));
                quote! {
                    if let ::core::option::Option::Some(#dp) = #dp.as_deref_mut() {
                        __dnn::operand::collect(#dy, &mut #dp.#field);
                    }
                }
            }
            (Form::Join(operands), _) => {
                let pulls = gives.iter().enumerate().zip(operands);
                // The `made`-th value of the instruction: what is given nothing makes none.
                let mut made = 0;
                let mut list = Vec::new();
                for ((i, give), operand) in pulls {
                    if let Gives::Onto { before, sum } = *give {
                        let over = self.schedule.over(instruction, made).is_some();
                        list.push(self.pull(node, i, operand, takes, before.filter(|_| !over), sum, over));
                    }
                    made += usize::from(*give != Gives::Nothing);
                }
                quote!(#(#list)*)
            }
            (Form::Op { .. }, _) => self.operation(step, at, takes, gives),
            (Form::InPlace { .. }, _) => quote!(),
        }
    }

    /// One operand of a join adds its share. `before` is copied first; where nothing is there, the sum begins as zero.
    #[allow(clippy::too_many_arguments, reason = "the parts of one statement")]
    fn pull(
        &mut self,
        node: &Node,
        i: usize,
        operand: &Operand,
        takes: GradientId,
        before: Option<GradientId>,
        sum: GradientId,
        over: bool,
    ) -> TokenStream {
        let network = self.network;
        let input = node.inputs[i];
        let (to, whole) = (self.schedule.gradient(sum), self.whole(input));
        // An operand that only the caller asks for, of a step that runs in any case.
        let alone = !self.optional && network.steps.gradients[sum.0].optional;
        let outer = std::mem::take(&mut self.opened);
        let start = match before {
            Some(before) => {
                let from = self.schedule.gradient(before);
                self.copy(from, to, &whole)
            }
            None if over => quote!(),
            None => {
                let write = self.at(to, &whole, true);
                quote!(__dnn::operand::clear(#write);)
            }
        };
        let (from, rows) = (network.tensor(&operand.from), network.tensor(&operand.to));
        let dy = self.gradient(takes, &rows, false);
        let dx = self.at(to, &from, true);
        let value = &operand.then;
        let call = if operand.factor {
            let other = node.inputs[1 - i];
            let other = self.buffers.value(other, &network.typed.values[other.0].dims, false);
            quote!(#value.pull(#other, #dy, #dx);)
        } else {
            quote!(__dnn::Operand::<#from, #rows>::pull(&#value, #dy, #dx);)
        };
        let call = quote!(#start #call);
        if !alone {
            self.opened.extend(outer);
            self.opened.sort_unstable();
            self.opened.dedup();
            return call;
        }
        self.optional = true;
        let call = self.guarded(call);
        self.optional = false;
        self.opened = outer;
        call
    }

    /// A layer that makes new gradients: of its inputs, where they are wanted, and of its parameters.
    fn operation(&mut self, step: usize, index: usize, takes: GradientId, gives: &[Gives]) -> TokenStream {
        let network = self.network;
        let node = &network.typed.nodes[index];
        let Form::Op { to: out, reads, reads_for_dx, value, own, .. } = &node.operation.form else {
            return quote!();
        };
        let reads = if node.frozen { reads_for_dx } else { reads };
        let Reads { input, output } = *reads;
        let updates = self.updates && passes::writes(network, index);
        let method = if updates { quote!(backward_and_update) } else { quote!(backward) };
        let (call, rows) = passes::operation(network, node, method);
        let inner = pooled::inner(network, index);
        let read = passes::read(network, &mut self.buffers, node, input);
        let layer = passes::layer(node);
        let written = passes::writes(network, index);
        let pass = passes::through(index, node, &variable(if written { "fresh" } else { "pass" }));
        let again = self.schedule.again[index];
        let space = passes::workspace(network, &mut self.buffers, index, node, true);
        let mut start = match again {
            None => quote!(),
            Some(place) => {
                let name = self.buffers.take(place);
                let whole = self.whole(node.output);
                let (forward, _) = passes::operation(network, node, quote!(forward));
                let y = if own.is_some() { quote!(_) } else { whole };
                quote!(#forward(&#layer, #pass #read, __dnn::tensor::batch_mut::<#y>(#name), #space #inner);)
            }
        };
        let y = match again {
            Some(place) => {
                let name = self.buffers.take(place);
                quote!(__dnn::tensor::batch::<#rows>(#name))
            }
            None if output => self.buffers.at(self.schedule.value(node.output), &rows, false),
            None => quote!(&[]),
        };
        let dy = match self.schedule.spoilt(step) {
            Some(storage) => {
                let from = self.schedule.gradient(takes);
                if storage != from {
                    let whole =
                        network.tensor(if own.is_some() { &network.typed.values[node.output.0].dims } else { out });
                    let copied = self.copy(from, storage, &whole);
                    start = quote!(#start #copied);
                }
                self.at(storage, &rows, true)
            }
            None => {
                let dy = self.at(self.schedule.gradient(takes), &rows, true);
                quote!(#dy)
            }
        };
        let mut options = Vec::new();
        for (i, give) in gives.iter().enumerate() {
            let dims = passes::rows(network, node, node.inputs[i]);
            options.push(self.wanted(node.inputs[i], *give, dims));
        }
        let dx = match &options[..] {
            [only] => only.clone(),
            _ if gives.iter().all(|give| *give == Gives::Nothing) => quote!(::core::option::Option::None),
            several => {
                // A layer of several inputs makes all gradients, and those that nobody wants go nowhere.
                let parts = several.iter().map(|option| quote!(#option.unwrap_or_default()));
                quote!(::core::option::Option::Some((#(#parts),*)))
            }
        };
        let own = match value {
            _ if node.frozen => quote!(::core::option::Option::None),
            Some(_) => quote!(::core::option::Option::None),
            None => {
                let (dp, field) = (variable("dp"), passes::field(node));
                quote!(#dp.as_deref_mut().map(|#dp| &mut #dp.#field))
            }
        };
        let there = there(node.span);
        let (layer, update) = match updates {
            true => {
                let update = variable("update");
                (quote!(&mut #layer), quote!(, #update))
            }
            false => (quote!(&#layer), quote!()),
        };
        let call = quote_spanned!(there=> #call(#layer, #pass #read, #y, #space, #dy, #dx, #own #inner #update););
        let call = passes::at_layer(node, call);
        quote!(#start #call)
    }

    /// Where the gradient of an input goes, as an option.
    fn wanted(&mut self, input: ValueId, give: Gives, dims: &[usize]) -> TokenStream {
        let network = self.network;
        let Gives::New(to) = give else { return quote!(::core::option::Option::None) };
        if network.typed.values[input.0].integer.is_some() {
            return quote!(::core::option::Option::Some(&mut []));
        }
        let rows = network.tensor(dims);
        match self.schedule.gradient(to) {
            Storage::InputGradient(at) if !self.optional => {
                let name = gradient_name(network, at);
                let whole = network.value_type(network.typed.inputs[at], &network.scalar());
                if rows.to_string() == whole.to_string() {
                    quote!(#name.as_deref_mut())
                } else {
                    quote!(#name.as_deref_mut().map(|#name| __dnn::tensor::view_mut::<_, #rows>(#name)))
                }
            }
            storage => {
                let write = self.at(storage, &rows, true);
                match !self.optional && network.steps.gradients[to.0].optional {
                    true => {
                        let wanted = variable("wanted");
                        quote!(#wanted.then_some(#write))
                    }
                    false => quote!(::core::option::Option::Some(#write)),
                }
            }
        }
    }
}
