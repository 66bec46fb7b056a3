//! A program to Rust: a loop for each piece that runs element by element, a call for every other instruction.

use super::branch::Condition;
use super::companions;
use super::elements;
use super::formula::Formula;
use super::functions::{Branch, Callee, Form};
use super::fuse::{Piece, fuse};
use super::program::{Argument, Instruction, Kind, Onto, Program, Seed, Slot, own_arguments};
use super::shape::tensor;
use super::workspace::Assignment;
use crate::backward::{self, Steps};
use crate::emit::{associated, at, quote, variable};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident};
use std::collections::HashSet;

/// Writes one program.
pub(crate) struct Writer<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) scalar: &'a TokenStream,
    /// The variable of each slot.
    pub(super) variables: Vec<Ident>,
    /// How often each slot is read, as a result too.
    pub(super) uses: Vec<usize>,
    /// The instruction of each slot that is a number.
    numbers: Vec<Option<&'a TokenStream>>,
    /// Which slots are variables that are references to what others hold.
    references: Vec<bool>,
    /// The buffer of each tensor, where a caller gives them; otherwise they lie on the stack.
    workspace: Option<&'a Assignment>,
    /// The nodes whose operands have their shares already.
    shared: HashSet<usize>,
}

/// The statements of a program, and its results in their order.
pub(crate) fn write(program: &Program<'_>, scalar: &TokenStream) -> (TokenStream, Vec<TokenStream>) {
    write_within(program, scalar, fuse(program), None)
}

/// As [`write`], with the buffers of a workspace for tensors.
pub(super) fn write_within(
    program: &Program<'_>,
    scalar: &TokenStream,
    pieces: Vec<Piece>,
    workspace: Option<&Assignment>,
) -> (TokenStream, Vec<TokenStream>) {
    let mut writer = Writer::new(program, scalar, workspace);
    let mut statements = TokenStream::new();
    for piece in &pieces {
        statements.extend(match piece {
            Piece::Loop(over, list) => writer.repeat(over, list),
            Piece::One(instruction) => writer.one(&writer.program.instructions[*instruction]),
        });
    }
    let results = program.results.iter().map(|slot| writer.owned(*slot)).collect();
    (statements, results)
}

