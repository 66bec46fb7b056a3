//! The signature of a differentiable function: which arguments are tensors, of which scalar, of which shape.

use super::kind::{Kind, OTHERS, Words, reference, structs, unsized_element};
use super::shape::{Constants, Shape};
use crate::error::{Errors, Place};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, GenericParam, ItemFn, Pat, ReturnType, Type};

/// A function, read up to its body.
#[derive(Clone)]
pub(crate) struct Signature {
    /// The facade's private module.
    pub(crate) krate: TokenStream,
    /// The facade.
    pub(crate) facade: TokenStream,
    /// What the function computes in: `f32`, `f64`, `T`, or the scalar of an alias.
    pub(crate) scalar: TokenStream,
    /// The type parameter that is the scalar, where it is one.
    pub(crate) generic: Option<Ident>,
    /// The arguments in their order.
    pub(crate) arguments: Vec<Argument>,
    /// The result as the signature says it.
    pub(crate) output: Written,
    /// The name of the layer that the function becomes, where it becomes one.
    pub(crate) layer: Option<Ident>,
    /// Whether it is differentiated twice.
    pub(crate) twice: bool,
    /// The function itself.
    pub(crate) function: ItemFn,
    /// Whether its body is no Rust, which rustc says itself.
    pub(crate) broken: bool,
}

/// An argument.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// The type without the reference.
    pub(crate) ty: Type,
    /// Whether it is handed over by reference.
    pub(crate) borrowed: bool,
    /// Its shape, if it is a tensor of the function's scalar.
    pub(crate) shape: Option<Shape>,
    /// Whether its gradient is asked for.
    pub(crate) wanted: bool,
    /// What `#[init(..)]` says, for the function as a layer.
    pub(crate) init: Option<Attribute>,
}

/// A type and its shape.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
    pub(crate) place: Place,
}

/// What the attribute says.
#[derive(Default)]
struct Options {
    krate: Option<syn::Path>,
    wrt: Option<Vec<Ident>>,
    layer: Option<Ident>,
    twice: bool,
}

fn options(attribute: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("crate") {
            options.krate = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("wrt") {
            let wrong = || meta.error("`wrt` names arguments in parentheses: write `wrt(w, b)`");
            if !meta.input.peek(syn::token::Paren) {
                return Err(wrong());
            }
            let content;
            syn::parenthesized!(content in meta.input);
            let names = content.parse_terminated(Ident::parse_any, syn::Token![,]).map_err(|_| wrong())?;
            let names: Vec<Ident> = names.into_iter().collect();
            if names.is_empty() {
                return Err(meta.error("no argument is named: write `wrt(w, b)`, or remove `wrt`"));
            }
            if options.wrt.replace(names).is_some() {
                return Err(meta.error("`wrt` is written twice: name all arguments in one"));
            }
        } else if meta.path.is_ident("layer") {
            let wrong = || meta.error("a layer has a name: write `layer = Scale`");
            options.layer = Some(meta.value().and_then(|value| value.parse()).map_err(|_| wrong())?);
        } else if meta.path.is_ident("twice") {
            options.twice = true;
        } else {
            return Err(
                meta.error("there is no such option: write `wrt(w, b)`, `twice`, `layer = Name` or `crate = path`")
            );
        }
        Ok(())
    });
    if let Err(error) = syn::parse::Parser::parse2(parser, attribute) {
        errors.add(error);
    }
    options
}

