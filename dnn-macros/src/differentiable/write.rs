//! A program to Rust: a loop for each piece that runs element by element, a call for every other instruction.

use super::branch::Condition;
use super::companions;
use super::elements;
use super::formula::Formula;
use super::functions::{Branch, Form};
use super::fuse::{Piece, fuse};
use super::program::{Argument, Instruction, Kind, Onto, Program, Seed, Slot, own_arguments};
use super::shape::{Length, Shape, elements as count_of, tensor};
use crate::backward;
use crate::emit::{quote, variable};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident};
use std::collections::HashSet;

/// Writes one program.
pub(crate) struct Writer<'a> {
    program: &'a Program<'a>,
    scalar: &'a TokenStream,
    pieces: Vec<Piece>,
    /// The variable of each slot.
    variables: Vec<Ident>,
    /// How often each slot is read, as a result too.
    uses: Vec<usize>,
    /// The last piece that reads each slot.
    last: Vec<usize>,
    /// The instruction of each slot that is a number.
    numbers: Vec<Option<&'a TokenStream>>,
    /// Which slots are variables that are references.
    references: Vec<bool>,
    /// The nodes whose operands have their shares already.
    shared: HashSet<usize>,
}

/// The statements of a program, and its results in their order.
pub(crate) fn write(program: &Program<'_>, scalar: &TokenStream) -> (TokenStream, Vec<TokenStream>) {
    let mut writer = Writer::new(program, scalar);
    let pieces = std::mem::take(&mut writer.pieces);
    let mut statements = TokenStream::new();
    for (at, piece) in pieces.iter().enumerate() {
        statements.extend(match piece {
            Piece::Loop(over, list) => writer.repeat(at, over, list),
            Piece::One(instruction) => writer.one(at, &writer.program.instructions[*instruction]),
        });
    }
    let results = program.results.iter().map(|slot| writer.owned(*slot)).collect();
    (statements, results)
}

/// What is read or written element by element in a loop.
struct Element {
    /// Its length along each axis of its own that the loop goes along, and that axis.
    axes: Vec<(TokenStream, usize)>,
}

