//! What a differentiable function becomes: the function itself, and a struct of its name that carries its gradients.

use super::derivation;
use super::formula::Formula;
use super::fuse::fuse;
use super::program::{Program, Seed};
use super::roles;
use super::shape::{Constants, Length, Shape, tensor};
use super::signature::{Argument, Signature};
use super::twice::{self, Second};
use super::workspace;
use super::write::{variables, write, write_within};
use crate::backward::Steps;
use crate::emit::quote;
use crate::error::Errors;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};
use syn::Visibility;

/// Everything that is known of a function.
pub(crate) struct Function<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) formula: &'a Formula,
    pub(crate) steps: &'a Steps,
    pub(crate) constants: &'a Constants,
    /// Its tangent, where it is differentiated twice.
    pub(crate) second: Option<&'a Second>,
}

/// The items.
pub(crate) fn emit(function: &Function<'_>) -> TokenStream {
    let Signature { krate, function: source, .. } = function.signature;
    let (name, visibility) = (&source.sig.ident, &source.vis);
    let (attributes, output) = (&source.attrs, &function.signature.output.ty);
    let (declared, _, conditions) = source.sig.generics.split_for_impl();
    let (arguments, handed_on) = (arguments(function.signature), handed_on(function.signature));
    let (items, seals) = (function.constants.items(), &function.formula.seals);
    let scalar_result = function.formula.values[function.formula.output.0].shape.is_scalar();
    let gradient = if scalar_result { gradient(function) } else { gradient_of_no_number(function.signature) };
    let pullback = pullback(function);
    let value = value(function);
    let workspace = workspace(function);
    let (twice, second) = (function.second.map(|second| twice::implementation(function, second)), function.second);
    let hessian = second.filter(|_| scalar_result).map(|second| twice::hessian_vector(function, second));
    let seals = seals.iter().chain(second.iter().flat_map(|second| second.seals(function.formula)));
    let structure = structure(visibility, name);
    let lints = lints();
    let (loss, layer) = (roles::loss(function), roles::layer(function));
    let (shape, number) = (shape(function.signature), (!scalar_result).then(|| number(name)));
    let items = function.constants.within_callees(quote! {
        #items
        #(#seals)*
        impl #name {
            #shape
            #value
            #gradient
            #pullback
            #workspace
            #hessian
        }
        #number
        #twice
        #loss
    });
    quote! {
        #(#attributes)*
        #lints
        #visibility fn #name #declared (#arguments) -> #output #conditions {
            #name::__value(#handed_on)
        }
        #structure
        #lints
        const _: () = {
            use #krate as __dnn;
            #items
        };
        #layer
    }
}

/// After a mistake: what is called `name` is there, for other functions too, so that nothing else in the file lights up.
pub(crate) fn signatures(signature: &Signature) -> TokenStream {
    let Signature { krate, function: source, .. } = signature;
    let (name, visibility, output) = (&source.sig.ident, &source.vis, &signature.output.ty);
    let (declared, _, conditions) = source.sig.generics.split_for_impl();
    let (arguments, references) = (arguments(signature), references(signature));
    let (hessian, twice) = twice::signatures(signature);
    let structure = structure(visibility, name);
    let lints = lints();
    let gradients: Vec<_> = wanted(signature).map(|argument| &argument.ty).collect();
    let pulled = match &gradients[..] {
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    // Never run: the mistake stops the build.
    let none = quote!(::core::unimplemented!());
    let tensors: Vec<&Argument> = signature.arguments.iter().filter(|argument| argument.shape.is_some()).collect();
    let (shape, number) = (shape(signature), (!signature.output.shape.is_scalar()).then(|| number(name)));
    let gradient = match signature.output.shape.is_scalar() {
        true => quote! {
            pub fn gradient #declared (#arguments) -> (#output, #(#gradients),*) #conditions {
                #none
            }
        },
        false => gradient_of_no_number(signature),
    };
    let share = |argument: &&Argument| if argument.wanted { argument.ty.to_token_stream() } else { quote!(()) };
    let shares = tensors.iter().map(share);
    quote! {
        #lints
        #visibility fn #name #declared (#arguments) -> #output #conditions {
            #none
        }
        #structure
        #lints
        const _: () = {
            use #krate as __dnn;
            impl #name {
                #shape
                #gradient
                pub fn pullback #declared (#arguments __cotangent: &#output) -> #pulled #conditions {
                    #none
                }
                pub fn __value #declared (#references) -> #output #conditions {
                    #none
                }
                pub fn __pull #declared (#references __cotangent: &#output) -> (#(#shares,)*) #conditions {
                    #none
                }
                #hessian
            }
            #number
            #twice
        };
    }
}

