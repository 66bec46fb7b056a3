//! `Parameters`: the table of tensors and the initialisation, for networks and for layers that derive it.

use super::{Network, associated, at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// A field of a type with parameters.
pub(crate) struct FieldOf {
    /// Its name.
    pub(crate) name: Ident,
    /// Its type.
    pub(crate) ty: TokenStream,
    /// What it is.
    pub(crate) content: Content,
    /// Where a message about its type points to.
    pub(crate) span: Span,
}

/// What a field is.
pub(crate) enum Content {
    /// A tensor and how it begins.
    Tensor(Initial),
    /// A layer or a network, or an array of `count` ones.
    Nested(Option<TokenStream>),
}

/// How a tensor begins.
pub(crate) enum Initial {
    /// With one value in every element.
    Constant(TokenStream),
    /// With random numbers between minus and plus a bound.
    Uniform(TokenStream),
}

/// The type that implements `Parameters`.
pub(crate) struct Target {
    /// Its name with generic arguments.
    pub(crate) ty: TokenStream,
    /// The generics of the implementation.
    pub(crate) generics: TokenStream,
    /// The conditions of the implementation.
    pub(crate) conditions: TokenStream,
    /// What it computes in.
    pub(crate) scalar: TokenStream,
    /// Its fields in order.
    pub(crate) fields: Vec<FieldOf>,
}

pub(super) fn network(network: &Network<'_>) -> TokenStream {
    let (generics, arguments) = network.generics();
    let name = &network.declaration.name;
    let fields = network.fields().map(|(node, field, _)| FieldOf {
        name: field.clone(),
        ty: network.field_type(node, &quote!(__dnn)),
        content: Content::Nested(None),
        span: node.span,
    });
    emit(&Target {
        ty: quote!(#name #arguments),
        generics,
        conditions: quote!(),
        scalar: network.scalar(),
        fields: fields.collect(),
    })
}

/// The implementation, inside a constant where the run time is called `__dnn`.
pub(crate) fn emit(target: &Target) -> TokenStream {
    let Target { ty, generics, conditions, scalar, fields } = target;
    let entries = fields.iter().map(|FieldOf { name, ty, content, span }| {
        let text = name.to_string();
        let text = text.trim_start_matches("r#");
        let table = associated(*span, ty, quote!(__dnn::Parameters), quote!(TABLE));
        at(
            *span,
            match content {
                Content::Tensor(_) => quote! {
                    __dnn::Entry::Tensor {
                        name: #text,
                        offset: ::core::mem::offset_of!(Self, #name),
                        dims: <#ty as __dnn::Tensor>::DIMS,
                        role: __dnn::Role::Parameter,
                    }
                },
                Content::Nested(count) => {
                    let (stride, number) = match count {
                        Some(count) => {
                            (quote!(::core::mem::size_of::<#ty>()), quote!(::core::option::Option::Some(#count)))
                        }
                        None => (quote!(0), quote!(::core::option::Option::None)),
                    };
                    quote! {
                        __dnn::Entry::Nested {
                            name: #text,
                            offset: ::core::mem::offset_of!(Self, #name),
                            stride: #stride,
                            count: #number,
                            table: #table,
                        }
                    }
                }
            },
        )
    });
    let inits = fields.iter().map(|FieldOf { name, ty, content, span }| {
        let init = associated(*span, ty, quote!(__dnn::Parameters), quote!(init_in));
        match content {
            Content::Tensor(Initial::Constant(value)) => quote!(__dnn::fill(&mut self.#name, #value);),
            Content::Tensor(Initial::Uniform(bound)) => quote!(__dnn::fill_uniform(&mut self.#name, #bound, rng);),
            Content::Nested(None) => quote!(#init(&mut self.#name, rng);),
            Content::Nested(Some(_)) => quote!(for each in &mut self.#name { #init(each, rng); }),
        }
    });
    quote! {
        #[diagnostic::do_not_recommend]
        unsafe impl #generics __dnn::Parameters for #ty #conditions {
            type Scalar = #scalar;
            type Gradient = Self;
            const TABLE: &'static [__dnn::Entry] = __dnn::sealed::<Self>(&[#(#entries),*]);
            #[allow(unused_variables)]
            fn init_in<__R: __dnn::Generator>(&mut self, rng: &mut __R) {
                #(#inits)*
            }
        }
    }
}
