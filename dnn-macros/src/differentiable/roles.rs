//! A function where something else is expected: as a loss, and as a layer.

use super::companions::{Function, entries, gradients, lints};
use super::formula::Formula;
use super::program::{Program, Seed};
use super::write::write;
use crate::backward;
use crate::emit::quote;
use proc_macro2::TokenStream;

/// A function of two arguments that gives a number is a loss: of an output and what it should be.
pub(super) fn loss(function: &Function<'_>) -> Option<TokenStream> {
    let Function { signature, formula, constants, .. } = function;
    let [output, target] = &signature.arguments[..] else { return None };
    let is_loss = output.shape.is_some() && formula.values[formula.output.0].shape.is_scalar();
    if !is_loss {
        return None;
    }
    // Only the gradient of the output is needed, whatever `wrt` says.
    let mut own = Formula::clone(formula);
    own.wanted = own.inputs.iter().enumerate().map(|(at, _)| at == 0).collect();
    let steps = backward::derive(&own);
    let own = Function { signature, formula: &own, steps: &steps, constants, second: None };
    let (statements, results) = write(&Program::new(own.formula, own.steps, Seed::One, true), &signature.scalar);
    let mut results = results.into_iter();
    let value = results.next();
    let gradient = gradients(&own, &mut results).into_iter().flatten();
    let (declared, _, conditions) = signature.function.sig.generics.split_for_impl();
    let name = &signature.function.sig.ident;
    let (y, d, scalar) = (&output.ty, &target.ty, &signature.scalar);
    let (first, second) = (&output.name, &target.name);
    let by_value = target.shape.is_none() && !target.borrowed;
    let taken = by_value.then(|| quote!(let #second = *#second;));
    let entries = entries(function);
    Some(quote! {
        impl #declared __dnn::Loss<#y, #d> for #name #conditions {
            #[inline]
            fn sample(&self, #first: &#y, #second: &#d, __dy: &mut #y) -> #scalar {
                #taken
                #entries
                #statements
                *__dy = #(#gradient)*;
                #value
            }
            #[inline]
            fn weight(&self, _: &#d) -> #scalar {
                <#scalar as __dnn::Scalar>::ONE
            }
        }
    })
}

/// A function as a layer: its first argument is what it takes, the others are its parameters.
pub(super) fn layer(function: &Function<'_>) -> Option<TokenStream> {
    let signature = function.signature;
    let layer = signature.layer.as_ref()?;
    let [input, parameters @ ..] = &signature.arguments[..] else { return None };
    let (krate, source) = (&signature.krate, &signature.function);
    let (name, visibility, generics) = (&source.sig.ident, &source.vis, &source.sig.generics);
    let (declared, arguments, conditions) = generics.split_for_impl();
    let (x, y, scalar) = (&input.ty, &signature.output.ty, &signature.scalar);
    let fields = parameters.iter().map(|parameter| {
        let (init, name, ty) = (&parameter.init, &parameter.name, &parameter.ty);
        let text = format!("Parameter `{name}`.");
        quote!(#[doc = #text] #init pub #name: #ty)
    });
    let text = format!("The function [`{name}`](fn@{name}) as a layer.");
    let own: Vec<_> = parameters.iter().map(|parameter| &parameter.name).collect();
    let names = own.iter();
    let adds = own.iter().enumerate().map(|(at, name)| {
        let at = syn::Index::from(at + 1);
        quote!(__dnn::functions::function::Share::add_to(__shares.#at, &mut __dp.#name);)
    });
    let structure = quote! {
        #[doc = #text]
        #[derive(Clone, Debug)]
        #visibility struct #layer #declared #conditions { #(#fields),* }
    };
    let path = &signature.facade;
    let parameters = crate::derive::parameters(quote!(#[parameters(crate = #path)] #structure));
    let public: TokenStream = without_init(structure);
    let lints = lints();
    Some(quote! {
        #public
        #parameters
        #lints
        const _: () = {
            use #krate as __dnn;
            impl #declared __dnn::Layer<#x> for #layer #arguments #conditions {
                type Output = #y;
                #[inline]
                fn infer(&self, __x: &[#x], __y: &mut [#y], _: &mut [#scalar]) {
                    for (__x, __y) in __x.iter().zip(__y) {
                        *__y = #name::__value(__x #(, &self.#names)*);
                    }
                }
                #[inline]
                fn backward(
                    &self,
                    _: &__dnn::Pass,
                    __x: &[#x],
                    _: &[#y],
                    _: &mut [#scalar],
                    __dy: &mut [#y],
                    mut __dx: ::core::option::Option<&mut [#x]>,
                    mut __dp: ::core::option::Option<&mut Self::Gradient>,
                ) {
                    for (__at, (__x, __dy)) in __x.iter().zip(__dy).enumerate() {
                        let __shares = #name::__pull(__x #(, &self.#own)* , __dy);
                        if let ::core::option::Option::Some(__dx) = __dx.as_deref_mut().and_then(|__dx| __dx.get_mut(__at)) {
                            *__dx = __dnn::functions::shape::zero();
                            __dnn::functions::function::Share::add_to(__shares.0, __dx);
                        }
                        if let ::core::option::Option::Some(__dp) = __dp.as_deref_mut() {
                            #(#adds)*
                        }
                    }
                }
            }
        };
    })
}

/// A struct without the attributes that only the derive reads.
fn without_init(structure: TokenStream) -> TokenStream {
    let Ok(mut structure) = syn::parse2::<syn::ItemStruct>(structure) else { return TokenStream::new() };
    for field in &mut structure.fields {
        field.attrs.retain(|attribute| !attribute.path().is_ident("init"));
    }
    quote!(#structure)
}