/// After a mistake in the signature: the function is there all the same, and what is none stays as it is. The type of its name
/// is the mistake itself, so that rustc is silent about what is called by it.
pub(crate) fn unread(item: TokenStream, errors: &Errors) -> TokenStream {
    let mistakes = errors.to_tokens();
    match syn::parse2(item) {
        Ok(syn::Item::Fn(mut function)) => {
            function.attrs.clear();
            for input in &mut function.sig.inputs {
                match input {
                    syn::FnArg::Typed(typed) => typed.attrs.clear(),
                    syn::FnArg::Receiver(receiver) => receiver.attrs.clear(),
                }
            }
            *function.block = syn::parse_quote!({ ::core::unimplemented!() });
            let lints = lints();
            if let Some(syn::FnArg::Receiver(_)) = function.sig.inputs.first() {
                return quote!(#lints #function #mistakes);
            }
            let (visibility, name, (first, rest)) = (&function.vis, &function.sig.ident, errors.split());
            quote!(#lints #function #lints #visibility type #name = #first; #rest)
        }
        Ok(syn::Item::Verbatim(_)) | Err(_) => mistakes,
        Ok(other) => quote!(#other #mistakes),
    }
}

pub(super) fn lints() -> TokenStream {
    quote! {
        #[allow(
            non_camel_case_types,
            non_snake_case,
            unused_variables,
            unused_mut,
            unused_qualifications,
            dead_code,
            missing_docs,
            unreachable_pub,
            clippy::all,
            clippy::pedantic
        )]
    }
}

fn structure(visibility: &Visibility, name: &syn::Ident) -> TokenStream {
    let text = format!("The gradients of [`{name}`](fn@{name}), which is differentiable.");
    quote! {
        #[doc = #text]
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug, Default)]
        #visibility struct #name {}
    }
}

