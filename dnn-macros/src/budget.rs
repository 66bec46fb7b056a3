//! `budget!(Memory<Digits, Adam, 8>, ram = 40 KiB)`: a seal on the size of a memory.

use crate::emit::{call, quote};
use crate::error::Errors;
use crate::syntax::limits_of_a_memory;
use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Token, Type, braced};

/// The expansion of the macro, which passes the facade's private module first.
pub(crate) fn memory(tokens: TokenStream) -> TokenStream {
    let example = "write `budget!(Memory<Net, Adam, 8>, ram = 40 KiB);`";
    let mut errors = Errors::default();
    let read = |input: ParseStream<'_>| -> syn::Result<(TokenStream, Type, TokenStream)> {
        let path;
        braced!(path in input);
        let krate = path.parse()?;
        if input.is_empty() {
            return Err(syn::Error::new(Span::call_site(), format!("a memory and its limit are missing: {example}")));
        }
        let memory: Type = input.parse()?;
        if !input.peek(Token![,]) {
            return Err(syn::Error::new_spanned(&memory, format!("the limit is missing: {example}")));
        }
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            return Err(syn::Error::new_spanned(&memory, format!("the limit is missing: {example}")));
        }
        Ok((krate, memory, input.parse()?))
    };
    let (krate, memory, limits) = match read.parse2(tokens) {
        Ok(parts) => parts,
        Err(error) => return error.to_compile_error(),
    };
    let end = limits.clone().into_iter().last().map_or(Span::call_site(), |last| last.span());
    let limits = limits_of_a_memory(limits, end, &mut errors);
    let seals = limits.iter().map(|limit| {
        let (name, amount) = (text(&memory), Literal::u64_suffixed(limit.amount));
        let call = call(limit.place, quote!(__seal::<__Memory>), quote!(#name, #amount));
        quote!(const _: () = { use __dnn::budget::ram as __seal; #call };)
    });
    let messages = errors.to_tokens();
    quote! {
        #messages
        const _: () = {
            use #krate as __dnn;
            type __Memory = #memory;
            #(#seals)*
        };
    }
}

/// A type as it is written, on one line.
fn text(ty: &Type) -> String {
    let dense = ty.to_token_stream().to_string().replace([' ', '\n'], "");
    dense.replace(',', ", ").replace(';', "; ")
}