impl<'a> Writer<'a> {
    fn new(program: &'a Program<'a>, scalar: &'a TokenStream) -> Writer<'a> {
        let slots = program.slots();
        let pieces = fuse(program);
        let (mut uses, mut last) = (vec![0; slots], vec![0; slots]);
        let (mut numbers, mut references) = (vec![None; slots], vec![false; slots]);
        for (at, piece) in pieces.iter().enumerate() {
            let list = match piece {
                Piece::Loop(_, list) => &list[..],
                Piece::One(only) => std::slice::from_ref(only),
            };
            for instruction in list.iter().map(|at| &program.instructions[*at]) {
                for slot in instruction.reads(program.formula) {
                    uses[slot] += 1;
                    last[slot] = at;
                }
            }
        }
        for slot in &program.results {
            uses[*slot] += 1;
            last[*slot] = usize::MAX;
        }
        for instruction in &program.instructions {
            match &instruction.kind {
                Kind::Number(tokens) => numbers[instruction.target] = Some(tokens),
                Kind::View(_) | Kind::Part(..) => {
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
        let variables = (0..slots).map(|slot| variable(program.name(slot))).collect();
        Writer { program, scalar, pieces, variables, uses, last, numbers, references, shared: HashSet::new() }
    }

    fn is_scalar(&self, slot: Slot) -> bool {
        self.program.shape(slot).is_scalar()
    }

    fn ty(&self, slot: Slot) -> TokenStream {
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
    fn by_value(&self, slot: Slot) -> TokenStream {
        match self.numbers[slot] {
            Some(tokens) => self.number(tokens),
            None => self.variables[slot].to_token_stream(),
        }
    }

    /// A tensor by reference.
    fn by_reference(&self, slot: Slot) -> TokenStream {
        let value = self.by_value(slot);
        if self.references[slot] { value } else { quote!(&#value) }
    }

    /// A tensor by value.
    fn owned(&self, slot: Slot) -> TokenStream {
        let value = self.by_value(slot);
        if self.references[slot] { quote!(*#value) } else { value }
    }

    /// The variable of what is added up, with what it begins with. Where that is read for the last time, it goes on as it is.
    fn sum(&mut self, piece: usize, target: Slot, Onto(before): Onto) -> TokenStream {
        let ty = self.ty(target);
        match before {
            None => {
                let variable = &self.variables[target];
                quote!(let mut #variable: #ty = __dnn::functions::shape::zero();)
            }
            Some(before) if !self.references[before] && self.uses[before] == 1 && self.numbers[before].is_none() => {
                debug_assert!(self.last[before] == piece);
                let before = self.variables[before].clone();
                self.variables[target] = before.clone();
                quote!(let mut #before: #ty = #before;)
            }
            Some(before) => {
                let (variable, before) = (&self.variables[target], self.owned(before));
                quote!(let mut #variable: #ty = #before;)
            }
        }
    }

    fn one(&mut self, piece: usize, instruction: &Instruction) -> TokenStream {
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
            Kind::PartOnto(gradient, at, onto) => {
                let sum = self.sum(piece, target, *onto);
                let (variable, gradient) = (&self.variables[target], self.by_reference(*gradient));
                let at = Literal::usize_unsuffixed(*at);
                quote!(#sum __dnn::functions::function::add(&mut #variable[#at], #gradient);)
            }
            Kind::Calls { calls, onto } => {
                let sum = self.sum(piece, target, onto.unwrap_or(Onto(None)));
                let variable = &self.variables[target];
                let calls = calls.iter().map(|(call, reads)| {
                    let path: TokenStream = call.path.parse().unwrap_or_default();
                    let reads = self.arguments(reads);
                    let constants = &call.constants;
                    let types = (0..call.types).map(|_| quote!(_));
                    let generics = quote!(::<#(#constants,)* #(#types),*>);
                    let generics = if constants.is_empty() { TokenStream::new() } else { generics };
                    quote!(__dnn::functions::#path #generics(#(#reads,)* &mut #variable);)
                });
                quote!(#sum #(#calls)*)
            }
            Kind::Own(path, arguments) => {
                let variable = &self.variables[target];
                let arguments = self.arguments(arguments);
                quote!(let #variable: #ty = <#path>::__value(#(#arguments),*);)
            }
            Kind::Branch(branch, inputs) => {
                let variable = &self.variables[target];
                let condition = self.condition(&branch.condition, inputs);
                let entries = self.entries(branch, inputs);
                let ways = branch.ways.each_ref().map(|formula| {
                    let steps = backward::derive(formula);
                    let (statements, results) = write(&Program::new(formula, &steps, Seed::None, true), self.scalar);
                    let entries = entries(formula);
                    quote!({ #entries #statements #(#results)* })
                });
                let [first, second] = ways;
                quote!(let #variable: #ty = if #condition #first else #second;)
            }
            Kind::ShareOnto { node, of, gradient, onto } => {
                let all = self.shares(*node, *gradient);
                let sum = self.sum(piece, target, *onto);
                let (variable, shares) = (&self.variables[target], shares(*node));
                let of = syn::Index::from(*of);
                quote!(#all #sum __dnn::functions::function::Share::add_to(#shares.#of, &mut #variable);)
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
            Form::Own(path, constants) => {
                let arguments = self.arguments(&own_arguments(constants, &inputs));
                let gradient = self.by_reference(gradient);
                quote!(let #name = <#path>::__pull(#(#arguments,)* #gradient);)
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
                    let (seed, dy) = (variable(&steps.gradients[0].name), quote!(__dy));
                    let unit = (0..branch.compared).map(|_| quote!((),));
                    let entries = entries(formula);
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
    fn entries(&self, branch: &Branch, inputs: &[Slot]) -> impl Fn(&Formula) -> TokenStream + use<> {
        let inputs = inputs[branch.compared..].iter();
        let values: Vec<TokenStream> = inputs
            .map(|slot| if self.is_scalar(*slot) { self.by_value(*slot) } else { self.by_reference(*slot) })
            .collect();
        move |formula: &Formula| {
            let names = formula.inputs.iter().map(|input| variable(&formula.values[input.0].name));
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

    fn expression(
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

    /// The loop of a piece.
    fn repeat(&mut self, piece: usize, over: &Shape, list: &[usize]) -> TokenStream {
        let program = self.program;
        let instructions: Vec<&Instruction> = list.iter().map(|at| &program.instructions[*at]).collect();
        let made: Vec<Slot> = instructions.iter().map(|instruction| instruction.target).collect();
        let stored = |writer: &Self, slot: Slot| {
            let inside = instructions
                .iter()
                .flat_map(|instruction| instruction.reads(program.formula))
                .filter(|read| *read == slot);
            writer.uses[slot] > inside.count()
        };
        // Sums and what later pieces read are variables outside of the loop.
        let mut outside = TokenStream::new();
        for instruction in &instructions {
            let (target, ty) = (instruction.target, self.ty(instruction.target));
            if let Some(onto) = instruction.onto() {
                outside.extend(self.sum(piece, target, onto));
            } else if stored(self, target) {
                let variable = &self.variables[target];
                outside.extend(quote!(let mut #variable: #ty = __dnn::functions::shape::zero();));
            }
        }
        let mut tensors: Vec<Slot> = instructions
            .iter()
            .flat_map(|instruction| match &instruction.kind {
                Kind::Element { words, .. } => words.iter().map(|(_, slot)| *slot).collect(),
                _ => Vec::new(),
            })
            .filter(|slot| !made.contains(slot) && !self.is_scalar(*slot))
            .collect();
        tensors.sort_unstable();
        tensors.dedup();
        let written: Vec<Slot> = instructions
            .iter()
            .filter(|instruction| instruction.onto().is_some() || stored(self, instruction.target))
            .map(|instruction| instruction.target)
            .filter(|slot| !self.is_scalar(*slot))
            .collect();
        let all: Vec<Slot> = tensors.iter().chain(&written).copied().collect();
        let (axes, indexed) = self.axes(over, &all);
        let views = all.iter().zip(&indexed).map(|(slot, element)| {
            let (variable, scalar) = (&self.variables[*slot], self.scalar);
            let ty = element.axes.iter().rev().fold(scalar.clone(), |inner, (length, _)| quote!([#inner; #length]));
            match written.contains(slot) {
                true => {
                    quote!(let #variable: &mut #ty = __dnn::functions::shape::as_shape_mut::<_, #ty>(&mut #variable);)
                }
                false => {
                    let source = self.by_reference(*slot);
                    quote!(let #variable: &#ty = __dnn::functions::shape::as_shape::<_, #ty>(#source);)
                }
            }
        });
        let views: Vec<TokenStream> = views.collect();
        let place = |slot: Slot| {
            let at = all.iter().position(|own| *own == slot).unwrap_or(0);
            let variable = &self.variables[slot];
            let indices = indexed[at].axes.iter().map(|(_, axis)| match axes[*axis].0.to_string() == "1" {
                true => quote!([0]),
                false => {
                    let index = counter(*axis);
                    quote!([#index])
                }
            });
            match indexed[at].axes.is_empty() {
                true => quote!((*#variable)),
                false => quote!(#variable #(#indices)*),
            }
        };
        let local = |slot: Slot| format_ident!("{}_i", self.variables[slot], span = Span::mixed_site());
        let of = |slot: Slot| match (made.contains(&slot), self.is_scalar(slot)) {
            (true, _) => local(slot).to_token_stream(),
            (_, true) => self.by_value(slot),
            _ => place(slot),
        };
        let statements = instructions.iter().map(|instruction| {
            let target = instruction.target;
            let Kind::Element { formula, words, count, onto, .. } = &instruction.kind else {
                return TokenStream::new();
            };
            let value = self.expression(formula, count.as_ref(), &|word| {
                let slot = words.iter().find(|(own, _)| *own == word).map(|(_, slot)| *slot);
                slot.map_or_else(TokenStream::new, of)
            });
            match (onto, self.is_scalar(target)) {
                (Some(_), true) => {
                    let variable = &self.variables[target];
                    quote!(#variable += #value;)
                }
                (Some(_), false) => {
                    let place = place(target);
                    quote!(#place += #value;)
                }
                _ => {
                    let name = local(target);
                    let store = stored(self, target).then(|| {
                        let place = place(target);
                        quote!(#place = #name;)
                    });
                    quote!(let #name = #value; #store)
                }
            }
        });
        let body = quote!(#(#statements)*);
        let loops = axes.iter().enumerate().rev().fold(body, |inner, (at, (length, _))| {
            if length.to_string() == "1" {
                return inner;
            }
            let counter = counter(at);
            quote!(for #counter in 0..#length { #inner })
        });
        quote!(#outside { #(#views)* #loops })
    }

    /// The axes of a loop, neighbours together where all that it reads and writes allows it, and for each of these tensors the
    /// axes along which it goes.
    fn axes(&self, over: &Shape, slots: &[Slot]) -> (Vec<(TokenStream, usize)>, Vec<Element>) {
        let Shape::Known(lengths) = over else {
            let length = count_of(over).unwrap_or_default();
            let element = || Element { axes: vec![(length.clone(), 0)] };
            return (vec![(length.clone(), 0)], slots.iter().map(|_| element()).collect());
        };
        let rank = lengths.len();
        // For each axis, which tensors go along it.
        let goes = |slot: &Slot, axis: usize| {
            let own = self.program.shape(*slot).lengths().unwrap_or_default();
            (axis + own.len()).checked_sub(rank).is_some_and(|at| !own[at].is_one() || lengths[axis].is_one())
        };
        let mut axes: Vec<(Vec<Length>, Vec<bool>)> = Vec::new();
        for axis in 0..rank {
            let mask: Vec<bool> = slots.iter().map(|slot| goes(slot, axis)).collect();
            let number = lengths[axis].number().is_some();
            match axes.last_mut() {
                Some((merged, own))
                    if *own == mask && number && merged.iter().all(|length| length.number().is_some()) =>
                {
                    merged.push(lengths[axis].clone());
                }
                _ => axes.push((vec![lengths[axis].clone()], mask)),
            }
        }
        let length = |merged: &[Length]| match merged {
            [only] => only.to_token_stream(),
            several => {
                let product = several.iter().filter_map(Length::number).product();
                Literal::usize_unsuffixed(product).to_token_stream()
            }
        };
        let element = |at: usize| {
            let own = axes.iter().enumerate().filter(|(_, (_, mask))| mask[at]);
            Element { axes: own.map(|(axis, (merged, _))| (length(merged), axis)).collect() }
        };
        let elements = (0..slots.len()).map(element).collect();
        (axes.iter().map(|(merged, _)| (length(merged), 0)).collect(), elements)
    }
}

/// The variable of what the operands of a node get.
fn shares(node: usize) -> Ident {
    format_ident!("__shares{node}", span = Span::mixed_site())
}

fn counter(axis: usize) -> Ident {
    let name = ["i", "j", "k", "l", "m", "n"].get(axis).copied().unwrap_or("o");
    format_ident!("__{name}", span = Span::mixed_site())
}
