//! The typed graph, its steps and its plan to tokens: one file for each emitted item.

pub(crate) mod budget;
mod buffers;
mod methods;
pub(crate) mod parameters;
mod passes;
mod pooled;
mod reverse;
pub(crate) mod seals;
mod structure;
pub(crate) mod typenum;
mod weights;

use crate::backward::Steps;
use crate::error::Place;
use crate::graph::ValueId;
use crate::layers::{Field, Form, Type};
use crate::memory::Plan;
use crate::shape::{Node, Typed};
use crate::syntax::{Declaration, Scalar, is_keyword};
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};

/// `quote!` whose variables are invisible to the user's names, and the other way round: each token that is written here has
/// its hygiene from the start, since giving it to finished tokens is a call into the compiler for each of them.
macro_rules! quote {
    ($($tokens:tt)*) => { ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*) };
}
pub(crate) use quote;

/// Everything that is known of a network.
pub(crate) struct Network<'a> {
    /// The facade's private module.
    pub(crate) krate: &'a TokenStream,
    pub(crate) declaration: &'a Declaration,
    pub(crate) typed: &'a Typed,
    pub(crate) steps: &'a Steps,
    pub(crate) plan: &'a Plan,
    /// Whether the declaration is without mistakes; otherwise the bodies of its methods are left out.
    pub(crate) runs: bool,
}

/// The struct, its methods and its implementations. All but the struct lies in an anonymous constant, where the run time
/// is called `__dnn`.
pub(crate) fn network(network: &Network<'_>) -> TokenStream {
    let krate = network.krate;
    let structure = structure::emit(network);
    let parameters = parameters::network(network);
    let passes = passes::emit(network);
    let methods = methods::emit(network);
    let seals = seals::emit(network);
    let weights = weights::emit(network);
    let (exceeded, budget) = budget::emit(network);
    quote! {
        #exceeded
        #structure
        #[allow(unused_qualifications)]
        const _: () = {
            use #krate as __dnn;
            #methods #passes #parameters #seals #weights #budget
        };
    }
}

