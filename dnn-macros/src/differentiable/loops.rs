//! A piece that runs element by element: one loop over all of its instructions.

use super::program::{Instruction, Kind, Slot};
use super::shape::{Length, Shape, elements as count_of};
use super::write::Writer;
use crate::emit::quote;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident};
use std::collections::{HashMap, HashSet};

/// What is read or written element by element in a loop.
struct Element {
    /// Its length along each axis of its own that the loop goes along, and that axis.
    axes: Vec<(TokenStream, usize)>,
}

impl Writer<'_> {
    /// The loop of a piece.
    pub(super) fn repeat(&mut self, over: &Shape, list: &[usize]) -> TokenStream {
        let program = self.program;
        let instructions: Vec<&Instruction> = list.iter().map(|at| &program.instructions[*at]).collect();
        let made: HashSet<Slot> = instructions.iter().map(|instruction| instruction.target).collect();
        // How often the loop itself reads each slot.
        let mut inside: HashMap<Slot, usize> = HashMap::new();
        for slot in instructions.iter().flat_map(|instruction| instruction.reads(self.program.formula)) {
            *inside.entry(slot).or_default() += 1;
        }
        let stored = |writer: &Self, slot: Slot| writer.uses[slot] > inside.get(&slot).copied().unwrap_or(0);
        // Sums and what later pieces read are variables outside of the loop.
        let mut outside = TokenStream::new();
        for instruction in &instructions {
            let target = instruction.target;
            if let Some(onto) = instruction.onto() {
                outside.extend(self.sum(target, onto));
            } else if stored(self, target) {
                outside.extend(self.declared(target));
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
        let places: HashMap<Slot, usize> = all.iter().enumerate().map(|(at, slot)| (*slot, at)).collect();
        let (axes, indexed) = self.axes(over, &all);
        let views = all.iter().zip(&indexed).map(|(slot, element)| {
            let (variable, scalar) = (&self.variables[*slot], self.scalar);
            let ty = element.axes.iter().rev().fold(scalar.clone(), |inner, (length, _)| quote!([#inner; #length]));
            match made.contains(slot) {
                true => {
                    let target = self.mutable(*slot);
                    quote!(let #variable: &mut #ty = __dnn::functions::shape::as_shape_mut::<_, #ty>(#target);)
                }
                false => {
                    let source = self.by_reference(*slot);
                    quote!(let #variable: &#ty = __dnn::functions::shape::as_shape::<_, #ty>(#source);)
                }
            }
        });
        let views: Vec<TokenStream> = views.collect();
        let place = |slot: Slot| {
            let at = places.get(&slot).copied().unwrap_or(0);
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

fn counter(axis: usize) -> Ident {
    let name = ["i", "j", "k", "l", "m", "n"].get(axis).copied().unwrap_or("o");
    format_ident!("__{name}", span = Span::mixed_site())
}
