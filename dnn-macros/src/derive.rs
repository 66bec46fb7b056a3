//! `#[derive(Parameters)]` for a user's own layer.

use crate::emit::parameters::{Content, FieldOf, Initial, Target, emit};
use crate::emit::{associated, quote};
use crate::error::Errors;
use crate::syntax::representation;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, Field, Fields, GenericParam, Type};

/// The expansion of the derive.
pub(crate) fn parameters(tokens: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(tokens) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let krate = krate(&input.attrs, &mut errors);
    representation(&input.attrs, false, &mut errors);
    for lifetime in input.generics.lifetimes() {
        errors.push(lifetime.span(), "a layer owns its parameters: remove the lifetime");
    }
    let fields = fields(&input, &mut errors);
    if !errors.is_empty() {
        return errors.to_tokens();
    }
    let scalars: Vec<&Ident> = input.generics.type_params().map(|parameter| &parameter.ident).collect();
    let own: Vec<(FieldOf, &Field)> =
        fields.into_iter().map(|(name, field)| (read(name, field, &scalars, &mut errors), field)).collect();
    if !errors.is_empty() {
        return errors.to_tokens();
    }
    let scalar = scalar(&own);
    let mut generics = input.generics.clone();
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(syn::parse_quote!(__dnn::Scalar));
        }
    }
    let (declared, arguments, conditions) = generics.split_for_impl();
    let name = &input.ident;
    let checks = own.iter().map(|(field, source)| {
        let (ty, span) = (&field.ty, source.ty.span());
        let here = span.resolved_at(Span::mixed_site());
        let of = match field.content {
            Content::Tensor { .. } => quote!(__dnn::Tensor),
            _ => quote!(__dnn::Parameters),
        };
        let own = associated(span, ty, of, quote!(Scalar));
        quote_spanned!(here=> __dnn::check::same::<#scalar, #own>();)
    });
    let check = quote!(fn __fields #declared () #conditions { #(#checks)* });
    let implementation = emit(&Target {
        name: name.clone(),
        arguments: quote!(#arguments),
        generics: quote!(#declared),
        conditions: quote!(#conditions),
        types: generics.type_params().map(|parameter| parameter.ident.clone()).collect(),
        scalar: scalar.clone(),
        fields: own.into_iter().map(|(field, _)| field).collect(),
    });
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            use #krate as __dnn;
            #implementation
            #[allow(dead_code)]
            #check
        };
    }
}

/// `::dnn::__private`, or what `#[parameters(crate = path)]` says.
fn krate(attributes: &[Attribute], errors: &mut Errors) -> TokenStream {
    let mut path = quote!(::dnn);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("parameters")) {
        let read = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                let value: syn::Path = meta.value()?.parse()?;
                path = quote!(#value);
                Ok(())
            } else {
                Err(meta.error("expected `crate = path`"))
            }
        });
        if let Err(error) = read {
            errors.add(error);
        }
    }
    quote!(#path::__private)
}

fn fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<(Ident, &'a Field)> {
    let Data::Struct(data) = &input.data else {
        errors.push(input.ident.span(), "parameters are the fields of a struct: declare a struct");
        return Vec::new();
    };
    match &data.fields {
        Fields::Named(named) => {
            let fields = named.named.iter().filter_map(|field| Some((field.ident.clone()?, field)));
            let (unnamed, fields): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| name == "_");
            for (name, _) in unnamed {
                errors.push(name.span(), "a parameter needs a name: write one instead of `_`");
            }
            fields
        }
        Fields::Unit => Vec::new(),
        Fields::Unnamed(unnamed) => {
            errors.push(unnamed.span(), "a parameter needs a name: write `struct Layer { scale: f32 }`");
            Vec::new()
        }
    }
}

fn read(name: Ident, field: &Field, scalars: &[&Ident], errors: &mut Errors) -> FieldOf {
    let ty = &field.ty;
    let init = field.attrs.iter().find(|attribute| attribute.path().is_ident("init"));
    let initial = init.and_then(|attribute| attribute.parse_args().map_err(|error| errors.add(error)).ok());
    let (inner, lengths) = innermost(ty);
    let tensor = matches!(inner, Type::Path(path)
        if path.path.get_ident().is_some_and(|word| word == "f32" || word == "f64" || scalars.contains(&word)));
    let buffer = buffer(field, errors);
    let content = if tensor {
        Content::Tensor { initial: initial.map_or(Initial::Constant(quote!(0.0)), initially), buffer }
    } else {
        if !matches!(inner, Type::Path(_) | Type::Macro(_)) {
            let message = format!("`{name}` is neither a tensor nor a layer: write an array, such as `[f32; 8]`");
            errors.add(syn::Error::new_spanned(inner, message));
        }
        if let Some(attribute) = init {
            errors.push(
                attribute.span(),
                format!("`{name}` is a layer with an initialisation of its own: remove `#[init]`"),
            );
        }
        if lengths.len() > 1 {
            errors
                .push(ty.span(), format!("`{name}` repeats a layer in {} dimensions: one is possible", lengths.len()));
        }
        Content::Nested { count: lengths.first().map(|length| quote!(#length)), frozen: false, twin: buffer }
    };
    // The table of an array of layers is that of one of them.
    let ty = if tensor { quote!(#ty) } else { quote!(#inner) };
    FieldOf { name: format_ident!("{name}"), ty, content, span: field.ty.span() }
}

/// Whether `#[buffer]` stands before a field: it is state without a gradient, or a layer that holds some.
fn buffer(field: &Field, errors: &mut Errors) -> bool {
    let mut found = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("buffer")) {
        found = true;
        if let Err(error) = attribute.meta.require_path_only() {
            errors.add(error);
        }
    }
    found
}

/// `1.0` or `uniform(0.1)`
fn initially(value: Expr) -> Initial {
    match &value {
        Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("uniform")) => {
            let bound = &call.args;
            Initial::Uniform(quote!(#bound))
        }
        value => Initial::Constant(quote!(#value)),
    }
}

/// The type inside all arrays, and their lengths.
fn innermost(ty: &Type) -> (&Type, Vec<&Expr>) {
    match ty {
        Type::Array(array) => {
            let (inner, mut lengths) = innermost(&array.elem);
            lengths.insert(0, &array.len);
            (inner, lengths)
        }
        Type::Paren(paren) => innermost(&paren.elem),
        Type::Group(group) => innermost(&group.elem),
        other => (other, Vec::new()),
    }
}

/// What the layer computes in: the scalar of its first field, `f32` where it has none.
fn scalar(fields: &[(FieldOf, &Field)]) -> TokenStream {
    match fields.first() {
        Some((FieldOf { content: Content::Tensor { .. }, .. }, field)) => {
            let (inner, _) = innermost(&field.ty);
            quote!(#inner)
        }
        Some((FieldOf { ty, span, .. }, _)) => associated(*span, ty, quote!(__dnn::Parameters), quote!(Scalar)),
        None => quote!(f32),
    }
}