/// The arguments with a comma behind each.
pub(super) fn arguments(signature: &Signature) -> TokenStream {
    let argument = |argument: &Argument| {
        let (name, ty) = (&argument.name, &argument.ty);
        let borrow = argument.borrowed.then(|| quote!(&));
        quote!(#name: #borrow #ty,)
    };
    signature.arguments.iter().map(argument).collect()
}

/// The arguments of what other functions call too: every tensor by reference.
pub(super) fn references(signature: &Signature) -> TokenStream {
    let argument = |argument: &Argument| {
        let (name, ty) = (&argument.name, &argument.ty);
        let borrow = (argument.borrowed || argument.shape.is_some()).then(|| quote!(&));
        quote!(#name: #borrow #ty,)
    };
    signature.arguments.iter().map(argument).collect()
}

/// The user's arguments, handed on to [`references`].
fn handed_on(signature: &Signature) -> TokenStream {
    let argument = |argument: &Argument| {
        let name = &argument.name;
        let borrow = (!argument.borrowed && argument.shape.is_some()).then(|| quote!(&));
        quote!(#borrow #name,)
    };
    signature.arguments.iter().map(argument).collect()
}

/// The arguments as the variables of a program: tensors are references.
pub(super) fn entries(function: &Function<'_>) -> TokenStream {
    let Function { signature, formula, steps, .. } = function;
    let variables = variables(formula, steps);
    let tensors = signature.arguments.iter().filter(|argument| argument.shape.is_some());
    let entry = |(argument, input): (&Argument, &crate::graph::ValueId)| {
        let (name, value) = (&argument.name, &formula.values[input.0]);
        let variable = &variables[input.0];
        let ty = tensor(&value.shape, &signature.scalar);
        match value.shape.is_scalar() {
            true => quote!(let #variable = *#name;),
            false => quote!(let #variable: &#ty = #name;),
        }
    };
    tensors.zip(&formula.inputs).map(entry).collect()
}

/// The function itself.
fn value(function: &Function<'_>) -> TokenStream {
    let Function { signature, formula, steps, .. } = function;
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (arguments, output, entries) = (references(signature), &signature.output.ty, entries(function));
    let (statements, results) = write(&Program::new(formula, steps, Seed::None, true), &signature.scalar);
    quote! {
        #[doc(hidden)]
        #[inline]
        pub fn __value #declared (#arguments) -> #output #conditions {
            #entries
            #statements
            #(#results)*
        }
    }
}

/// The gradient of each tensor that has one wanted: its expression, from the results of a program.
pub(super) fn gradients(
    function: &Function<'_>,
    results: &mut dyn Iterator<Item = TokenStream>,
) -> Vec<Option<TokenStream>> {
    ordered(function.formula, function.steps, &function.signature.scalar, results)
}

/// As [`gradients`]: a program delivers them in the order of its steps, this is the order of the inputs.
pub(super) fn ordered(
    formula: &Formula,
    steps: &Steps,
    scalar: &TokenStream,
    results: &mut dyn Iterator<Item = TokenStream>,
) -> Vec<Option<TokenStream>> {
    let delivered = Program::delivered(steps, formula);
    let mut order: Vec<(usize, usize)> =
        delivered.iter().enumerate().filter_map(|(input, slot)| Some(((*slot)?, input))).collect();
    order.sort_by_key(|(slot, _)| position(steps, formula, *slot));
    let mut expressions: Vec<Option<TokenStream>> = vec![None; formula.inputs.len()];
    for (_, input) in order {
        expressions[input] = results.next();
    }
    let zero = |input: usize| {
        let ty = tensor(&formula.values[formula.inputs[input].0].shape, scalar);
        quote!(__dnn::functions::shape::zero::<#ty>())
    };
    let own = |input: usize| expressions[input].clone().unwrap_or_else(|| zero(input));
    (0..formula.inputs.len()).map(|input| formula.wanted[input].then(|| own(input))).collect()
}

/// The place of a delivery among the steps.
fn position(steps: &Steps, formula: &Formula, slot: usize) -> usize {
    let is = |step: &crate::backward::Step| matches!(step.action, crate::backward::Action::Deliver { gradient: Some(own), .. } if formula.values.len() + own.0 == slot);
    steps.list.iter().position(is).unwrap_or(usize::MAX)
}

/// Value and gradients, for a function that gives a number.
fn gradient(function: &Function<'_>) -> TokenStream {
    let Function { signature, formula, steps, .. } = function;
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (arguments, output, entries) = (arguments(signature), &signature.output.ty, entries(function));
    let (references, handed_on) = (references(signature), handed_on(signature));
    let (statements, results) = write(&Program::new(formula, steps, Seed::One, true), &signature.scalar);
    let mut results = results.into_iter();
    let value = results.next();
    let gradients: Vec<TokenStream> = gradients(function, &mut results).into_iter().flatten().collect();
    let types: Vec<_> = wanted(signature).map(|argument| &argument.ty).collect();
    let name = &signature.function.sig.ident;
    let text = format!(
        "The value of [`{name}`](fn@{name}), and dL/d of each of {}.\n\n```text\n{}\n```",
        names(signature),
        derivation::text(formula, steps)
    );
    quote! {
        #[doc = #text]
        #[inline]
        pub fn gradient #declared (#arguments) -> (#output, #(#types),*) #conditions {
            Self::__gradient(#handed_on)
        }
        #[doc(hidden)]
        #[inline]
        pub fn __gradient #declared (#references) -> (#output, #(#types),*) #conditions {
            #entries
            #statements
            (#value, #(#gradients),*)
        }
    }
}

/// What other functions know of this one while they are compiled: its result's shape, by the shapes of what it takes.
fn shape(signature: &Signature) -> TokenStream {
    let parameters: Vec<_> = signature.function.sig.generics.const_params().map(|parameter| &parameter.ident).collect();
    let length = |length: &Length| match length {
        Length::Number(_) => quote!(__call::Length::Number(#length)),
        Length::Parameter(name) => {
            let at = parameters.iter().position(|parameter| *parameter == name).unwrap_or(0);
            let name = name.to_string();
            quote!(__call::Length::Parameter(#at, #name))
        }
    };
    let kind = |ty: &syn::Type, shape: &Option<Shape>| match shape {
        None => quote!(Constant),
        Some(Shape::Known(lengths)) => {
            let lengths = lengths.iter().map(length);
            quote!(Tensor(&[#(#lengths),*]))
        }
        Some(Shape::Opaque(_)) => {
            let ty = signature.concrete_type(ty);
            quote!(Alias(__dnn::functions::shape::Shape::of_alias::<#ty>()))
        }
    };
    let takes = signature.arguments.iter().map(|argument| {
        let (name, kind) = (argument.name.to_string(), kind(&argument.ty, &argument.shape));
        quote!((#name, __call::Type::#kind))
    });
    let gives = kind(&signature.output.ty, &Some(signature.output.shape.clone()));
    let name = signature.function.sig.ident.to_string();
    let scalar = signature.scalar_name().filter(|_| signature.generic.is_none()).unwrap_or_default();
    quote! {
        #[doc(hidden)]
        #[track_caller]
        pub const fn __shape(
            _: &str,
            __scalar: &str,
            __given: &[__dnn::functions::call::Given],
        ) -> __dnn::functions::shape::Shape {
            use __dnn::functions::call as __call;
            let (__takes, __gives) = (&[#(#takes),*], __call::Type::#gives);
            __call::Signature { name: #name, scalar: #scalar, takes: __takes, gives: __gives }.called(__scalar, __given)
        }
    }
}

/// `gradient` of what is no number, or is one by a type that only rustc knows.
fn gradient_of_no_number(signature: &Signature) -> TokenStream {
    let source = &signature.function.sig;
    let (name, output) = (&source.ident, &signature.output.ty);
    let mut generics = source.generics.clone();
    // Checked where it is called, since it names a lifetime.
    let bound = quote!(for<'__a> #name: __dnn::functions::function::Number<#output>);
    if let Ok(bound) = syn::parse2(bound) {
        generics.make_where_clause().predicates.push(bound);
    }
    let (declared, _, conditions) = generics.split_for_impl();
    let (arguments, handed_on) = (arguments(signature), handed_on(signature));
    let tensors = signature.arguments.iter().filter(|argument| argument.shape.is_some()).enumerate();
    let (asked, types): (Vec<_>, Vec<_>) = tensors
        .filter(|(_, argument)| argument.wanted)
        .map(|(at, argument)| (syn::Index::from(at), &argument.ty))
        .unzip();
    quote! {
        #[doc(hidden)]
        #[inline]
        pub fn gradient #declared (#arguments) -> (#output, #(#types),*) #conditions {
            let __one = <#name as __dnn::functions::function::Number<#output>>::ONE;
            let __shares = Self::__pull(#handed_on &__one);
            (Self::__value(#handed_on), #(__shares.#asked),*)
        }
    }
}

/// A result that may be a number has a gradient if it is one.
fn number(name: &syn::Ident) -> TokenStream {
    quote! {
        #[diagnostic::do_not_recommend]
        impl<__Y: __dnn::Scalar> __dnn::functions::function::Number<__Y> for #name {
            const ONE: __Y = <__Y as __dnn::Scalar>::ONE;
        }
    }
}

/// The gradients that a gradient of the result gives, for the caller and for other functions.
fn pullback(function: &Function<'_>) -> TokenStream {
    let Function { signature, formula, steps, .. } = function;
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (arguments, output, entries) = (arguments(signature), &signature.output.ty, entries(function));
    let (references, handed_on) = (references(signature), handed_on(signature));
    let (statements, results) = write(&Program::new(formula, steps, Seed::Given, false), &signature.scalar);
    let shares = gradients(function, &mut results.into_iter());
    let types: Vec<TokenStream> = signature
        .arguments
        .iter()
        .filter(|argument| argument.shape.is_some())
        .map(|argument| if argument.wanted { argument.ty.to_token_stream() } else { quote!(()) })
        .collect();
    let shares = shares.into_iter().map(|share| share.unwrap_or_else(|| quote!(())));
    let seed = &variables(formula, steps)[formula.values.len()];
    let shape = &formula.values[formula.output.0].shape;
    let seed = match shape.is_scalar() {
        true => quote!(let #seed = *__cotangent;),
        false => {
            let ty = tensor(shape, &signature.scalar);
            quote!(let #seed: &#ty = __cotangent;)
        }
    };
    let tensors = signature.arguments.iter().filter(|argument| argument.shape.is_some()).enumerate();
    let asked = tensors.filter(|(_, argument)| argument.wanted).map(|(at, _)| syn::Index::from(at));
    let own = wanted(signature).map(|argument| argument.ty.to_token_stream()).collect::<Vec<_>>();
    let (pulled, result) = match &own[..] {
        [only] => (quote!(#only), quote!(#(__shares.#asked)*)),
        several => (quote!((#(#several),*)), quote!((#(__shares.#asked),*))),
    };
    let name = &signature.function.sig.ident;
    let mut text = format!(
        "dL/d of {} for a given dL/d of the result: the product of a vector and the Jacobian of [`{name}`](fn@{name}).",
        names(signature)
    );
    if !shape.is_scalar() {
        text += &format!("\n\n```text\n{}\n```", derivation::text(formula, steps));
    }
    quote! {
        #[doc(hidden)]
        #[inline]
        pub fn __pull #declared (#references __cotangent: &#output) -> (#(#types,)*) #conditions {
            #entries
            #seed
            #statements
            (#(#shares,)*)
        }
        #[doc = #text]
        #[inline]
        pub fn pullback #declared (#arguments __cotangent: &#output) -> #pulled #conditions {
            let __shares = Self::__pull(#handed_on __cotangent);
            #result
        }
    }
}

/// A companion with a caller's workspace.
pub(super) struct Within {
    /// Its name, that of the constant with the length of the workspace, and that of what it calls.
    pub(super) names: [syn::Ident; 3],
    /// The first line of its documentation.
    pub(super) text: String,
    /// For each argument whose gradient is asked for, the one that takes it.
    pub(super) outputs: Vec<syn::Ident>,
    /// Which of them is the caller's first.
    pub(super) first: usize,
}

/// The same in a caller's workspace, for functions that are too large for the stack.
fn workspace(function: &Function<'_>) -> Option<TokenStream> {
    let Function { signature, formula, .. } = function;
    let is_number = formula.values[formula.output.0].shape.is_scalar();
    let like = if is_number { "gradient" } else { "pullback" };
    let text = format!(
        "As `{like}`, in a workspace of at least [`WORKSPACE`](Self::WORKSPACE) scalars instead of the stack. **Writes** the gradients."
    );
    let names = [format_ident!("{like}_in"), format_ident!("WORKSPACE"), format_ident!("__within")];
    let outputs = wanted(signature).map(|argument| signature.free('d', argument)).collect();
    within(function, &Within { names, text, outputs, first: 0 })
}

/// A companion with a caller's workspace: there is none where a const parameter is a length.
pub(super) fn within(function: &Function<'_>, like: &Within) -> Option<TokenStream> {
    let Function { signature, formula, steps, .. } = function;
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let (arguments, output, scalar) = (arguments(signature), &signature.output.ty, &signature.scalar);
    let (name, handed_on) = (&signature.function.sig.ident, handed_on(signature));
    let is_number = formula.values[formula.output.0].shape.is_scalar();
    let seed = if is_number { Seed::One } else { Seed::Given };
    let program = Program::new(formula, steps, seed, is_number);
    let pieces = fuse(&program);
    let delivered = Program::delivered(steps, formula);
    let assignment = workspace::assign(&program, &pieces, &delivered)?;
    let (statements, results) = write_within(&program, scalar, pieces, Some(&assignment));
    let mut results = results.into_iter();
    let value = is_number.then(|| results.next());
    let (instead, gives) = match is_number {
        true => (quote!(<#scalar as __dnn::Scalar>::from_f64(f64::NAN)), quote!(#output)),
        false => (quote!(()), quote!(())),
    };
    let taken = assignment.taken(scalar, &instead);
    let gradients = ordered(formula, steps, scalar, &mut results);
    let (mut outputs, mut handed, mut ends) = (Vec::new(), TokenStream::new(), TokenStream::new());
    let mut taking = like.outputs.iter();
    let tensors = signature.arguments.iter().filter(|argument| argument.shape.is_some());
    for (input, (argument, gradient)) in tensors.zip(gradients).enumerate() {
        let Some(gradient) = gradient else { continue };
        let (variable, ty) = (workspace::gradient(input), &argument.ty);
        let shape = tensor(&formula.values[formula.inputs[input].0].shape, scalar);
        let Some(public) = taking.next() else { continue };
        outputs.push(quote!(#public: &mut #ty,));
        handed.extend(quote!(let #variable: &mut #shape = #public;));
        if !delivered[input].is_some_and(|slot| assignment.is_delivered(slot, input)) {
            ends.extend(match delivered[input] {
                Some(slot) if !program.shape(slot).is_scalar() => {
                    quote!(__dnn::functions::function::copy(&mut *#variable, &#gradient);)
                }
                Some(_) => quote!(*#variable = #gradient;),
                None => quote!(__dnn::functions::function::clear(&mut *#variable);),
            });
        }
    }
    let (entries, size) = (entries(function), assignment.size());
    let references = references(signature);
    let (cotangent, pass, start) = match is_number {
        true => (quote!(), quote!(), quote!()),
        false => {
            let variable = &variables(formula, steps)[formula.values.len()];
            let ty = tensor(&formula.values[formula.output.0].shape, scalar);
            (quote!(__cotangent: &#output,), quote!(__cotangent,), quote!(let #variable: &#ty = __cotangent;))
        }
    };
    outputs.rotate_left(like.first);
    let mut names_of = like.outputs.clone();
    names_of.rotate_left(like.first);
    let (first, [method, constant, hidden]) = (&like.text, &like.names);
    let short = format!("{name}::{constant}");
    Some(quote! {
        /// The scalars that a workspace has at least, for all that lies between the arguments and the gradients.
        pub const #constant: usize = #size;
        #[doc = #first]
        ///
        /// # Panics
        /// Where the workspace is shorter.
        #[inline]
        #[track_caller]
        pub fn #method #declared (__workspace: &mut [#scalar], #arguments #cotangent #(#outputs)*) -> #gives #conditions {
            if !__dnn::functions::function::fits(#short, __workspace.len(), Self::#constant) {
                return #instead;
            }
            Self::#hidden(__workspace, #handed_on #pass #(#names_of),*)
        }
        #[doc(hidden)]
        #[inline]
        fn #hidden #declared (__workspace: &mut [#scalar], #references #cotangent #(#outputs)*) -> #gives #conditions {
            #handed
            #entries
            #start
            #taken
            #statements
            #ends
            #value
        }
    })
}

pub(super) fn wanted(signature: &Signature) -> impl Iterator<Item = &Argument> {
    signature.arguments.iter().filter(|argument| argument.wanted)
}

/// The arguments by which a function is differentiated, in a sentence.
fn names(signature: &Signature) -> String {
    let names: Vec<String> = wanted(signature).map(|argument| format!("`{}`", argument.name)).collect();
    names.join(", ")
}