impl<'a> Writer<'a> {
    fn new(program: &'a Program<'a>, scalar: &'a TokenStream, workspace: Option<&'a Assignment>) -> Writer<'a> {
        let slots = program.slots();
        let (mut numbers, mut references) = (vec![None; slots], vec![false; slots]);
        for instruction in &program.instructions {
            match &instruction.kind {
                Kind::Number(tokens) => numbers[instruction.target] = Some(tokens),
                Kind::View(_) | Kind::Part(..) | Kind::Rows(..) => {
                    references[instruction.target] = !program.shape(instruction.target).is_scalar()
                }
                _ => {}
            }
        }
        // What nothing makes comes from outside.
        let made: HashSet<Slot> = program.instructions.iter().map(|instruction| instruction.target).collect();
        for slot in (0..slots).filter(|slot| !made.contains(slot)) {
            references[slot] = !program.shape(slot).is_scalar();
        }
        let variables = variables(program.formula, program.steps);
        let (uses, shared) = (program.uses(), HashSet::new());
        Writer { program, scalar, variables, uses, numbers, references, workspace, shared }
    }

    pub(super) fn is_scalar(&self, slot: Slot) -> bool {
        self.program.shape(slot).is_scalar()
    }

    pub(super) fn ty(&self, slot: Slot) -> TokenStream {
        tensor(self.program.shape(slot), self.scalar)
    }

    /// A literal or a constant as a scalar.
    fn number(&self, tokens: &TokenStream) -> TokenStream {
        let scalar = self.scalar;
        let literal: Result<syn::LitFloat, _> = syn::parse2(tokens.clone());
        let text = scalar.to_string();
        match literal {
            Ok(literal) if text == "f32" || text == "f64" => {
                let mut number: Literal = format!("{}{text}", literal.base10_digits())
                    .parse()
                    .unwrap_or_else(|_| Literal::f64_unsuffixed(0.0));
                number.set_span(Span::mixed_site());
                quote!(#number)
            }
            _ => quote!(__dnn::functions::function::number::<#scalar>(#tokens)),
        }
    }

    /// A number by its value.
    pub(super) fn by_value(&self, slot: Slot) -> TokenStream {
        match self.numbers[slot] {
            Some(tokens) => self.number(tokens),
            None => self.variables[slot].to_token_stream(),
        }
    }

    /// Whether a slot is a buffer of the workspace.
    fn is_buffer(&self, slot: Slot) -> bool {
        self.workspace.is_some() && !self.references[slot] && !self.is_scalar(slot)
    }

    /// A tensor by reference.
    pub(super) fn by_reference(&self, slot: Slot) -> TokenStream {
        let value = self.by_value(slot);
        match (self.references[slot], self.is_buffer(slot)) {
            (true, _) => value,
            (_, true) => quote!(&*#value),
            _ => quote!(&#value),
        }
    }

    /// A tensor to write to.
    pub(super) fn mutable(&self, slot: Slot) -> TokenStream {
        let variable = &self.variables[slot];
        if self.is_buffer(slot) { quote!(&mut *#variable) } else { quote!(&mut #variable) }
    }

    /// A tensor by value.
    fn owned(&self, slot: Slot) -> TokenStream {
        let value = self.by_value(slot);
        if self.references[slot] || self.is_buffer(slot) { quote!(*#value) } else { value }
    }

    /// The variable of what is written to next.
    pub(super) fn declared(&self, target: Slot) -> TokenStream {
        let (variable, ty) = (&self.variables[target], self.ty(target));
        match self.workspace.filter(|_| self.is_buffer(target)) {
            Some(workspace) => {
                let buffer = workspace.buffer(target);
                quote!(let #variable: &mut #ty = __dnn::functions::shape::as_shape_mut::<_, #ty>(&mut *#buffer);)
            }
            None => quote!(let mut #variable: #ty = __dnn::functions::shape::zero();),
        }
    }

    /// The variable of what is made at once.
    fn assigned(&self, target: Slot, value: TokenStream) -> TokenStream {
        let (variable, ty) = (&self.variables[target], self.ty(target));
        match self.is_buffer(target) {
            true => {
                let declared = self.declared(target);
                quote!(#declared *#variable = #value;)
            }
            false => quote!(let #variable: #ty = #value;),
        }
    }

    /// The variable of what is added up, with what it begins with. Where that is read for the last time, it goes on as it is.
    pub(super) fn sum(&mut self, target: Slot, Onto(before): Onto) -> TokenStream {
        let (ty, buffer) = (self.ty(target), self.is_buffer(target));
        let declared = self.declared(target);
        let variable = self.variables[target].clone();
        match before {
            None if buffer => quote!(#declared __dnn::functions::function::clear(&mut *#variable);),
            None => declared,
            Some(before) if self.goes_on(before) => {
                let before = self.variables[before].clone();
                self.variables[target] = before.clone();
                if buffer { TokenStream::new() } else { quote!(let mut #before: #ty = #before;) }
            }
            Some(before) if buffer => {
                let before = self.by_reference(before);
                quote!(#declared __dnn::functions::function::copy(&mut *#variable, #before);)
            }
            Some(before) => {
                let before = self.owned(before);
                quote!(let mut #variable: #ty = #before;)
            }
        }
    }

    /// Whether what is added to it can be added where it lies: nobody else reads it.
    fn goes_on(&self, before: Slot) -> bool {
        !self.references[before] && self.uses[before] == 1 && self.numbers[before].is_none()
    }

    fn one(&mut self, instruction: &Instruction) -> TokenStream {
        let target = instruction.target;
        let ty = self.ty(target);
        match &instruction.kind {
            Kind::Number(_) => TokenStream::new(), // written where it is read
            Kind::Element { formula, words, count, onto, .. } => {
                let value = self.expression(formula, count.as_ref(), &|word| {
                    let slot = words.iter().find(|(own, _)| *own == word).map(|(_, slot)| *slot);
                    slot.map_or_else(TokenStream::new, |slot| self.by_value(slot))
                });
                let value = match onto {
                    Some(Onto(Some(before))) => {
                        let before = self.by_value(*before);
                        quote!(#before + #value)
                    }
                    _ => value,
                };
                let variable = &self.variables[target];
                quote!(let #variable: #ty = #value;)
            }
            Kind::View(source) => {
                let variable = &self.variables[target];
                match (self.is_scalar(*source), self.is_scalar(target)) {
                    (true, true) => {
                        let value = self.by_value(*source);
                        quote!(let #variable = #value;)
                    }
                    (_, true) => {
                        let source = self.by_reference(*source);
                        quote!(let #variable: #ty = *__dnn::functions::shape::as_shape::<_, #ty>(#source);)
                    }
                    _ => {
                        let source = self.by_reference(*source);
                        quote!(let #variable: &#ty = __dnn::functions::shape::as_shape::<_, #ty>(#source);)
                    }
                }
            }
            Kind::Part(source, at) => {
                let (variable, source, at) =
                    (&self.variables[target], &self.variables[*source], Literal::usize_unsuffixed(*at));
                match self.is_scalar(target) {
                    true => quote!(let #variable: #ty = #source[#at];),
                    false => quote!(let #variable: &#ty = &#source[#at];),
                }
            }
            Kind::Rows(source, start) => {
                let (variable, source) = (&self.variables[target], self.by_reference(*source));
                let start = Literal::usize_unsuffixed(*start);
                quote!(let #variable: &#ty = __dnn::functions::take::rows::<#start, _, _>(#source);)
            }
            Kind::PartOnto(gradient, at, onto) => {
                let sum = self.sum(target, *onto);
                let (variable, gradient) = (&self.variables[target], self.by_reference(*gradient));
                let at = Literal::usize_unsuffixed(*at);
                quote!(#sum __dnn::functions::function::add(&mut #variable[#at], #gradient);)
            }
            Kind::Calls { calls, rule, onto } => {
                let sum = match onto {
                    Some(onto) => self.sum(target, *onto),
                    None => self.declared(target),
                };
                let result = self.mutable(target);
                let calls = calls.iter().map(|(call, reads)| {
                    let path: TokenStream = call.path.parse().unwrap_or_default();
                    let reads = self.arguments(reads);
                    let constants = &call.constants;
                    let types = (0..call.types).map(|_| quote!(_));
                    let generics = quote!(::<#(#constants,)* #(#types),*>);
                    let generics = if constants.is_empty() { TokenStream::new() } else { generics };
                    let function = held(*rule, quote!(__dnn::functions::#path #generics));
                    quote!(#function(#(#reads,)* #result);)
                });
                quote!(#sum #(#calls)*)
            }
            Kind::Own(callee, arguments) => {
                let arguments = self.arguments(arguments);
                let path = &callee.path;
                let value = match callee.tangent {
                    false => {
                        let function = held(self.program.shape(target).rule(), quote!(<#path>::__value));
                        quote!(#function(#(#arguments),*))
                    }
                    true => twice(callee, quote!(tangent), &arguments, None),
                };
                self.assigned(target, value)
            }
            Kind::Branch(branch, inputs) => {
                let condition = self.condition(&branch.condition, inputs);
                let entries = self.entries(branch, inputs);
                let ways = branch.ways.each_ref().map(|formula| {
                    let steps = backward::derive(formula);
                    let (statements, results) = write(&Program::new(formula, &steps, Seed::None, true), self.scalar);
                    let entries = entries(formula, &variables(formula, &steps));
                    quote!({ #entries #statements #(#results)* })
                });
                let [first, second] = ways;
                self.assigned(target, quote!(if #condition #first else #second))
            }
            Kind::ShareOnto { node, of, gradient, onto } => {
                let all = self.shares(*node, *gradient);
                let sum = self.sum(target, *onto);
                let (result, shares) = (self.mutable(target), shares(*node));
                let of = syn::Index::from(*of);
                quote!(#all #sum __dnn::functions::function::Share::add_to(#shares.#of, #result);)
            }
        }
    }

    /// What all operands of a node get, where that is not there yet: a tuple.
    fn shares(&mut self, node: usize, gradient: Slot) -> TokenStream {
        if !self.shared.insert(node) {
            return TokenStream::new();
        }
        let (name, inputs) = (shares(node), &self.program.formula.nodes[node].inputs);
        let inputs: Vec<Slot> = inputs.iter().map(|input| input.0).collect();
        match &self.program.formula.nodes[node].form {
            Form::Own(callee, constants) => {
                let arguments = self.arguments(&own_arguments(constants, &inputs));
                let gradient = self.by_reference(gradient);
                let path = &callee.path;
                let shares = match callee.tangent {
                    false => {
                        let function = held(self.program.formula.nodes[node].rule, quote!(<#path>::__pull));
                        quote!(#function(#(#arguments,)* #gradient))
                    }
                    true => twice(callee, quote!(pull), &arguments, Some(gradient)),
                };
                quote!(let #name = #shares;)
            }
            Form::Branch(branch) => {
                let condition = self.condition(&branch.condition, &inputs);
                let entries = self.entries(branch, &inputs);
                let ways = branch.ways.each_ref().map(|formula| {
                    let steps = backward::derive(formula);
                    let program = Program::new(formula, &steps, Seed::Given, false);
                    let (statements, results) = write(&program, self.scalar);
                    let gradients = companions::ordered(formula, &steps, self.scalar, &mut results.into_iter());
                    let gradients = gradients.into_iter().map(|gradient| gradient.unwrap_or_else(|| quote!(())));
                    let variables = variables(formula, &steps);
                    let (seed, dy) = (&variables[formula.values.len()], quote!(__dy));
                    let unit = (0..branch.compared).map(|_| quote!((),));
                    let entries = entries(formula, &variables);
                    quote!({ #entries let #seed = #dy; #statements (#(#unit)* #(#gradients,)*) })
                });
                let [first, second] = ways;
                let dy = if self.is_scalar(gradient) { self.by_value(gradient) } else { self.by_reference(gradient) };
                quote!(let #name = { let __dy = #dy; if #condition #first else #second };)
            }
            _ => TokenStream::new(),
        }
    }

    /// What decides, as an expression.
    fn condition(&self, condition: &Condition, inputs: &[Slot]) -> TokenStream {
        match condition {
            Condition::Rust(tokens) => quote!((#tokens)),
            Condition::Compare(left, operator, right) => {
                let (left, right) = (self.by_value(inputs[*left]), self.by_value(inputs[*right]));
                quote!((#left #operator #right))
            }
            Condition::Both(left, operator, right) => {
                let (left, right) = (self.condition(left, inputs), self.condition(right, inputs));
                quote!((#left #operator #right))
            }
            Condition::Not(condition) => {
                let condition = self.condition(condition, inputs);
                quote!((!#condition))
            }
        }
    }

    /// The values that two ways take, as the variables of one of them: all at once, since names may change places.
    fn entries(&self, branch: &Branch, inputs: &[Slot]) -> impl Fn(&Formula, &[Ident]) -> TokenStream + use<> {
        let inputs = inputs[branch.compared..].iter();
        let values: Vec<TokenStream> = inputs
            .map(|slot| if self.is_scalar(*slot) { self.by_value(*slot) } else { self.by_reference(*slot) })
            .collect();
        move |formula: &Formula, variables: &[Ident]| {
            let names = formula.inputs.iter().map(|input| &variables[input.0]);
            quote!(let (#(#names,)*) = (#(#values,)*);)
        }
    }

    fn arguments(&self, arguments: &[Argument]) -> Vec<TokenStream> {
        let argument = |argument: &Argument| match argument {
            Argument::Tensor(slot) => self.by_reference(*slot),
            Argument::Constant(tokens) => tokens.clone(),
        };
        arguments.iter().map(argument).collect()
    }

    pub(super) fn expression(
        &self,
        formula: &'static str,
        count: Option<&TokenStream>,
        of: &dyn Fn(&str) -> TokenStream,
    ) -> TokenStream {
        let scalar = self.scalar;
        let of = |word: &str| match count {
            Some(count) if word == "b" => quote!(<#scalar as __dnn::Scalar>::from_usize(#count)),
            _ => of(word),
        };
        elements::expression(formula, &of, &|literal| self.number(&literal))
    }
}

/// The variables of all slots, by their names as far as these are free: the gradient of `x` and a value `dx` are two, `y_i` is
/// an element of `y`, and what begins with two underscores is not the user's.
pub(super) fn variables(formula: &Formula, steps: &Steps) -> Vec<Ident> {
    let mut taken = HashSet::new();
    let values = formula.values.iter().map(|value| &value.name);
    let names = values.chain(steps.gradients.iter().map(|gradient| &gradient.name));
    let free = |name: &String| {
        let mut name = crate::emit::variable_name(name);
        while name.ends_with("_i") || name.starts_with("__") && !name.ends_with('_') || taken.contains(&name) {
            name.push('_');
        }
        taken.insert(name.clone());
        variable(&name)
    };
    names.map(free).collect()
}

/// A call of what another function has as one that is differentiated twice, as if the user had written it.
fn twice(callee: &Callee, item: TokenStream, arguments: &[TokenStream], cotangent: Option<TokenStream>) -> TokenStream {
    let path = &callee.path;
    let span = path.segments.last().map_or_else(Span::call_site, |word| word.ident.span());
    let item = associated(span, &quote!(#path), quote!(__dnn::functions::function::Twice<_>), item);
    let cotangent = cotangent.iter();
    let handed_over = at(span, quote!(((#(#arguments,)*) #(, #cotangent)*)));
    quote!(#item #handed_over)
}

/// The variable of what the operands of a node get.
fn shares(node: usize) -> Ident {
    format_ident!("__shares{node}", span = Span::mixed_site())
}

/// A function, of which rustc knows nothing where a rule does not hold, so that its arguments are not said to be wrong too.
fn held(rule: Option<usize>, function: TokenStream) -> TokenStream {
    let Some(rule) = rule else { return function };
    let holds = super::shape::holds(rule);
    quote!(({ let __function: #holds<_> = #function; __function }))
}
