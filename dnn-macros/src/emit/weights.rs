//! `#[weights("digits.safetensors")]`: a static of the network, which the compiler makes of a file, and the seals that
//! compare the file with the declaration. The macro itself reads no file.

use super::{Network, associated, call, quote};
use crate::syntax::{Scalar, Weights};
use proc_macro2::{Literal, TokenStream};

/// So many mistakes in the tensors of a layer are messages of their own; PyTorch's layers have no more tensors.
const MISTAKES: usize = 4;

pub(super) fn emit(network: &Network<'_>) -> TokenStream {
    network.declaration.own.weights.iter().map(|weights| item(network, weights)).collect()
}

fn item(network: &Network<'_>, weights: &Weights) -> TokenStream {
    // Of a generic network, which is a mistake, there is the one of `f32`.
    let arguments = matches!(network.declaration.scalar, Scalar::Generic(_)).then(|| quote!(<f32>));
    let name = &network.declaration.name;
    let condition = weights.condition.as_ref().map(|condition| quote!(#[cfg(#condition)]));
    let documentation = match &weights.file {
        Some(file) => format!(" The weights in `{file}`, a `static`: they lie in the program, once."),
        None => " The weights of a file, a `static`: they lie in the program, once.".to_owned(),
    };
    let value = if network.runs { quote!(&__WEIGHTS) } else { quote!(&__dnn::zeros::<Self>()) };
    let content = network.runs.then(|| content(network, weights));
    quote! {
        #condition
        #[allow(long_running_const_eval)] // a large file takes a compiler seconds
        const _: () = {
            #[allow(dead_code)]
            impl #name #arguments {
                #[doc = #documentation]
                pub const WEIGHTS: &'static Self = #value;
            }
            #content
        };
    }
}

/// The file, what stands in it, the seals, and the static.
fn content(network: &Network<'_>, weights: &Weights) -> TokenStream {
    let name = &network.declaration.name;
    let path = &weights.path;
    let file = weights.file.as_ref().map_or(path.clone(), |file| quote!(#file));
    let include = call(weights.place, quote!(::core::include_bytes!), path.clone());
    let whole = call(weights.place, quote!(__seal), quote!(&__READING, #file));
    let held = network.fields().filter(|(node, ..)| !node.borrowed);
    let layers = held.flat_map(|(node, field, _)| {
        let (file, field) = (&file, field.to_string());
        let field = field.trim_start_matches("r#").to_owned();
        (0..MISTAKES).map(move |nth| {
            let (last, nth) = (nth + 1 == MISTAKES, Literal::usize_unsuffixed(nth));
            let arguments = quote!(&__READING, #file, #field, #nth, #last);
            let call = call(node.span.into(), quote!(__seal::<#name, __TENSORS>), arguments);
            quote!(const _: () = { use __dnn::weights::layer as __seal; #call };)
        })
    });
    let layers: TokenStream = layers.collect();
    let borrowed = network.borrowed().map(|(node, field)| {
        let ty = network.concrete_field_type(node);
        let included = associated(node.span, &ty, quote!(__dnn::weights::Included), quote!(WEIGHTS));
        quote!(network.#field = __dnn::Frozen::new(#included);)
    });
    quote! {
        const __FILE: &[u8] = #include;
        const __TENSORS: usize = __dnn::leaves(<#name as __dnn::Parameters>::TABLE);
        const __READING: __dnn::weights::Reading<__TENSORS> = __dnn::weights::read::<#name, __TENSORS>(__FILE);
        const _: () = { use __dnn::weights::whole as __seal; #whole };
        #layers
        static __WEIGHTS: #name = {
            #[allow(unused_mut)]
            let mut network = __dnn::weights::load::<#name, __TENSORS>(__FILE, &__READING);
            #(#borrowed)*
            network
        };
        #[diagnostic::do_not_recommend]
        impl __dnn::weights::Included for #name {
            const WEIGHTS: &'static Self = &__WEIGHTS;
        }
    }
}
