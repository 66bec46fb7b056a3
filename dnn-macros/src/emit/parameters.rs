//! `Parameters`: the table of tensors and the initialisation, for networks, for layers that derive it, and for the gradients
//! of both.

use super::{Network, associated, at, quote, there};
use crate::layers::Type;
use crate::syntax::Scalar;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};

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
    /// A tensor.
    Tensor {
        /// How it begins.
        initial: Initial,
        /// Whether it has no gradient.
        buffer: bool,
    },
    /// A layer or a network, or an array of ones.
    Nested {
        /// The length of the array.
        count: Option<TokenStream>,
        /// Whether it is not trained.
        frozen: bool,
        /// Whether its gradient may be of another type.
        twin: bool,
    },
    /// A reference to a layer outside: no tensor of this type.
    Borrowed,
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
    /// Its name.
    pub(crate) name: Ident,
    /// Its generic arguments.
    pub(crate) arguments: TokenStream,
    /// The generics of the implementation.
    pub(crate) generics: TokenStream,
    /// The conditions of the implementation.
    pub(crate) conditions: TokenStream,
    /// What the type parameters among the generics are called.
    pub(crate) types: Vec<Ident>,
    /// What it computes in.
    pub(crate) scalar: TokenStream,
    /// Its fields in order; references are the last ones.
    pub(crate) fields: Vec<FieldOf>,
}

pub(super) fn network(network: &Network<'_>) -> TokenStream {
    let (generics, arguments) = network.generics();
    let fields = network.ordered_fields().map(|(node, field, known)| FieldOf {
        name: field.clone(),
        ty: network.field_type(node, &quote!(__dnn)),
        content: match &known.ty {
            _ if node.borrowed => Content::Borrowed,
            Type::Tensor { initial: (value, random), .. } => {
                let value = value.clone();
                let initial = if *random { Initial::Uniform(value) } else { Initial::Constant(value) };
                Content::Tensor { initial, buffer: node.frozen }
            }
            _ => {
                let count = network.declaration.layers[node.layer].count.as_ref();
                let count = count.map(|count| Literal::usize_unsuffixed(count.value).into_token_stream());
                Content::Nested { count, frozen: node.frozen, twin: known.buffers != Some(0) }
            }
        },
        span: node.span,
    });
    emit(&Target {
        name: network.declaration.name.clone(),
        arguments,
        generics,
        conditions: quote!(),
        types: match &network.declaration.scalar {
            Scalar::Generic(word) => vec![word.clone()],
            _ => Vec::new(),
        },
        scalar: network.scalar(),
        fields: fields.collect(),
    })
}

