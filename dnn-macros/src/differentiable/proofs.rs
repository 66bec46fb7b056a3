//! What rustc checks of a function: every shape that the macro computed, by the rule of the run time, and every length that it
//! computed, by typenum too.

use super::shape::{Shape, expression};
use crate::emit::seals::computed;
use crate::emit::typenum::Numbers;
use crate::layers::{Algebra, Proof};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashSet;

/// The checks, each once however often a loop repeats it.
#[derive(Default)]
pub(crate) struct Proofs {
    numbers: Numbers,
    list: Vec<TokenStream>,
    known: HashSet<String>,
}

impl Proofs {
    /// A check as an item.
    pub(crate) fn add(&mut self, seal: TokenStream) {
        if self.known.insert(seal.to_string()) {
            self.list.push(seal);
        }
    }

    /// The shape that the macro computed is that of the run time's rule; one with a const parameter is in no constant.
    pub(crate) fn shape(&mut self, name: &str, shape: &Shape, rule: &TokenStream) {
        if shape.numbers().is_some() {
            let shape = expression(shape);
            self.add(quote!(const _: () = __dnn::functions::shape::proved(#name, #shape, #rule);));
        }
    }

    /// The length that the macro computed is that of typenum's algebra.
    pub(crate) fn length(&mut self, name: &str, value: usize, algebra: Algebra) {
        let seal = computed(name, &Proof { value, rule: None, algebra }, &mut self.numbers);
        self.add(seal);
    }

    /// A number that follows from a shape that rustc evaluated, its length or a count of elements, is what typenum's algebra
    /// makes of the lengths that the shape came from.
    pub(crate) fn evaluated(&mut self, name: &str, result: &Shape, number: Algebra, algebra: Algebra) {
        let result = expression(result);
        let [number, algebra] = [number, algebra].map(|side| self.numbers.value(&behind(side, &result)));
        self.add(quote!(const _: () = __dnn::check::length(#name, #number, #algebra);));
    }

    /// All of them, behind the numbers that they name.
    pub(crate) fn items(&self) -> TokenStream {
        [self.numbers.definitions()].into_iter().chain(self.list.iter().cloned()).collect()
    }
}

/// The same algebra, whose numbers are there if `result` is.
fn behind(algebra: Algebra, result: &TokenStream) -> Algebra {
    match algebra {
        Algebra::Number(_) => algebra,
        Algebra::Evaluated(number) => Algebra::Evaluated(quote!(__dnn::functions::digits::part_of(#result, #number))),
        Algebra::Operation(operator, sides) => {
            Algebra::Operation(operator, Box::new((*sides).map(|side| behind(side, result))))
        }
    }
}
