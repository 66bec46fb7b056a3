//! What a function has that is differentiated twice: Hessian-vector products, and a tangent for other functions that are.

use super::companions::{Function, Within, arguments, entries, gradients, wanted, within};
use super::derivation;
use super::formula::Formula;
use super::program::{Program, Seed};
use super::shape::tensor;
use super::signature::{Argument, Signature};
use super::write::{variables, write};
use crate::backward::Steps;
use crate::emit::quote;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};

/// The tangent of a function.
pub(crate) struct Second {
    /// With the directions.
    pub(crate) signature: Signature,
    pub(crate) formula: Formula,
    pub(crate) steps: Steps,
}

impl Second {
    /// What rustc checks of the tangent beside what it checks of the function.
    pub(super) fn seals<'a>(&'a self, function: &'a Formula) -> impl Iterator<Item = &'a TokenStream> {
        let known: Vec<String> = function.seals.iter().map(TokenStream::to_string).collect();
        self.formula.seals.iter().filter(move |seal| !known.contains(&seal.to_string()))
    }

    /// The tangent as a function.
    fn function<'a>(&'a self, of: &Function<'a>, formula: &'a Formula) -> Function<'a> {
        let Second { signature, steps, .. } = self;
        Function { signature, formula, steps, constants: of.constants, second: None }
    }
}