/// Reads attribute and function. There is none where it is no function at all.
pub(crate) fn read(
    attribute: TokenStream,
    item: TokenStream,
    constants: &mut Constants,
    errors: &mut Errors,
) -> Option<Signature> {
    let options = options(attribute, errors);
    let (mut function, broken): (ItemFn, bool) = match (syn::parse2(item.clone()), without_body(item.clone())) {
        (Ok(function), _) => (function, false),
        (Err(_), Some(function)) => (function, true),
        (Err(_), None) => {
            errors.push(
                Place::of(&item),
                "`#[differentiable]` stands before a function with a body: `fn loss(w: &[f32; 3]) -> f32 { .. }`",
            );
            return None;
        }
    };
    unusual(&function, errors);
    let twice =
        |attribute: &Attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "differentiable");
    if let Some(at) = function.attrs.iter().position(twice) {
        let second = function.attrs.remove(at);
        errors.push(Place::of(&second.to_token_stream()), "`#[differentiable]` is written twice: remove one");
    }
    let generic = generics(&function, errors);
    let lengths = parameters(&function);
    let structs = structs(function.block.to_token_stream());
    let known = Words { generic: generic.as_ref(), lengths, structs };
    let scalar = scalar(&function, &known);
    let (mut arguments, before) = (Vec::new(), errors.len());
    for input in &mut function.sig.inputs {
        arguments.extend(argument(input, &known, constants, errors));
    }
    if errors.len() > before {
        return None; // a body would light up where it names the argument
    }
    let output = output(&function, &known, constants, errors)?;
    if !wanted(&mut arguments, options.wrt, &function.sig.ident, errors) {
        return None;
    }
    if let Some(layer) = options.layer.as_ref().filter(|layer| **layer == function.sig.ident) {
        errors.push(layer.span(), format!("`{layer}` is the function: write another name, such as `layer = Scale`"));
    }
    roles(&arguments, options.layer.as_ref(), generic.as_ref(), errors);
    let krate = options.krate.map_or(quote!(::dnn), |path| quote!(#path));
    let signature = Signature {
        krate: quote!(#krate::__private),
        facade: krate,
        scalar,
        generic,
        arguments,
        output,
        layer: options.layer,
        twice: options.twice,
        function,
        broken,
    };
    one_scalar(&signature, errors);
    Some(signature)
}

/// A function whose body cannot be read, without it.
fn without_body(item: TokenStream) -> Option<ItemFn> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else { return None };
    let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
    empty.set_span(body.span());
    tokens.push(empty.into());
    syn::parse2(tokens.into_iter().collect()).ok().filter(|_| body.delimiter() == Delimiter::Brace)
}

/// What functions may be and differentiable ones not.
fn unusual(function: &ItemFn, errors: &mut Errors) {
    let signature = &function.sig;
    let mut refuse = |tokens: Option<Span>, what: &str| {
        if let Some(span) = tokens {
            errors.push(span, format!("a differentiable function is an ordinary one: remove `{what}`"));
        }
    };
    refuse(signature.asyncness.map(|word| word.span), "async");
    refuse(signature.constness.map(|word| word.span), "const");
    if let syn::Safety::Unsafe(word) = &signature.safety {
        refuse(Some(word.span), "unsafe");
    }
    refuse(signature.abi.as_ref().map(|abi| abi.extern_token.span), "extern");
    refuse(signature.variadic.as_ref().map(|dots| dots.dots.spans[0]), "...");
}

/// The type parameter that is the scalar.
fn generics(function: &ItemFn, errors: &mut Errors) -> Option<Ident> {
    let mut generic = None;
    for parameter in &function.sig.generics.params {
        match parameter {
            GenericParam::Type(parameter) if generic.is_none() => {
                let name = &parameter.ident;
                if parameter.bounds.is_empty() && function.sig.generics.where_clause.is_none() {
                    errors.push(name.span(), format!("`{name}` is any type, and not a scalar: write `{name}: Scalar`"));
                }
                generic = Some(name.clone());
            }
            GenericParam::Type(second) => {
                let message = "a differentiable function computes in one scalar: remove this type parameter";
                errors.push(second.ident.span(), message);
            }
            GenericParam::Lifetime(lifetime) => {
                errors.push(lifetime.lifetime.span(), "arguments are borrowed for the call alone: remove the lifetime");
            }
            _ => {}
        }
    }
    generic
}

fn parameters(function: &ItemFn) -> Vec<Ident> {
    function.sig.generics.const_params().map(|parameter| parameter.ident.clone()).collect()
}

impl Signature {
    /// The word of the scalar, where it is one.
    pub(crate) fn scalar_name(&self) -> Option<String> {
        let word = self.scalar.to_string();
        (word == "f32" || word == "f64" || self.generic.is_some()).then_some(word)
    }

    /// A type as constants can name it: shapes are the same for each scalar.
    pub(crate) fn concrete_type(&self, ty: &Type) -> TokenStream {
        match &self.generic {
            Some(generic) => crate::emit::replace(quote!(#ty), generic, &quote!(f32)),
            None => quote!(#ty),
        }
    }

    /// The signature of the tangent: behind the arguments stands a direction for each of which a gradient is asked for.
    pub(crate) fn with_directions(&self) -> Signature {
        let mut all = self.clone();
        for argument in self.arguments.iter().filter(|argument| argument.wanted) {
            let name = all.free('v', argument);
            all.arguments.push(Argument { name, init: None, ..argument.clone() });
        }
        all
    }

    /// A name for what belongs to an argument: `dx` for `x`, if that is free.
    pub(crate) fn free(&self, letter: char, argument: &Argument) -> Ident {
        let mut name = format!("{letter}{}", crate::emit::variable_name(&argument.name.to_string()));
        while self.arguments.iter().any(|argument| argument.name == name) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    }
}

/// The shape of a type in the body, if it is a tensor.
pub(crate) fn shape_of(signature: &Signature, ty: &Type, constants: &mut Constants) -> Option<Shape> {
    let lengths = parameters(&signature.function);
    let known = Words { generic: signature.generic.as_ref(), lengths, ..Words::default() };
    match known.kind(ty) {
        Kind::Tensor(lengths) => Some(Shape::Known(lengths)),
        Kind::Opaque => Some(opaque(ty, &known, constants)),
        Kind::Other => None,
    }
}

/// What the function computes in: the first scalar that the signature names, or that of its first alias.
fn scalar(function: &ItemFn, known: &Words<'_>) -> TokenStream {
    if let Some(generic) = known.generic {
        return quote!(#generic);
    }
    let inputs = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    });
    let output = match &function.sig.output {
        ReturnType::Type(_, ty) => Some(&**ty),
        ReturnType::Default => None,
    };
    let types: Vec<&Type> = inputs.chain(output).map(|ty| known.innermost(ty)).collect();
    if let Some(scalar) = types.iter().find(|ty| known.is_scalar(ty)) {
        return quote!(#scalar);
    }
    match types.iter().find(|ty| known.may_be_alias(ty)) {
        Some(alias) => quote!(<#alias as __dnn::Tensor>::Scalar),
        None => quote!(f32),
    }
}

fn argument(input: &mut FnArg, known: &Words<'_>, constants: &mut Constants, errors: &mut Errors) -> Option<Argument> {
    let typed = match input {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(receiver) => {
            let message = "a method is not differentiable: write a function that takes what it needs";
            errors.push(receiver.self_token.span, message);
            return None;
        }
    };
    let init = typed.attrs.iter().position(|attribute| attribute.path().is_ident("init"));
    let init = init.map(|at| typed.attrs.remove(at));
    let name = match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => pattern.ident.clone(),
        other => {
            errors.push(Place::of(&other.to_token_stream()), "an argument has a name: write `x: &[f32; 3]`");
            return None;
        }
    };
    let (ty, borrowed) = match &*typed.ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            let message =
                format!("`{name}` is changed by nobody: write `&` without `mut`, and give what is new as the result");
            errors.push(Place::of(&typed.ty.to_token_stream()), message);
            return None;
        }
        Type::Reference(reference) => ((*reference.elem).clone(), true),
        other => (other.clone(), false),
    };
    let place = Place::of(&typed.ty.to_token_stream());
    if let Type::ImplTrait(bounds) = known.innermost(&ty) {
        let message = match bounds.to_token_stream().to_string().contains("Scalar") {
            true => {
                format!("`{name}` computes in a scalar that has no name: write `fn f<T: Scalar>(..)`, and `T` here")
            }
            false => format!(
                "`{name}` is of any type: write a tensor, an integer or a `bool`, and call functions by their names"
            ),
        };
        errors.push(place, message);
        return None;
    }
    if let Some(inner) = reference(&ty) {
        errors.push(Place::of(&inner.to_token_stream()), format!("`{name}` holds its numbers itself: remove this `&`"));
        return None;
    }
    if let Some(element) = unsized_element(&ty) {
        errors.push(
            place,
            format!("the length of `{name}` is not in its type: write `&[{element}; 3]`, or a const parameter"),
        );
        return None;
    }
    let shape = match known.kind(&ty) {
        Kind::Opaque if known.structs.contains(&name.to_string()) && matches!(ty, Type::Path(_)) => None,
        Kind::Tensor(lengths) => Some(Shape::Known(lengths)),
        Kind::Opaque => Some(opaque(&ty, known, constants)),
        Kind::Other => None,
    };
    let wanted = shape.is_some();
    Some(Argument { name, ty, borrowed, shape, wanted, init })
}

/// The shape of a type that rustc knows; constants cannot mention the scalar, but its shape is the same for each.
fn opaque(ty: &Type, known: &Words<'_>, constants: &mut Constants) -> Shape {
    let mut tokens = quote!(#ty);
    if let Some(generic) = known.generic {
        tokens = crate::emit::replace(tokens, generic, &quote!(f32));
    }
    let tokens = TokenTree::from(Group::new(Delimiter::None, tokens)); // at the places where the user wrote it
    constants.shape(quote!(__dnn::functions::shape::Shape::of_alias::<#tokens>()), ty.span())
}

/// Which gradients are asked for. There is nothing to ask for where no argument is a tensor.
fn wanted(arguments: &mut [Argument], wrt: Option<Vec<Ident>>, function: &Ident, errors: &mut Errors) -> bool {
    if let Some(names) = wrt {
        arguments.iter_mut().for_each(|argument| argument.wanted = false);
        for name in names {
            match arguments.iter_mut().find(|argument| argument.name == name) {
                Some(Argument { shape: None, .. }) => {
                    errors.push(
                        name.span(),
                        format!("`{name}` is no tensor, so that it has no gradient: remove it from `wrt`"),
                    );
                }
                Some(argument) if argument.wanted => {
                    errors.push(name.span(), format!("`{name}` is named twice: remove one"));
                }
                Some(argument) => argument.wanted = true,
                None => {
                    errors.push(name.span(), format!("`{function}` has no argument `{name}`: name one that it has"));
                }
            }
        }
    } else if !arguments.iter().any(|argument| argument.wanted) && errors.is_empty() {
        let message = format!(
            "`{function}` takes no tensor of `f32` or `f64`, so that there is nothing to differentiate by: write `x: &[f32; 3]`, or `x: f32`"
        );
        errors.push(function.span(), message);
        return false;
    }
    true
}

fn output(function: &ItemFn, known: &Words<'_>, constants: &mut Constants, errors: &mut Errors) -> Option<Written> {
    let name = &function.sig.ident;
    let ReturnType::Type(_, ty) = &function.sig.output else {
        errors.push(name.span(), format!("`{name}` gives nothing: write what it gives, `-> f32`"));
        return None;
    };
    let place = Place::of(&ty.to_token_stream());
    match known.kind(ty) {
        Kind::Tensor(lengths) if !matches!(**ty, Type::Reference(_)) => {
            Some(Written { ty: (**ty).clone(), shape: Shape::Known(lengths), place })
        }
        Kind::Opaque if !matches!(**ty, Type::Reference(_)) => {
            let shape = opaque(ty, known, constants);
            Some(Written { ty: (**ty).clone(), shape, place })
        }
        _ => {
            let innermost = known.innermost(ty);
            let word = innermost.to_token_stream().to_string();
            if OTHERS.contains(&&*word) {
                let place = Place::of(&innermost.to_token_stream());
                errors.push(place, format!("a differentiable function computes in `f32` or `f64`, and `{word}` has no gradient: write `f32`"));
            } else if let Type::Reference(_) = **ty {
                errors.push(place, "a differentiable function gives a tensor of its own: remove `&`");
            } else {
                errors.push(place, "a differentiable function gives one tensor: write `-> f32`, or `-> [f32; 3]`");
            }
            None
        }
    }
}

/// What a function as a layer has to be, and what only one can have.
fn roles(arguments: &[Argument], layer: Option<&Ident>, generic: Option<&Ident>, errors: &mut Errors) {
    let Some(layer) = layer else {
        for Argument { name, init, .. } in arguments {
            if let Some(init) = init {
                let message = format!(
                    "`{name}` is an argument and no parameter: remove `#[init]`, or write `#[differentiable(layer = Name)]`"
                );
                errors.push(init.span(), message);
            }
        }
        return;
    };
    for argument in arguments.iter().filter(|argument| argument.shape.is_none()) {
        let message = format!(
            "`{layer}` takes one value and has parameters, which are tensors, but `{}` is none: remove it",
            argument.name
        );
        errors.push(argument.name.span(), message);
    }
    if let [Argument { init: Some(init), .. }, ..] = arguments {
        errors.push(
            init.span(),
            format!("the first argument is what `{layer}` takes, and no parameter: remove `#[init]`"),
        );
    }
    if let ([_], Some(generic)) = (arguments, generic) {
        let message =
            format!("`{layer}` has no parameter of `{generic}`, so that nothing says what it computes in: write `f32`");
        errors.push(generic.span(), message);
    }
}

/// Every tensor is made of the same scalar.
fn one_scalar(signature: &Signature, errors: &mut Errors) {
    let written = signature.arguments.iter().filter(|argument| argument.shape.is_some()).map(|argument| &argument.ty);
    for ty in written.chain([&signature.output.ty]) {
        if let Some((own, scalar)) = other_scalar(signature, ty) {
            let words = Words::default();
            let message = format!("the function computes in `{scalar}`, but this is `{own}`: write `{scalar}`");
            errors.push(words.innermost(ty).span(), message);
        }
    }
}

/// The scalar of a type and that of the function, where they differ.
pub(crate) fn other_scalar(signature: &Signature, ty: &Type) -> Option<(String, String)> {
    let words = Words::default();
    let own = words.innermost(ty).to_token_stream().to_string();
    let scalar = signature.scalar_name()?;
    ((own == "f32" || own == "f64") && own != scalar).then_some((own, scalar))
}
