//! The three passes over a batch: one statement or two for each layer, with its formula beside it.

use super::{Network, associated, at, variable};
use crate::backward::Gradient;
use crate::layers::{Form, Keeps, Workspace};
use crate::memory::{GradientStorage, Place, Schedule, Storage};
use crate::shape::{Node, brackets};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

pub(super) fn emit(network: &Network<'_>) -> TokenStream {
    let (generics, arguments) = network.generics();
    let name = &network.declaration.name;
    let (input, output, scalar) = (network.input(), network.output(), network.scalar());
    let macs = own(network).map(|node| own_item(network, node, true, quote!(MACS)));
    let known: usize = network.typed.nodes.iter().filter_map(|node| node.operation.macs).sum();
    let (infer_need, train_need) = needs(network);
    let any = |item: &'static str, of: &dyn Fn(&Node) -> bool| {
        let word = variable(item);
        let types = own(network).filter(|node| of(node)).map(|node| own_item(network, node, true, quote!(#word)));
        quote!(#(|| #types)*)
    };
    let is_first = |node: &Node| network.steps.has_gradient(node.input) && !network.steps.is_trained(node.input);
    let (detached, inside) = (network.steps.is_detached(network.typed), any("DETACHED", &is_first));
    let detached = quote!(#detached #inside);
    let statistics = any("WHOLE_BATCH", &|node| !node.frozen);
    let least = own(network).filter(|node| !node.frozen).map(|node| own_item(network, node, true, quote!(LEAST_BATCH)));
    let least_batch = quote!(__dnn::check::most([1 #(, #least)*]));
    let whole_batch = quote!(false #statistics);
    let (infer, forward, backward, absorb) = if network.runs {
        (pass(network, Mode::Infer), pass(network, Mode::Forward), backward(network), absorb(network))
    } else {
        // Never compiled to code: the errors of the declaration stand beside it.
        let none = quote!(::core::unimplemented!());
        (none.clone(), none.clone(), none, quote!())
    };
    quote! {
        #[allow(unused_doc_comments, unused_variables, clippy::too_many_arguments)]
        #[diagnostic::do_not_recommend]
        impl #generics __dnn::Layer<#input> for #name #arguments {
            type Output = #output;
            const INFER: __dnn::Extent = #infer_need;
            const TRAIN: __dnn::Extent = #train_need;
            const MACS: usize = #known #(+ #macs)*;
            const DETACHED: bool = #detached;
            const WHOLE_BATCH: bool = #whole_batch;
            const LEAST_BATCH: usize = #least_batch;

            #[track_caller]
            fn infer(&self, x: &[#input], y: &mut [#output], workspace: &mut [#scalar]) {
                #infer
            }

            #[track_caller]
            fn forward(&self, pass: &__dnn::Pass, x: &[#input], y: &mut [#output], workspace: &mut [#scalar]) {
                #forward
            }

            #[track_caller]
            fn backward(
                &self,
                pass: &__dnn::Pass,
                x: &[#input],
                y: &[#output],
                workspace: &mut [#scalar],
                dy: &mut [#output],
                dx: ::core::option::Option<&mut [#input]>,
                dp: ::core::option::Option<&mut <Self as __dnn::Parameters>::Gradient>,
            ) {
                #backward
            }

            #absorb
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Infer,
    Forward,
}

/// The nodes whose workspace only their types know.
pub(super) fn own<'a>(network: &'a Network<'_>) -> impl Iterator<Item = &'a Node> {
    let runs = network.runs;
    let of_type = |node: &&Node| matches!(node.operation.form, Form::Op { workspace: Workspace::OfType, .. });
    network.typed.nodes.iter().filter(move |node| runs && of_type(node))
}

/// `<Gate as __dnn::Layer<[f32; 8]>>::TRAIN`, all of it at the layer's word.
pub(super) fn own_item(network: &Network<'_>, node: &Node, concrete: bool, item: TokenStream) -> TokenStream {
    let Form::Op { from, .. } = &node.operation.form else { return quote!() };
    let (ty, from) = if concrete {
        (network.concrete_field_type(node), super::array(from, network.concrete_scalar()))
    } else {
        (network.field_type(node, &quote!(__dnn)), network.tensor(from))
    };
    associated(node.span, &ty, quote!(__dnn::Layer<#from>), item)
}

/// The workspace: what is planned, and behind it what layers take whose types alone know.
fn needs(network: &Network<'_>) -> (TokenStream, TokenStream) {
    let planned = |schedule: &Schedule| {
        let size = Literal::usize_unsuffixed(schedule.size());
        quote!(__dnn::Extent::new(#size, 0))
    };
    let own_need = |which: TokenStream| own(network).map(move |node| own_item(network, node, true, which.clone()));
    let (infer, train) = (planned(&network.plan.infer), planned(&network.plan.train));
    if own(network).next().is_none() {
        return (infer, train);
    }
    let most = own_need(quote!(INFER)).fold(quote!(__dnn::Extent::NONE), |most, need| quote!(#most.or(#need)));
    let all = own(network).map(|node| own_item(network, node, true, training_need(network, node)));
    (quote!(#infer.and(#most)), quote!(#train #(.and(#all))*))
}

/// Which constant says the workspace of a node in training: without a backward step it runs as in inference.
fn training_need(network: &Network<'_>, node: &Node) -> TokenStream {
    if network.steps.has_gradient(node.output) { quote!(TRAIN) } else { quote!(INFER) }
}

/// Where the workspace of such a layer lies: behind the plan and, in training, behind those of the layers before.
fn own_place(network: &Network<'_>, node: &Node, training: bool) -> TokenStream {
    let schedule = if training { &network.plan.train } else { &network.plan.infer };
    let size = Literal::usize_unsuffixed(schedule.size());
    let before = own(network).take_while(|other| other.output != node.output && training);
    let before = before.map(|other| own_item(network, other, false, training_need(network, other)));
    let need = if training { training_need(network, node) } else { quote!(INFER) };
    let need = own_item(network, node, false, need);
    quote!(__dnn::Place::behind(__dnn::Extent::new(#size, 0) #(.and(#before))*, #need))
}

/// The buffers that one step takes from the workspace.
struct Buffers<'a> {
    /// The types of the caller's batches.
    input: TokenStream,
    output: TokenStream,
    schedule: &'a Schedule,
    /// Their variables, and which places of the schedule they are.
    names: Vec<(Option<usize>, Ident)>,
    places: Vec<TokenStream>,
}

impl<'a> Buffers<'a> {
    fn new(network: &Network<'_>, schedule: &'a Schedule) -> Buffers<'a> {
        Buffers { input: network.input(), output: network.output(), schedule, names: Vec::new(), places: Vec::new() }
    }

    fn take(&mut self, place: usize) -> Ident {
        if let Some((_, name)) = self.names.iter().find(|(own, _)| *own == Some(place)) {
            return name.clone();
        }
        let schedule = self.schedule;
        let Place { name, offset, len, .. } = &schedule.places[place];
        let (offset, len) = (Literal::usize_unsuffixed(*offset), Literal::usize_unsuffixed(*len));
        self.add(Some(place), name, quote!(__dnn::Place::new(#offset, #len)))
    }

    /// What a layer works in beside its input and its output.
    fn workspace(&mut self, network: &Network<'_>, index: usize, node: &Node, training: bool) -> TokenStream {
        match &node.operation.form {
            Form::Op { workspace: Workspace::OfType, .. } => self.take_own(own_place(network, node, training)),
            _ => match self.schedule.workspaces[index] {
                Some(place) => {
                    let name = self.take(place);
                    quote!(#name)
                }
                None => quote!(&mut []),
            },
        }
    }

    fn take_own(&mut self, place: TokenStream) -> TokenStream {
        let name = self.add(None, "own", place);
        quote!(#name)
    }

    /// Under a name that no other variable of the step has: the gradient of `p` is not `dp`, which holds those of all
    /// parameters, and that of `fc` is not the value `dfc`.
    fn add(&mut self, place: Option<usize>, name: &str, tokens: TokenStream) -> Ident {
        const TAKEN: [&str; 8] = ["x", "y", "dx", "dy", "dp", "n", "pass", "workspace"];
        let mut name = variable(name);
        while TAKEN.iter().any(|taken| name == taken) || self.names.iter().any(|(_, taken)| *taken == name) {
            name = variable(&format!("{name}_"));
        }
        self.names.push((place, name.clone()));
        self.places.push(tokens);
        name
    }

    /// A value as rows of the type `at`, to read or to write.
    fn value(&mut self, storage: Storage, rows: &TokenStream, write: bool) -> TokenStream {
        let callers = if storage == Storage::Input { &self.input } else { &self.output };
        let same = rows.to_string() == callers.to_string();
        let (x, y) = (variable("x"), variable("y"));
        match (storage, write) {
            (Storage::Input, _) if same => quote!(#x),
            (Storage::Input, _) => quote!(__dnn::tensor::view::<_, #rows>(#x)),
            (Storage::Output, true) if same => quote!(#y),
            (Storage::Output, true) => quote!(__dnn::tensor::view_mut::<_, #rows>(#y)),
            (Storage::Output, false) if same => quote!(&*#y),
            (Storage::Output, false) => quote!(__dnn::tensor::view::<_, #rows>(#y)),
            (Storage::Place(place), true) => {
                let name = self.take(place);
                quote!(__dnn::tensor::batch_mut::<#rows>(#name))
            }
            (Storage::Place(place), false) => {
                let name = self.take(place);
                quote!(__dnn::tensor::batch::<#rows>(#name))
            }
        }
    }

    /// The statement that takes the buffers, and the step behind it; `title` is written above them.
    fn step(self, title: &str, step: &TokenStream) -> TokenStream {
        let Buffers { names, places, .. } = self;
        if names.is_empty() {
            return quote!(#[doc = #title] #step);
        }
        let names = names.into_iter().map(|(_, name)| name);
        let (workspace, n) = (variable("workspace"), variable("n"));
        quote! {
            #[doc = #title]
            let [#(#names),*] = __dnn::workspace::buffers(&mut *#workspace, #n, [#(#places),*]);
            #step
        }
    }
}

/// `fc1: Linear<784, 128> [784] -> [128]: y = x Wᵀ + b`
fn title(network: &Network<'_>, node: &Node, formula: &str) -> String {
    let values = &network.typed.values;
    let (input, output) = (brackets(&values[node.input.0].dims), brackets(&values[node.output.0].dims));
    let name = network.declaration.layers[node.layer].name.as_ref();
    let name = name.map_or(String::new(), |name| format!("{name}: "));
    format!(" {name}{} {input} -> {output}: {formula}", node.kind)
}

/// `infer` or `forward`.
fn pass(network: &Network<'_>, mode: Mode) -> TokenStream {
    let schedule = if mode == Mode::Infer { &network.plan.infer } else { &network.plan.train };
    let (x, y, n) = (variable("x"), variable("y"), variable("n"));
    let steps = network.typed.nodes.iter().enumerate().map(|(index, node)| {
        let mut buffers = Buffers::new(network, schedule);
        let step = forward_step(network, &mut buffers, index, node, mode);
        let title = title(network, node, &node.operation.formula);
        if step.is_empty() { quote!() } else { buffers.step(&title, &step) }
    });
    let need = if mode == Mode::Infer { quote!(INFER) } else { quote!(TRAIN) };
    let spoil = quote!(return __dnn::workspace::spoil(#y););
    let (check, borrowed) = (check(network, need, quote!(("y", #y.len())), &spoil), borrowed(network, &spoil));
    quote! {
        let #n = #x.len();
        #check
        #borrowed
        #(#steps)*
    }
}

/// The layers that lie behind references, as variables; `otherwise` ends the pass where one is not there.
fn borrowed(network: &Network<'_>, otherwise: &TokenStream) -> TokenStream {
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
fn check(network: &Network<'_>, need: TokenStream, batches: TokenStream, otherwise: &TokenStream) -> TokenStream {
    let (n, workspace, input) = (variable("n"), variable("workspace"), network.input());
    quote! {
        if !__dnn::workspace::check(#n, [#batches], #workspace.len(), <Self as __dnn::Layer<#input>>::#need) {
            #otherwise
        }
    }
}

fn forward_step(
    network: &Network<'_>,
    buffers: &mut Buffers<'_>,
    index: usize,
    node: &Node,
    mode: Mode,
) -> TokenStream {
    let schedule = buffers.schedule;
    let (from, to) = (schedule.storage[node.input.0], schedule.storage[node.output.0]);
    let copy = schedule.copies[index].then(|| {
        let rows = network.tensor(&network.typed.values[node.input.0].dims);
        let read = buffers.value(from, &rows, false);
        let write = buffers.value(to, &rows, true);
        quote!(__dnn::tensor::copy(#write, #read);)
    });
    let pass = variable("pass");
    let call = match &node.operation.form {
        Form::View => quote!(),
        Form::InPlace { value, at, keeps: _ } => {
            let rows = network.tensor(at);
            let buffer = buffers.value(to, &rows, true);
            match mode {
                Mode::Infer => quote!(__dnn::InPlace::<#rows>::infer(&#value, #buffer);),
                Mode::Forward => quote!(__dnn::InPlace::<#rows>::forward(&#value, #pass, #buffer);),
            }
        }
        Form::Op { from: rows_from, .. } => {
            // What has no backward step runs as in inference, and keeps nothing.
            let trains = mode == Mode::Forward && network.steps.has_gradient(node.output);
            let method = if trains { quote!(forward) } else { quote!(infer) };
            let (call, rows_to) = operation(network, node, method);
            let read = buffers.value(from, &network.tensor(rows_from), false);
            let write = buffers.value(to, &rows_to, true);
            let layer = layer(network, node);
            let space = buffers.workspace(network, index, node, mode == Mode::Forward);
            let pass = trains.then(|| through(node, &pass));
            at(node.span, quote!(#call(&#layer, #pass #read, #write, #space);))
        }
    };
    quote!(#copy #call)
}

/// The argument that tells a layer about the pass.
fn through(node: &Node, pass: &Ident) -> TokenStream {
    if node.frozen { quote!(&#pass.frozen(),) } else { quote!(#pass,) }
}

/// The method of a node, and the type of the rows that it writes. For a user's own layer that is left to inference: what its
/// type gives is known only there, and a wrong declaration is the seal's message alone.
fn operation(network: &Network<'_>, node: &Node, method: TokenStream) -> (TokenStream, TokenStream) {
    let Form::Op { from, to, own, .. } = &node.operation.form else { return Default::default() };
    if own.is_some() {
        return (own_item(network, node, false, method), quote!(_));
    }
    let (from, to) = (network.tensor(from), network.tensor(to));
    (quote!(__dnn::Op::<#from, #to>::#method), to)
}

/// The layer of a node: a value, or a field of the network.
fn layer(network: &Network<'_>, node: &Node) -> TokenStream {
    match &node.operation.form {
        Form::Op { value: Some(value), .. } => value.clone(),
        _ if node.borrowed => {
            let name = borrowed_name(node);
            quote!(*#name)
        }
        _ => {
            let field = field(network, node);
            quote!(self.#field)
        }
    }
}

fn field(network: &Network<'_>, node: &Node) -> TokenStream {
    let name = &network.declaration.layers[node.layer].name;
    quote!(#name)
}

/// `backward`: the steps from the last node to the first.
fn backward(network: &Network<'_>) -> TokenStream {
    let (x, y, n) = (variable("x"), variable("y"), variable("n"));
    let (dx, dy, dp) = (variable("dx"), variable("dy"), variable("dp"));
    let gradients = &network.plan.gradients;
    let reaches = |value: crate::graph::ValueId| gradients[value.0] == GradientStorage::Input;
    let in_place = |step: &crate::backward::Step| {
        step.gradient == Gradient::InPlace && reaches(network.typed.nodes[step.node].input)
    };
    let again = network.steps.list.iter().any(in_place).then(|| quote!(let mut #dx = #dx;));
    let parameters = network.trained().next().map(|_| quote!(let mut #dp = #dp;));
    let steps = network.steps.list.iter().map(|step| {
        let node = &network.typed.nodes[step.node];
        let mut buffers = Buffers::new(network, &network.plan.train);
        let call = backward_step(network, &mut buffers, step.node, again.is_some());
        let title = title(network, node, &node.operation.derivative);
        if call.is_empty() { quote!() } else { buffers.step(&title, &call) }
    });
    let end = (gradients[network.typed.input.0] == GradientStorage::Output).then(|| {
        let input = network.input();
        quote! {
            if let ::core::option::Option::Some(#dx) = #dx {
                __dnn::tensor::copy(#dx, __dnn::tensor::view::<_, #input>(#dy));
            }
        }
    });
    let dx_len = quote!(#dx.as_deref().map_or(#n, <[_]>::len));
    let spoil = quote! {
        if let ::core::option::Option::Some(#dx) = #dx {
            __dnn::workspace::spoil(#dx);
        }
        if let ::core::option::Option::Some(#dp) = #dp {
            __dnn::workspace::spoil(__dnn::Parameters::flat_mut(#dp));
        }
        return;
    };
    let batches = quote!(("y", #y.len()), ("dy", #dy.len()), ("dx", #dx_len));
    let (check, borrowed) = (check(network, quote!(TRAIN), batches, &spoil), borrowed(network, &spoil));
    let text = network.declaration.name.to_string();
    let detached = network.steps.is_detached(network.typed).then(|| {
        quote! {
            if let ::core::option::Option::Some(#dx) = #dx {
                __dnn::workspace::detached(#text, #dx);
            }
        }
    });
    quote! {
        let #n = #x.len();
        #check
        #borrowed
        #detached
        #again
        #parameters
        #(#steps)*
        #end
    }
}

fn backward_step(network: &Network<'_>, buffers: &mut Buffers<'_>, index: usize, again: bool) -> TokenStream {
    let (node, schedule) = (&network.typed.nodes[index], buffers.schedule);
    let gradients = &network.plan.gradients;
    let (pass, dx, dy, dp) = (variable("pass"), variable("dx"), variable("dy"), variable("dp"));
    let gradient = |buffers: &mut Buffers<'_>, rows: &TokenStream| match gradients[node.output.0] {
        GradientStorage::Place(place) => {
            let name = buffers.take(place);
            quote!(__dnn::tensor::batch_mut::<#rows>(#name))
        }
        _ if rows.to_string() == network.output().to_string() => quote!(#dy),
        _ => quote!(__dnn::tensor::view_mut::<_, #rows>(#dy)),
    };
    match &node.operation.form {
        Form::View => quote!(),
        Form::InPlace { value, at, keeps } => {
            let rows = network.tensor(at);
            let kept = match keeps {
                Keeps::Nothing => quote!(&[]),
                Keeps::Input => buffers.value(schedule.storage[node.input.0], &rows, false),
                Keeps::Output => buffers.value(schedule.storage[node.output.0], &rows, false),
            };
            if gradients[node.output.0] == GradientStorage::Input {
                return quote! {
                    if let ::core::option::Option::Some(#dx) = #dx.as_deref_mut() {
                        __dnn::InPlace::<#rows>::backward(&#value, #pass, #kept, __dnn::tensor::view_mut::<_, #rows>(#dx));
                    }
                };
            }
            let dy = gradient(buffers, &rows);
            quote!(__dnn::InPlace::<#rows>::backward(&#value, #pass, #kept, #dy);)
        }
        Form::Op { from, reads, reads_for_dx, value, .. } => {
            let reads = if node.frozen { reads_for_dx } else { reads };
            let (call, rows_to) = operation(network, node, quote!(backward));
            let rows_from = network.tensor(from);
            let mut value_of = |value: crate::graph::ValueId, is_read: bool, rows: &TokenStream| {
                if is_read { buffers.value(schedule.storage[value.0], rows, false) } else { quote!(&[]) }
            };
            let read = value_of(node.input, reads.input, &rows_from);
            let y = value_of(node.output, reads.output, &rows_to);
            let space = buffers.workspace(network, index, node, true);
            let dy = gradient(buffers, &rows_to);
            let to = match gradients[node.input.0] {
                GradientStorage::Nowhere => quote!(::core::option::Option::None),
                GradientStorage::Place(place) => {
                    let name = buffers.take(place);
                    quote!(::core::option::Option::Some(__dnn::tensor::batch_mut::<#rows_from>(#name)))
                }
                _ => {
                    let wanted = if again { quote!(#dx.as_deref_mut()) } else { quote!(#dx) };
                    if rows_from.to_string() == network.input().to_string() {
                        wanted
                    } else {
                        quote!(#wanted.map(|#dx| __dnn::tensor::view_mut::<_, #rows_from>(#dx)))
                    }
                }
            };
            let layer = layer(network, node);
            let own = match value {
                _ if node.frozen => quote!(::core::option::Option::None),
                Some(_) => quote!(::core::option::Option::None),
                None => {
                    let field = field(network, node);
                    quote!(#dp.as_deref_mut().map(|#dp| &mut #dp.#field))
                }
            };
            let pass = through(node, &pass);
            at(node.span, quote!(#call(&#layer, #pass #read, #y, #space, #dy, #to, #own);))
        }
    }
}

/// The running statistics of the user's own layers.
fn absorb(network: &Network<'_>) -> TokenStream {
    let calls: Vec<TokenStream> = own(network)
        .filter(|node| !node.frozen)
        .map(|node| {
            let (field, place) = (field(network, node), own_place(network, node, true));
            let call = own_item(network, node, false, quote!(absorb));
            at(node.span, quote!(#call(&mut self.#field, batch, __dnn::workspace::buffer(workspace, batch, #place));))
        })
        .collect();
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