/// Several as a tuple, one as it is.
fn together(items: &[TokenStream]) -> TokenStream {
    match items {
        [only] => only.clone(),
        several => quote!((#(#several),*)),
    }
}

/// The type of `hessian_vector`: value, gradients, products.
fn gives(signature: &Signature) -> TokenStream {
    let output = &signature.output.ty;
    let types: Vec<TokenStream> = wanted(signature).map(|argument| argument.ty.to_token_stream()).collect();
    let types = together(&types);
    quote!((#output, #types, #types))
}

/// Value, gradients and the product of the Hessian and the directions, on the stack and in a caller's workspace.
pub(super) fn hessian_vector(of: &Function<'_>, second: &Second) -> TokenStream {
    let function = &second.function(of, &second.formula);
    let Function { signature, formula, steps, .. } = function;
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (arguments, entries, gives) = (arguments(signature), entries(function), gives(of.signature));
    let (statements, results) = write(&Program::new(formula, steps, Seed::One, true), &signature.scalar);
    let mut results = results.into_iter();
    let value = results.next();
    let mut products: Vec<TokenStream> = gradients(function, &mut results).into_iter().flatten().collect();
    // The tangent is linear in the directions: its gradient by them is that of the function.
    let number = wanted(of.signature).count();
    let gradient = together(&products.split_off(number));
    let products = together(&products);
    let by_value = signature.arguments.iter().filter(|argument| argument.shape.is_some() && !argument.borrowed);
    let by_value = by_value.map(|argument| &argument.name);
    let name = &signature.function.sig.ident;
    let names: Vec<String> = wanted(of.signature).map(|argument| format!("`{}`", argument.name)).collect();
    let directions = signature.arguments.len() - number;
    let directions: Vec<String> =
        signature.arguments[directions..].iter().map(|argument| format!("`{}`", argument.name)).collect();
    let text = format!(
        "The value of [`{name}`](fn@{name}), its gradient by {}, and the product of the Hessian and the directions {}: how the \
         gradient changes along them. The gradient is that of `gradient` up to rounding.\n\n```text\n{}\n```",
        names.join(", "),
        directions.join(", "),
        derivation::text(formula, steps)
    );
    let mut outputs: Vec<_> = wanted(of.signature).map(|argument| signature.free('h', argument)).collect();
    outputs.extend(wanted(of.signature).map(|argument| signature.free('d', argument)));
    let names = [
        format_ident!("hessian_vector_in"),
        format_ident!("HESSIAN_VECTOR_WORKSPACE"),
        format_ident!("__hessian_vector_within"),
    ];
    let text_within = "As `hessian_vector`, in a workspace of at least \
        [`HESSIAN_VECTOR_WORKSPACE`](Self::HESSIAN_VECTOR_WORKSPACE) scalars instead of the stack. **Writes** gradients and products.";
    let within = within(function, &Within { names, text: text_within.to_owned(), outputs, first: number });
    quote! {
        #[doc = #text]
        #[inline]
        pub fn hessian_vector #declared (#arguments) -> #gives #conditions {
            #(let #by_value = &#by_value;)*
            #entries
            #statements
            (#value, #gradient, #products)
        }
        #within
    }
}

/// The arguments of the tangent that other functions hand over: a tuple, with a direction for each tensor. Their patterns, their
/// types, and for each tensor and each direction the type of its share.
struct Tuple {
    patterns: Vec<TokenStream>,
    types: Vec<TokenStream>,
    shares: Vec<TokenStream>,
}

fn tuple(signature: &Signature, with_directions: &Signature) -> Tuple {
    let mut tuple = Tuple { patterns: Vec::new(), types: Vec::new(), shares: Vec::new() };
    for Argument { name, ty, borrowed, shape, wanted, .. } in &signature.arguments {
        let borrow = (*borrowed || shape.is_some()).then(|| quote!(&));
        tuple.patterns.push(quote!(#name));
        tuple.types.push(quote!(#borrow #ty));
        if shape.is_some() {
            tuple.shares.push(if *wanted { quote!(#ty) } else { quote!(()) });
        }
    }
    let mut directions = with_directions.arguments[signature.arguments.len()..].iter();
    for Argument { ty, wanted, .. } in signature.arguments.iter().filter(|argument| argument.shape.is_some()) {
        let direction = if *wanted { directions.next() } else { None };
        tuple.patterns.push(direction.map_or(quote!(_), |direction| direction.name.to_token_stream()));
        tuple.types.push(quote!(&#ty));
        tuple.shares.push(if *wanted { quote!(#ty) } else { quote!(()) });
    }
    tuple
}

/// The tangent for other functions.
pub(super) fn implementation(of: &Function<'_>, second: &Second) -> TokenStream {
    // What other functions ask for is the tangent, not the value.
    let formula = &Formula { value: None, ..second.formula.clone() };
    let function = &second.function(of, formula);
    let Function { signature, steps, .. } = function;
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (name, output, scalar) = (&signature.function.sig.ident, &signature.output.ty, &signature.scalar);
    let Tuple { patterns, types, shares } = tuple(of.signature, signature);
    let entries = entries(function);
    let (tangent, result) = write(&Program::new(formula, steps, Seed::None, true), scalar);
    let (pull, results) = write(&Program::new(formula, steps, Seed::Given, false), scalar);
    let mut gradients = gradients(function, &mut results.into_iter()).into_iter();
    // Those of the tensors are as many as there are tensors; of the directions there are those that are asked for.
    let tensors: Vec<&Argument> = of.signature.arguments.iter().filter(|argument| argument.shape.is_some()).collect();
    let mut pulled: Vec<TokenStream> =
        gradients.by_ref().take(tensors.len()).map(|share| share.unwrap_or_else(|| quote!(()))).collect();
    let mut directions = gradients.flatten();
    for argument in &tensors {
        pulled.push(if argument.wanted { directions.next().unwrap_or_default() } else { quote!(()) });
    }
    let seed = &variables(formula, steps)[formula.values.len()];
    let shape = &formula.values[formula.output.0].shape;
    let seed = match shape.is_scalar() {
        true => quote!(let #seed = *__cotangent;),
        false => {
            let ty = tensor(shape, scalar);
            quote!(let #seed: &#ty = __cotangent;)
        }
    };
    quote! {
        impl #declared __dnn::functions::function::Twice<(#(#types,)*)> for #name #conditions {
            type Output = #output;
            type Shares = (#(#shares,)*);
            #[inline]
            fn tangent((#(#patterns,)*): (#(#types,)*)) -> #output {
                #entries
                #tangent
                #(#result)*
            }
            #[inline]
            fn pull((#(#patterns,)*): (#(#types,)*), __cotangent: &#output) -> Self::Shares {
                #entries
                #seed
                #pull
                (#(#pulled,)*)
            }
        }
    }
}

/// After a mistake: the companions with their signatures, those of the struct and the implementation.
pub(super) fn signatures(signature: &Signature) -> (TokenStream, TokenStream) {
    if !signature.twice {
        return (TokenStream::new(), TokenStream::new());
    }
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (name, output) = (&signature.function.sig.ident, &signature.output.ty);
    let all = signature.with_directions();
    let (arguments, gives) = (arguments(&all), gives(signature));
    let Tuple { types, shares, .. } = tuple(signature, &all);
    // Never run: the mistake stops the build.
    let none = quote!(::core::unimplemented!());
    let methods = quote! {
        pub fn hessian_vector #declared (#arguments) -> #gives #conditions {
            #none
        }
    };
    let implementation = quote! {
        impl #declared __dnn::functions::function::Twice<(#(#types,)*)> for #name #conditions {
            type Output = #output;
            type Shares = (#(#shares,)*);
            fn tangent(_: (#(#types,)*)) -> #output {
                #none
            }
            fn pull(_: (#(#types,)*), _: &#output) -> Self::Shares {
                #none
            }
        }
    };
    (methods, implementation)
}