/// The implementation, inside a constant where the run time is called `__dnn`. Where something has no gradient, that is
/// another struct, which is emitted too.
pub(crate) fn emit(target: &Target) -> TokenStream {
    let Target { name, arguments, generics, conditions, scalar, fields, .. } = target;
    let twins = fields.iter().any(differs);
    let (gradient, twin) = if twins { twin(target) } else { (quote!(Self), quote!()) };
    // Padding may lie in the gradient alone.
    let sealed = twins.then(|| quote!(let _ = <#gradient as __dnn::Parameters>::TABLE;));
    let (entries, table) = table(name, sealed, fields);
    let inits = fields.iter().map(|FieldOf { name, ty, content, span }| {
        let (init, name) = (associated(*span, ty, quote!(__dnn::Parameters), quote!(init_in)), bound(name));
        match content {
            Content::Tensor { initial: Initial::Constant(value), .. } => quote!(__dnn::fill(#name, #value);),
            Content::Tensor { initial: Initial::Uniform(bound), .. } => {
                quote!(__dnn::fill_uniform(#name, #bound, rng);)
            }
            Content::Nested { count: None, .. } => quote!(#init(#name, rng);),
            Content::Nested { .. } => quote!(for each in #name { #init(each, rng); }),
            Content::Borrowed => quote!(),
        }
    });
    // A field that a later macro puts in is a mistake of rustc's here: behind the tensors it could pass for padding.
    let names: Vec<&Ident> = fields.iter().map(|field| &field.name).collect();
    let bindings = names.iter().map(|name| bound(name));
    let every_field = (!names.is_empty()).then(|| quote!(let Self { #(#names: #bindings),* } = self;));
    let borrowed: Vec<&Ident> = fields.iter().filter(|f| is_borrowed(f)).map(|field| &field.name).collect();
    let copy = (!borrowed.is_empty()).then(|| {
        quote! {
            fn copy_from(&mut self, other: &Self) {
                for (to, from) in __dnn::Parameters::flat_mut(self).iter_mut().zip(__dnn::Parameters::flat(other)) {
                    *to = *from;
                }
                #(self.#borrowed = other.#borrowed;)*
            }
        }
    });
    let borrows = (!borrowed.is_empty()).then(|| {
        quote!(
            const BORROWS: bool = true;
        )
    });
    quote! {
        #twin
        impl #generics #name #arguments #conditions {
            const __ENTRIES: &'static [__dnn::Entry] = #entries;
        }
        #[diagnostic::do_not_recommend]
        unsafe impl #generics __dnn::Parameters for #name #arguments #conditions {
            type Scalar = #scalar;
            type Gradient = #gradient;
            const TABLE: &'static [__dnn::Entry] = #table;
            #borrows
            #[allow(unused_variables)]
            fn init_in<__R: __dnn::Generator>(&mut self, rng: &mut __R) {
                #every_field
                #(#inits)*
            }
            #copy
        }
    }
}

/// What a field is called where it is borrowed by itself.
fn bound(name: &Ident) -> Ident {
    format_ident!("__{}", name, span = Span::mixed_site())
}

fn is_borrowed(field: &FieldOf) -> bool {
    matches!(field.content, Content::Borrowed)
}

/// Whether the gradient of a field is not of the field's type.
fn differs(field: &FieldOf) -> bool {
    match &field.content {
        Content::Tensor { buffer, .. } => *buffer,
        Content::Nested { frozen, twin, .. } => *frozen || *twin,
        Content::Borrowed => true,
    }
}

/// The struct of the gradient, without what is not trained, and how generics name it.
fn twin(target: &Target) -> (TokenStream, TokenStream) {
    let Target { name, arguments, generics, conditions, types, scalar, fields } = target;
    let twin = format_ident!("{}Gradient", name, span = name.span().resolved_at(Span::mixed_site()));
    let trained: Vec<FieldOf> = fields.iter().filter_map(gradient).collect();
    let members = trained.iter().map(|FieldOf { name, ty, content, .. }| match content {
        Content::Nested { count: Some(count), .. } => quote!(pub #name: [#ty; #count],),
        _ => quote!(pub #name: #ty,),
    });
    // Rust wants a type parameter used: what is trained may have no tensor of it.
    let marker = (!types.is_empty()).then(|| quote!(pub __scalars: ::core::marker::PhantomData<(#(#types,)*)>,));
    let entries = trained.iter().map(entry);
    let table = at(
        name.span(),
        quote!({
            use __dnn::sealed as __seal;
            __seal::<Self>(&[#(#entries),*], &[])
        }),
    );
    let tokens = quote! {
        #[allow(missing_docs, non_snake_case)]
        #[repr(C)]
        pub struct #twin #generics #conditions {
            #(#members)*
            #marker
        }

        #[diagnostic::do_not_recommend]
        unsafe impl #generics __dnn::Parameters for #twin #arguments #conditions {
            type Scalar = #scalar;
            type Gradient = Self;
            const TABLE: &'static [__dnn::Entry] = #table;
            fn init_in<__R: __dnn::Generator>(&mut self, _: &mut __R) {
                __dnn::Parameters::set_zero(self);
            }
        }

        // By hand: the fields are gradients, of which no type says what it derives.
        impl #generics ::core::clone::Clone for #twin #arguments #conditions {
            fn clone(&self) -> Self {
                let mut gradient = __dnn::zeros::<Self>();
                __dnn::Parameters::copy_from(&mut gradient, self);
                gradient
            }
        }
        impl #generics ::core::cmp::PartialEq for #twin #arguments #conditions {
            fn eq(&self, other: &Self) -> bool {
                __dnn::Parameters::flat(self) == __dnn::Parameters::flat(other)
            }
        }
        impl #generics ::core::fmt::Debug for #twin #arguments #conditions {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let tensors = __dnn::Parameters::parameters(self).map(|tensor| (tensor.name, tensor.values));
                f.debug_map().entries(tensors).finish()
            }
        }
    };
    (quote!(#twin #arguments), tokens)
}

/// A field as it stands in the gradient, if it is trained.
fn gradient(field: &FieldOf) -> Option<FieldOf> {
    let FieldOf { name, ty, content, span } = field;
    let (ty, content) = match content {
        Content::Tensor { buffer: false, .. } => {
            (ty.clone(), Content::Tensor { initial: Initial::Constant(quote!(0.0)), buffer: false })
        }
        Content::Nested { count, frozen: false, .. } => (
            associated(*span, ty, quote!(__dnn::Parameters), quote!(Gradient)),
            Content::Nested { count: count.clone(), frozen: false, twin: false },
        ),
        _ => return None,
    };
    Some(FieldOf { name: name.clone(), ty, content, span: *span })
}

/// The rows of the table and, behind a seal and what comes first, the table itself; a message of the seal stands at the name of
/// the type.
fn table(name: &Ident, first: Option<TokenStream>, fields: &[FieldOf]) -> (TokenStream, TokenStream) {
    let entries = fields.iter().filter(|field| !is_borrowed(field)).map(entry);
    let entries = quote!(&[#(#entries),*]);
    // What holds a reference has a twin for its gradient.
    let borrowing = fields.iter().filter(|field| matches!(field.content, Content::Nested { twin: true, .. }));
    let borrowing =
        borrowing.map(|FieldOf { ty, span, .. }| associated(*span, ty, quote!(__dnn::Parameters), quote!(BORROWS)));
    let borrowing = quote!(&[#(#borrowing),*]);
    let seal = match fields.iter().find(|field| is_borrowed(field)) {
        None => quote!({
            #first
            use __dnn::sealed as __seal;
            __seal::<Self>(Self::__ENTRIES, #borrowing)
        }),
        Some(FieldOf { name, .. }) => quote!({
            #first
            use __dnn::sealed_before as __seal;
            __seal::<Self>(Self::__ENTRIES, #borrowing, ::core::mem::offset_of!(Self, #name))
        }),
    };
    (entries, at(name.span(), seal))
}

/// A row of the table.
fn entry(field: &FieldOf) -> TokenStream {
    let FieldOf { name, ty, content, span } = field;
    let offset = quote!(::core::mem::offset_of!(Self, #name));
    let text = name.to_string();
    let text = text.trim_start_matches("r#");
    let here = there(*span);
    match content {
        Content::Tensor { buffer, .. } => {
            let role = if *buffer { quote!(Buffer) } else { quote!(Parameter) };
            quote_spanned! {here=>
                __dnn::Entry::Tensor {
                    name: #text,
                    offset: #offset,
                    dims: <#ty as __dnn::Tensor>::DIMS,
                    role: __dnn::Role::#role,
                }
            }
        }
        Content::Nested { count, frozen, .. } => {
            let table = associated(*span, ty, quote!(__dnn::Parameters), quote!(TABLE));
            let (stride, number) = match count {
                Some(count) => (quote!(::core::mem::size_of::<#ty>()), quote!(::core::option::Option::Some(#count))),
                None => (quote!(0), quote!(::core::option::Option::None)),
            };
            quote_spanned! {here=>
                __dnn::Entry::Nested {
                    name: #text,
                    offset: #offset,
                    stride: #stride,
                    count: #number,
                    table: #table,
                    tensors: __dnn::leaves(#table),
                    frozen: #frozen,
                }
            }
        }
        Content::Borrowed => quote!(),
    }
}