impl<'a> Network<'a> {
    /// `f32`, `f64` or `T`
    fn scalar(&self) -> TokenStream {
        match &self.declaration.scalar {
            Scalar::F32 => quote!(f32),
            Scalar::F64 => quote!(f64),
            Scalar::Generic(word) => quote!(#word),
        }
    }

    /// `<T: Scalar>` and `<T>`, where the network is generic.
    fn generics(&self) -> (TokenStream, TokenStream) {
        match &self.declaration.scalar {
            Scalar::Generic(word) => (quote!(<#word: __dnn::Scalar>), quote!(<#word>)),
            _ => Default::default(),
        }
    }

    /// The array type of a shape.
    fn tensor(&self, dims: &[usize]) -> TokenStream {
        array(dims, self.scalar())
    }

    /// The type of a sample: a tensor, or a tuple of tensors.
    fn input(&self) -> TokenStream {
        self.sample(&self.typed.inputs, &self.scalar())
    }

    /// The type of several values as one sample, with `scalar` for what are no integers.
    fn sample(&self, values: &[ValueId], scalar: &TokenStream) -> TokenStream {
        let types = values.iter().map(|value| self.value_type(*value, scalar));
        match values {
            [_] => quote!(#(#types)*),
            _ => quote!((#(#types),*)),
        }
    }

    /// The type of a value.
    fn value_type(&self, value: ValueId, scalar: &TokenStream) -> TokenStream {
        let value = &self.typed.values[value.0];
        match &value.integer {
            Some(integer) => {
                array(&value.dims, Ident::new(&integer.to_string(), Span::call_site()).into_token_stream())
            }
            None => array(&value.dims, scalar.clone()),
        }
    }

    /// Rows of a value: integers where it holds them.
    fn rows(&self, value: ValueId, dims: &[usize]) -> TokenStream {
        match &self.typed.values[value.0].integer {
            Some(integer) => array(dims, Ident::new(&integer.to_string(), Span::call_site()).into_token_stream()),
            None => self.tensor(dims),
        }
    }

    /// The type of a batch, to read or to write.
    fn batch(&self, reference: TokenStream) -> TokenStream {
        let types = self.typed.inputs.iter().map(|value| self.value_type(*value, &self.scalar()));
        match &self.typed.inputs[..] {
            [_] => quote!(#(#reference [#types])*),
            _ => quote!((#(#reference [#types]),*)),
        }
    }

    /// What a layer takes: rows of a built-in one, all values of a user's own.
    fn takes(&self, node: &Node, scalar: &TokenStream) -> TokenStream {
        match (&node.operation.form, &node.inputs[..]) {
            (Form::Op { from, own: None, .. }, [input]) if self.typed.values[input.0].integer.is_none() => {
                array(from, scalar.clone())
            }
            (Form::Op { from, own: None, .. }, [input]) => self.rows(*input, from),
            _ => self.sample(&node.inputs, scalar),
        }
    }

    /// The header's output, which a declaration with a mistake may not reach.
    fn output(&self) -> TokenStream {
        let header = &self.declaration.outputs;
        // Where the header is a mistake itself, the layers say what is meant.
        match &header[..] {
            [only] if only.certain => self.tensor(&only.lengths()),
            [_] => self.tensor(&self.typed.values[self.typed.output.0].dims),
            several => {
                let word = format_ident!("Outputs{}", several.len());
                let types = several.iter().map(|shape| self.tensor(&shape.lengths()));
                quote!(__dnn::#word<#(#types),*>)
            }
        }
    }

    /// The layers that have a field, in the order of their declaration, each by the first node that uses it.
    fn fields(&self) -> impl Iterator<Item = (&Node, &Ident, &Field)> {
        let mut first: Vec<Option<&Node>> = vec![None; self.declaration.layers.len()];
        for node in &self.typed.nodes {
            first[node.layer].get_or_insert(node);
        }
        let field = |node: &'a Node| Some((node, node.field.as_ref()?, node.operation.field.as_ref()?));
        first.into_iter().flatten().filter_map(field)
    }

    /// The layers that are trained.
    fn trained(&self) -> impl Iterator<Item = (&Node, &Ident, &Field)> {
        self.fields().filter(|(node, ..)| !node.frozen)
    }

    /// The layers that lie outside of the network.
    fn borrowed(&self) -> impl Iterator<Item = (&Node, &Ident)> {
        self.fields().filter(|(node, ..)| node.borrowed).map(|(node, field, _)| (node, field))
    }

    /// The fields as they lie in memory: tensors first, references behind them.
    fn ordered_fields(&self) -> impl Iterator<Item = (&Node, &Ident, &Field)> {
        self.fields().filter(|(node, ..)| !node.borrowed).chain(self.fields().filter(|(node, ..)| node.borrowed))
    }

    /// The type of a layer, as `#krate` or `__dnn` names the run time.
    fn field_type(&self, node: &Node, krate: &TokenStream) -> TokenStream {
        self.field_type_in(node, krate, &self.scalar())
    }

    /// The type of the field of a layer, which may be repeated.
    fn member(&self, node: &Node, krate: &TokenStream) -> TokenStream {
        let ty = self.field_type(node, krate);
        let ty = if node.borrowed { quote!(#krate::Frozen<#ty>) } else { ty };
        match &self.declaration.layers[node.layer].count {
            Some(count) => {
                let count = Literal::usize_unsuffixed(count.value);
                quote!([#ty; #count])
            }
            None => ty,
        }
    }

    /// As [`field_type`](Network::field_type) with `f32` for a generic scalar: array lengths and constants cannot mention it.
    fn concrete_field_type(&self, node: &Node) -> TokenStream {
        self.field_type_for(node, &self.concrete_scalar())
    }

    /// The type of a field with `scalar` for a generic one.
    fn field_type_for(&self, node: &Node, scalar: &TokenStream) -> TokenStream {
        let ty = self.field_type_in(node, &quote!(__dnn), scalar);
        match &self.declaration.scalar {
            Scalar::Generic(word) => replace(ty, word, scalar),
            _ => ty,
        }
    }

    fn concrete_scalar(&self) -> TokenStream {
        match &self.declaration.scalar {
            Scalar::F64 => quote!(f64),
            _ => quote!(f32),
        }
    }

    fn scalar_bytes(&self) -> usize {
        if matches!(self.declaration.scalar, Scalar::F64) { 8 } else { 4 }
    }

    fn field_type_in(&self, node: &Node, krate: &TokenStream, scalar: &TokenStream) -> TokenStream {
        match node.operation.field.as_ref().map(|field| &field.ty) {
            Some(Type::BuiltIn(generics, lengths)) => {
                let ty = generics(lengths, scalar);
                quote_spanned!(node.span=> #krate::#ty)
            }
            Some(Type::OfScalar(ty)) => {
                let ty = ty(krate, scalar);
                quote_spanned!(node.span=> #krate::#ty)
            }
            Some(Type::Own(tokens)) => tokens.clone(),
            Some(Type::Tensor { dims, .. }) => array(dims, scalar.clone()),
            None => quote!(()),
        }
    }
}

/// `[[f32; 28]; 1]` for the shape [1, 28].
fn array(dims: &[usize], scalar: TokenStream) -> TokenStream {
    dims.iter().rev().fold(scalar, |inner, length| {
        let length = Literal::usize_unsuffixed(*length);
        quote!([#inner; #length])
    })
}

/// Every `word` in `tokens` replaced.
pub(crate) fn replace(tokens: TokenStream, word: &Ident, by: &TokenStream) -> TokenStream {
    let mut replaced = TokenStream::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) if ident == *word => replaced.extend(by.clone()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace(group.stream(), word, by));
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}

/// A place in the source, for tokens that are generated there: `quote_spanned!(there(span)=> ..)`.
pub(crate) fn there(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// `tokens` at another place in the source: a message about any of them points there. What is grouped without delimiters is
/// the user's, and keeps its places.
pub(crate) fn at(span: Span, tokens: TokenStream) -> TokenStream {
    spanned(tokens, &|own| span.resolved_at(own))
}

/// `<ty as of>::item` exactly at `span`, as if the user had written it there: rustc's message about a type that does not
/// implement the trait then appears once, however often the item is used.
pub(crate) fn associated(span: Span, ty: &TokenStream, of: TokenStream, item: TokenStream) -> TokenStream {
    let path = spanned(quote!(<#ty as #of>::#item), &|_| span);
    TokenTree::Group(Group::new(Delimiter::None, path)).into()
}

/// `callee(arguments)` exactly at a place: a message of rustc about the call points there and to nothing else.
pub(crate) fn call(place: Place, callee: TokenStream, arguments: TokenStream) -> TokenStream {
    let (first, last) = place.ends();
    let mut group = Group::new(Delimiter::Parenthesis, spanned(arguments, &|_| first));
    group.set_span(last);
    let mut call = spanned(callee, &|_| first);
    call.extend([TokenTree::Group(group)]);
    TokenTree::Group(Group::new(Delimiter::None, call)).into()
}

/// Tokens with other spans.
pub(crate) fn spanned(tokens: TokenStream, change: &dyn Fn(Span) -> Span) -> TokenStream {
    let place = |tree: TokenTree| match tree {
        TokenTree::Group(opaque) if opaque.delimiter() == Delimiter::None => TokenTree::Group(opaque),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), spanned(group.stream(), change));
            inner.set_span(change(group.span()));
            TokenTree::Group(inner)
        }
        mut other => {
            other.set_span(change(other.span()));
            other
        }
    };
    tokens.into_iter().map(place).collect()
}

/// A variable of the generated code, called as [`variable_name`] says.
pub(crate) fn variable(name: &str) -> Ident {
    Ident::new(&variable_name(name), Span::mixed_site())
}

/// A name without `r#` that is no keyword in any edition.
pub(crate) fn variable_name(name: &str) -> String {
    let plain = name.strip_prefix("r#").unwrap_or(name);
    let end = if is_keyword(plain) || plain == "gen" { "_" } else { "" };
    format!("{plain}{end}")
}
