//! The three passes over a batch: one statement or two for each layer, with its formula beside it. `reverse.rs` has the
//! backward one.

use super::buffers::{self, Buffers, gradient_name, input_name};
use super::{Network, associated, at, pooled, quote, reverse, there, variable};
use crate::backward::{Action, Step};
use crate::graph::ValueId;
use crate::layers::{Form, Operand};
use crate::memory::{Schedule, Storage};
use crate::placement::Extent;
use crate::shape::{Node, brackets};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote_spanned};

/// Multiply-accumulates below which the passes of a few layers are inlined: a trainer tells them that they run on one sample,
/// and what they keep stays in registers. It is the number of `kernels::route::one_by_one`.
const SMALL: usize = 64;

pub(super) fn emit(network: &Network<'_>) -> TokenStream {
    let (generics, arguments) = network.generics();
    let name = &network.declaration.name;
    let (input, output, scalar) = (network.input(), network.output(), network.scalar());
    let (read, write) = (network.batch(quote!(&)), network.batch(quote!(&mut)));
    let macs: Vec<_> = own(network).map(|node| own_item(network, node, true, quote!(MACS))).collect();
    let known: usize = network.typed.nodes.iter().filter_map(|node| node.operation.macs).sum();
    let inline =
        (macs.is_empty() && known < SMALL && network.typed.nodes.len() <= 8).then(|| quote!(#[inline(always)]));
    let (infer_need, train_need) = needs(network);
    let any = |item: &'static str, of: &dyn Fn(&Node) -> bool| {
        let word = variable(item);
        let types = own(network).filter(|node| of(node)).map(|node| own_item(network, node, true, quote!(#word)));
        quote!(#(|| #types)*)
    };
    let is_first = |node: &Node| {
        let free = |input: &_| network.steps.has_gradient(*input) && !network.steps.is_trained(*input);
        node.inputs.iter().any(free)
    };
    let (detached, inside) = (network.steps.is_detached(), any("DETACHED", &is_first));
    let detached = quote!(#detached #inside);
    let statistics = any("WHOLE_BATCH", &|node| !node.frozen);
    let least = own(network).filter(|node| !node.frozen).map(|node| own_item(network, node, true, quote!(LEAST_BATCH)));
    let least_batch = quote!(__dnn::check::most([1 #(, #least)*]));
    let whole_batch = quote!(false #statistics);
    let is_shared = network.typed.nodes.iter().any(is_shared);
    let shares = any("SHARES", &|node| !node.frozen);
    let shares = (is_shared || !shares.is_empty()).then(|| quote!(const SHARES: bool = #is_shared #shares;));
    let (infer, forward, backward, absorb) = if network.runs {
        (pass(network, Mode::Infer), pass(network, Mode::Forward), reverse::backward(network, false), absorb(network))
    } else {
        // Never compiled to code: the errors of the declaration stand beside it.
        let none = quote!(::core::unimplemented!());
        (none.clone(), none.clone(), none, quote!())
    };
    let writes = network.runs && (0..network.typed.nodes.len()).any(|index| writes(network, index));
    let backward_and_update = writes.then(|| {
        let body = reverse::backward(network, true);
        quote! {
            #inline
            #[track_caller]
            fn backward_and_update(
                &mut self,
                pass: &__dnn::Pass,
                x: #read,
                y: &[#output],
                workspace: &mut [#scalar],
                dy: &mut [#output],
                dx: ::core::option::Option<#write>,
                dp: ::core::option::Option<&mut <Self as __dnn::Parameters>::Gradient>,
                update: &mut __dnn::Update<'_, #scalar>,
            ) {
                #body
            }
        }
    });
    let writes = writes.then(|| {
        quote!(
            const WRITES: bool = true;
        )
    });
    let places = places(network);
    quote! {
        #places
        #[allow(unused_doc_comments, unused_variables, unused_mut, clippy::too_many_arguments)]
        #[diagnostic::do_not_recommend]
        impl #generics __dnn::Layer<#input> for #name #arguments {
            type Output = #output;
            const INFER: __dnn::Extent = #infer_need;
            const TRAIN: __dnn::Extent = #train_need;
            const MACS: usize = #known #(+ #macs)*;
            const DETACHED: bool = #detached;
            const WHOLE_BATCH: bool = #whole_batch;
            const LEAST_BATCH: usize = #least_batch;
            #shares
            #writes

            #inline
            #[track_caller]
            fn infer(&self, x: #read, y: &mut [#output], workspace: &mut [#scalar]) {
                #infer
            }

            #inline
            #[track_caller]
            fn forward(&self, pass: &__dnn::Pass, x: #read, y: &mut [#output], workspace: &mut [#scalar]) {
                #forward
            }

            #inline
            #[track_caller]
            fn backward(
                &self,
                pass: &__dnn::Pass,
                x: #read,
                y: &[#output],
                workspace: &mut [#scalar],
                dy: &mut [#output],
                dx: ::core::option::Option<#write>,
                dp: ::core::option::Option<&mut <Self as __dnn::Parameters>::Gradient>,
            ) {
                #backward
            }

            #backward_and_update

            #absorb
        }
    }
}

/// Whether gradients of the same parameters come from a node before too.
fn is_shared(node: &Node) -> bool {
    let parameters = node.operation.field.as_ref().map(|field| field.parameters);
    node.again && !node.frozen && parameters.is_some_and(|count| count != Some(0))
}

/// Whether a node writes the gradient of its parameters where none is there: no other node adds to it.
pub(super) fn writes(network: &Network<'_>, index: usize) -> bool {
    let nodes = &network.typed.nodes;
    let node = &nodes[index];
    let same = |other: &&Node| (other.layer, other.element) == (node.layer, node.element);
    let is_step = |step: &Step| matches!(step.action, Action::Node { node, .. } if node == index);
    let runs = network.steps.list.iter().any(|step| is_step(step) && !step.optional);
    node.writes && !node.frozen && runs && nodes.iter().filter(same).count() == 1
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Infer,
    Forward,
}

/// The nodes whose constants only their types know.
pub(super) fn own<'a>(network: &'a Network<'_>) -> impl Iterator<Item = &'a Node> {
    let runs = network.runs;
    let of_type = |node: &&Node| matches!(&node.operation.form, Form::Op { workspace, .. } if workspace.is_of_type());
    network.typed.nodes.iter().filter(move |node| runs && of_type(node))
}

/// `<Gate as __dnn::Layer<[f32; 8]>>::TRAIN`, all of it at the layer's word.
pub(super) fn own_item(network: &Network<'_>, node: &Node, concrete: bool, item: TokenStream) -> TokenStream {
    let (ty, from) = if concrete {
        (network.concrete_field_type(node), network.takes(node, &network.concrete_scalar()))
    } else {
        (network.field_type(node, &quote!(__dnn)), network.takes(node, &network.scalar()))
    };
    associated(node.span, &ty, quote!(__dnn::Layer<#from>), item)
}

/// The nodes whose workspace the plan does not know.
pub(super) fn behind<'a>(network: &'a Network<'_>) -> impl Iterator<Item = &'a Node> {
    network.plan.behind.iter().filter(|_| network.runs).map(|&at| &network.typed.nodes[at])
}

/// The planned part of the workspace.
fn planned(schedule: &Schedule) -> TokenStream {
    let Extent { sample, batch } = schedule.extent();
    let (sample, batch) = (Literal::usize_unsuffixed(sample), Literal::usize_unsuffixed(batch));
    quote!(__dnn::Extent::new(#sample, #batch))
}

/// The workspace: what is planned, and behind it what layers take whose types alone know. What is computed again lies
/// behind that, in one place after the other's use.
fn needs(network: &Network<'_>) -> (TokenStream, TokenStream) {
    let (infer, train) = (planned(&network.plan.infer), planned(&network.plan.train));
    if behind(network).next().is_none() {
        return (infer, train);
    }
    let most = behind(network).map(|node| own_item(network, node, true, quote!(INFER)));
    let most = most.fold(quote!(__dnn::Extent::NONE), |most, need| quote!(#most.or(#need)));
    let need = |node| own_item(network, node, true, training_need(network, node));
    let kept = behind(network).filter(|node| !node.recompute).map(need);
    let again: Vec<TokenStream> = behind(network).filter(|node| node.recompute).map(need).collect();
    let again = (!again.is_empty()).then(|| quote!(.and(__dnn::Extent::NONE #(.or(#again))*)));
    (quote!(#infer.and(#most)), quote!(#train #(.and(#kept))* #again))
}

/// Which constant says the workspace of a node in training: without a backward step it runs as in inference.
fn training_need(network: &Network<'_>, node: &Node) -> TokenStream {
    if network.steps.has_gradient(node.output) { quote!(TRAIN) } else { quote!(INFER) }
}

/// Where the workspaces of such layers lie in training: behind the plan and those of the layers before, one constant each.
fn places(network: &Network<'_>) -> TokenStream {
    let (generics, arguments) = network.generics();
    let name = &network.declaration.name;
    let mut before = planned(&network.plan.train);
    let mut list = Vec::new();
    let (kept, again): (Vec<&Node>, Vec<&Node>) = behind(network).partition(|node| !node.recompute);
    for node in kept.iter().chain(&again) {
        let need = own_item(network, node, false, training_need(network, node));
        let place = own_place(node);
        list.push(quote!(const #place: __dnn::Place = __dnn::Place::at(#before, #need);));
        if !node.recompute {
            before = quote!(Self::#place.end());
        }
    }
    match list.is_empty() {
        true => quote!(),
        false => quote!(impl #generics #name #arguments { #(#list)* }),
    }
}

/// The buffers of inference or of training, as the summary shows them: those of the plan, and behind them the workspaces whose
/// need only their types know.
pub(super) fn plan(network: &Network<'_>, training: bool) -> Vec<TokenStream> {
    let schedule = if training { &network.plan.train } else { &network.plan.infer };
    let literal = |number: usize| Literal::usize_unsuffixed(number);
    let info = |name: &str, place: TokenStream, (from, to): (usize, usize)| {
        let (from, to) = (literal(from), literal(to));
        quote!(__dnn::BufferInfo { name: #name, place: #place, live: (#from, #to) })
    };
    let within =
        schedule.places.iter().map(|place| info(&place.name, buffers::at(place.offset, place.len), place.live));
    let behind = network.plan.behind.iter().filter(|_| network.runs).map(|&at| {
        let node = &network.typed.nodes[at];
        let name = format!("{}_saved", network.typed.values[node.output.0].name);
        if training {
            let place = own_place(node);
            let last = network.steps.of_node(at).map_or(at, |step| network.typed.nodes.len() + step);
            return info(&name, quote!(Self::#place), (at, last));
        }
        let (planned, need) = (planned(schedule), own_item(network, node, false, quote!(INFER)));
        info(&name, quote!(__dnn::Place::at(#planned, #need)), (at, at))
    });
    within.chain(behind).collect()
}

fn own_place(node: &Node) -> Ident {
    format_ident!("__PLACE_{}", node.output.0)
}

/// What a layer works in beside its input and its output.
pub(super) fn workspace(
    network: &Network<'_>,
    buffers: &mut Buffers<'_>,
    index: usize,
    node: &Node,
    training: bool,
) -> TokenStream {
    let schedule = if training { &network.plan.train } else { &network.plan.infer };
    match schedule.workspaces[index] {
        Some(room) => {
            let name = buffers.take_room(room);
            quote!(#name)
        }
        None if !network.plan.behind.contains(&index) => quote!(&mut []),
        None if training => {
            let place = own_place(node);
            buffers.take_own(quote!(Self::#place))
        }
        None => {
            let (planned, need) = (planned(schedule), own_item(network, node, false, quote!(INFER)));
            buffers.take_own(quote!(__dnn::Place::at(#planned, #need)))
        }
    }
}

/// `fc1: Linear<784, 128> [784] -> [128]: y = x Wᵀ + b`
pub(super) fn title(network: &Network<'_>, node: &Node, formula: &str) -> String {
    let values = &network.typed.values;
    let inputs: Vec<String> = node.inputs.iter().map(|input| brackets(&values[input.0].dims)).collect();
    let output = brackets(&values[node.output.0].dims);
    let name = network.declaration.layers[node.layer].name.as_ref();
    let element = node.element.map_or(String::new(), |element| format!("[{element}]"));
    let name = name.map_or(String::new(), |name| format!("{name}{element}: "));
    let arrow = if inputs.is_empty() { "" } else { " -> " };
    format!(" {name}{} {}{arrow}{output}: {formula}", node.kind, inputs.join(", "))
}

/// `infer` or `forward`.
fn pass(network: &Network<'_>, mode: Mode) -> TokenStream {
    let schedule = if mode == Mode::Infer { &network.plan.infer } else { &network.plan.train };
    let y = variable("y");
    let steps = network.typed.nodes.iter().enumerate().map(|(index, node)| {
        let mut buffers = Buffers::new(network, schedule);
        let step = forward_step(network, &mut buffers, schedule, index, node, mode);
        let title = title(network, node, &node.operation.formula);
        if step.is_empty() { quote!() } else { buffers.step(&title, &step) }
    });
    let need = if mode == Mode::Infer { quote!(INFER) } else { quote!(TRAIN) };
    let spoil = quote!(return __dnn::workspace::spoil(#y););
    let (check, borrowed) = (check(network, need, quote!(("y", #y.len())), &spoil), borrowed(network, &spoil));
    let inputs = inputs(network);
    quote! {
        #inputs
        #check
        #borrowed
        #(#steps)*
    }
}

/// The batches of several inputs by their names, and the number of samples.
pub(super) fn inputs(network: &Network<'_>) -> TokenStream {
    let (x, n) = (variable("x"), variable("n"));
    let names: Vec<Ident> = (0..network.typed.inputs.len()).map(|at| input_name(network, at)).collect();
    match &names[..] {
        [_] => quote!(let #n = #x.len();),
        [first, ..] => quote!(let (#(#names),*) = #x; let #n = #first.len();),
        [] => quote!(),
    }
}

/// The layers that lie behind references, as variables; `otherwise` ends the pass where one is not there.
pub(super) fn borrowed(network: &Network<'_>, otherwise: &TokenStream) -> TokenStream {
    let fields = network.borrowed().map(|(node, field)| {
        let (text, name) = (node.label.trim_start_matches("r#"), borrowed_name(node));
        quote! {
            let ::core::option::Option::Some(#name) = __dnn::workspace::present(#text, self.#field) else { #otherwise };
        }
    });
    quote!(#(#fields)*)
}

/// The variable of a layer behind a reference; the value that it makes has its name.
fn borrowed_name(node: &Node) -> Ident {
    variable(&format!("{}_layer", node.label.trim_start_matches("r#")))
}

/// What a caller gives a pass has the lengths that it needs; `otherwise` ends the pass.
pub(super) fn check(
    network: &Network<'_>,
    need: TokenStream,
    batches: TokenStream,
    otherwise: &TokenStream,
) -> TokenStream {
    let (n, workspace, input) = (variable("n"), variable("workspace"), network.input());
    let others = (1..network.typed.inputs.len()).map(|at| {
        let name = input_name(network, at);
        let text = name.to_string();
        quote!((#text, #name.len()),)
    });
    quote! {
        if !__dnn::workspace::check(#n, [#(#others)* #batches], #workspace.len(), <Self as __dnn::Layer<#input>>::#need) {
            #otherwise
        }
    }
}

/// A batch copied from one place to another, as rows.
pub(super) fn copy(buffers: &mut Buffers<'_>, from: Storage, to: Storage, rows: &TokenStream) -> TokenStream {
    let read = buffers.at(from, rows, false);
    let write = buffers.at(to, rows, true);
    quote!(__dnn::tensor::copy(#write, #read);)
}

fn forward_step(
    network: &Network<'_>,
    buffers: &mut Buffers<'_>,
    schedule: &Schedule,
    index: usize,
    node: &Node,
    mode: Mode,
) -> TokenStream {
    let to = schedule.value(node.output);
    let over = schedule.over(index, 0);
    let pass = variable("pass");
    match &node.operation.form {
        Form::View | Form::Detached => match over {
            Some(_) => quote!(),
            None => {
                let rows = network.tensor(&network.typed.values[node.output.0].dims);
                copy(buffers, schedule.value(node.inputs[0]), to, &rows)
            }
        },
        Form::InPlace { value, at, keeps: _ } => {
            let copy = over.is_none().then(|| {
                let rows = network.tensor(&network.typed.values[node.output.0].dims);
                copy(buffers, schedule.value(node.inputs[0]), to, &rows)
            });
            let rows = network.tensor(at);
            let buffer = buffers.at(to, &rows, true);
            let call = match mode {
                Mode::Infer => quote!(__dnn::InPlace::<#rows>::infer(&#value, #buffer);),
                Mode::Forward => {
                    let pass = through(index, node, &pass);
                    quote!(__dnn::InPlace::<#rows>::forward(&#value, #pass #buffer);)
                }
            };
            quote!(#copy #call)
        }
        Form::Join(operands) => join(network, buffers, schedule, over, node, operands),
        Form::Tensor => {
            let write = buffers.value(node.output, &network.typed.values[node.output.0].dims, true);
            let field = field(node);
            quote!(__dnn::operand::spread(&self.#field, #write);)
        }
        Form::Op { to: rows, .. } if over.is_some() => {
            let rows = network.tensor(rows);
            let (layer, buffer) = (layer(node), buffers.at(to, &rows, true));
            let space = workspace(network, buffers, index, node, false);
            quote_spanned!(there(node.span)=> __dnn::Overwrite::<#rows>::overwrite(&#layer, #buffer, #space);)
        }
        Form::Op { .. } => {
            // What has no backward step runs as in inference, and keeps nothing.
            let trains = mode == Mode::Forward && network.steps.has_gradient(node.output);
            let method = if trains { quote!(forward) } else { quote!(infer) };
            let (call, rows) = operation(network, node, method);
            let inner = pooled::inner(network, index);
            let read = read(network, buffers, node, true);
            let write = buffers.at(to, &rows, true);
            let layer = layer(node);
            let space = workspace(network, buffers, index, node, mode == Mode::Forward);
            let pass = trains.then(|| through(index, node, &pass));
            at_layer(node, quote_spanned!(there(node.span)=> #call(&#layer, #pass #read, #write, #space #inner);))
        }
    }
}

/// The operands of a join, put one after the other: the first one may lie there already.
fn join(
    network: &Network<'_>,
    buffers: &mut Buffers<'_>,
    schedule: &Schedule,
    over: Option<usize>,
    node: &Node,
    operands: &[Operand],
) -> TokenStream {
    let to = schedule.value(node.output);
    let bases: Vec<usize> = (0..operands.len()).filter(|i| operands[*i].base).collect();
    let base = over.map(|over| bases[over]).or(bases.first().copied());
    let start = match (over, base) {
        (None, Some(base)) => {
            let rows = network.tensor(&network.typed.values[node.output.0].dims);
            copy(buffers, schedule.value(node.inputs[base]), to, &rows)
        }
        _ => quote!(),
    };
    let puts = (0..operands.len()).filter(|i| Some(*i) != base).map(|i| {
        let Operand { first, then, from, to: rows, factor, .. } = &operands[i];
        let is_first = base.is_none() && i == 0;
        let value = if is_first { first } else { then };
        let (from, rows) = (network.tensor(from), network.tensor(rows));
        let read = buffers.at(schedule.value(node.inputs[i]), &from, false);
        let write = buffers.at(to, &rows, true);
        match *factor && !is_first {
            true => quote!(#value.put(#read, #write);),
            false => quote!(__dnn::Operand::<#from, #rows>::put(&#value, #read, #write);),
        }
    });
    let puts: Vec<TokenStream> = puts.collect();
    quote!(#start #(#puts)*)
}

/// What a layer reads: rows of a value, or a tuple of values; nothing where its backward pass does not.
pub(super) fn read(network: &Network<'_>, buffers: &mut Buffers<'_>, node: &Node, reads: bool) -> TokenStream {
    if !matches!(node.operation.form, Form::Op { .. }) {
        return quote!();
    }
    let mut one = |at: usize| {
        let input = node.inputs[at];
        let dims = rows(network, node, input);
        if reads { buffers.value(input, dims, false) } else { quote!(&[]) }
    };
    match node.inputs.len() {
        1 => one(0),
        several => {
            let all: Vec<TokenStream> = (0..several).map(one).collect();
            quote!((#(#all),*))
        }
    }
}

/// The shape in which a layer reads one of its inputs: rows, or the whole value where only its type knows them or there are
/// several.
pub(super) fn rows<'n>(network: &'n Network<'_>, node: &'n Node, input: ValueId) -> &'n [usize] {
    match &node.operation.form {
        Form::Op { from, own: None, .. } if node.inputs.len() == 1 => from,
        _ => &network.typed.values[input.0].dims,
    }
}

/// The argument that tells a layer about the pass. Nested networks, further repetitions of a layer, and layers that are used
/// once more, have random numbers of their own.
pub(super) fn through(index: usize, node: &Node, pass: &Ident) -> TokenStream {
    let own = matches!(node.operation.form, Form::Op { own: Some(_), .. });
    let number = index as u64;
    match (node.frozen, own || node.again || node.element > Some(0)) {
        (true, _) => quote!(&#pass.frozen(),),
        (false, true) => quote!(&#pass.within(#number),),
        (false, false) => quote!(#pass,),
    }
}

/// The method of a node, and the type of the rows that it writes. For a user's own layer that is left to inference: what its
/// type gives is known only there, and a wrong declaration is the seal's message alone.
pub(super) fn operation(network: &Network<'_>, node: &Node, method: TokenStream) -> (TokenStream, TokenStream) {
    let Form::Op { to, own, .. } = &node.operation.form else { return Default::default() };
    if own.is_some() {
        return (own_item(network, node, false, method), quote!(_));
    }
    let (from, to) = (network.takes(node, &network.scalar()), network.tensor(to));
    match pooled::of(network, node) {
        Some(pooled) => (quote!(#pooled::#method), to),
        None => (quote!(__dnn::Op::<#from, #to>::#method), to),
    }
}

/// The call of a layer's method, which stands at the layer. A message about the user's own layer is to point at nothing but
/// it, the arguments included.
pub(super) fn at_layer(node: &Node, call: TokenStream) -> TokenStream {
    if matches!(node.operation.form, Form::Op { own: Some(_), .. }) { at(node.span, call) } else { call }
}

/// The layer of a node: a value, or a field of the network.
pub(super) fn layer(node: &Node) -> TokenStream {
    match &node.operation.form {
        Form::Op { value: Some(value), .. } => value.clone(),
        _ if node.borrowed => {
            let name = borrowed_name(node);
            quote!(*#name)
        }
        _ => {
            let field = field(node);
            quote!(self.#field)
        }
    }
}

/// The field of a node: `fc1`, or `blocks[2]`.
pub(super) fn field(node: &Node) -> TokenStream {
    let name = &node.field;
    match node.element {
        Some(element) => {
            let element = Literal::usize_unsuffixed(element);
            quote!(#name[#element])
        }
        None => quote!(#name),
    }
}

/// The gradients of several inputs by their names, where they are wanted.
pub(super) fn gradients(network: &Network<'_>) -> TokenStream {
    let (dx, wanted) = (variable("dx"), variable("wanted"));
    let names: Vec<Ident> = (0..network.typed.inputs.len()).map(|at| gradient_name(network, at)).collect();
    match &names[..] {
        [_] => quote!(let (#wanted, mut #dx) = (#dx.is_some(), #dx);),
        _ => quote! {
            let #wanted = #dx.is_some();
            let (#(mut #names),*) = match #dx {
                ::core::option::Option::Some((#(#names),*)) => (#(::core::option::Option::Some(#names)),*),
                ::core::option::Option::None => ::core::default::Default::default(),
            };
        },
    }
}

/// The running statistics of the layers whose types alone know what they keep.
fn absorb(network: &Network<'_>) -> TokenStream {
    let schedule = &network.plan.train;
    let calls = network.typed.nodes.iter().enumerate().filter(|(_, node)| !node.frozen && !node.recompute);
    let calls = calls.filter_map(|(index, node)| {
        // Of what is planned, only what is there once in a batch is absorbed.
        let place = match schedule.workspaces[index] {
            Some(room) if room.len.batch > 0 && node.pooled.is_none() => {
                buffers::at(schedule.places[room.place].offset, room.len)
            }
            None if network.plan.behind.contains(&index) => {
                let place = own_place(node);
                quote!(Self::#place)
            }
            _ => return None,
        };
        let (call, field) = (own_item(network, node, false, quote!(absorb)), field(node));
        let buffer = quote!(__dnn::workspace::buffer(workspace, batch, #place));
        Some(at(node.span, quote!(#call(&mut self.#field, batch, #buffer);)))
    });
    let calls: Vec<TokenStream> = calls.collect();
    if calls.is_empty() {
        return quote!();
    }
    let scalar = network.scalar();
    quote! {
        fn absorb(&mut self, batch: usize, workspace: &[#scalar]) {
            #(#calls)*
        }
    }
}
