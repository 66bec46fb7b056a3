//! The methods and constants that a user calls on the type, and the `Network` implementation that `Trainer` reads.

use super::{Network, associated, passes, quote};
use crate::graph::ValueId;
use crate::layers::{Form, Type};
use crate::memory::{Schedule, Storage};
use crate::shape::Node;
use proc_macro2::{Literal, TokenStream};

pub(super) fn emit(network: &Network<'_>) -> TokenStream {
    let (generics, arguments) = network.generics();
    let name = &network.declaration.name;
    let text = name.to_string();
    let (input, output, scalar) = (network.input(), network.output(), network.scalar());
    let this = quote!(<Self as __dnn::Layer<#input>>);
    let trained = |node: &Node| !node.frozen && !node.again;
    let (parameters, macs) = (total(network, trained, parameters), total(network, |_| true, macs));
    // After a mistake the table is not looked at: its seal would say the same once more.
    let held = match network.runs {
        true => quote!(__dnn::count(<Self as __dnn::Parameters>::TABLE, ::core::option::Option::None)),
        false => quote!(Self::PARAMETERS),
    };
    let infer = concrete_extent(network, &quote!(INFER));
    let train = concrete_extent(network, &quote!(TRAIN));
    let layers = network.typed.nodes.iter().map(|node| info(network, node));
    let (inference, training) = (passes::plan(network, false), passes::plan(network, true));
    let arguments_of_predict = network.typed.inputs.iter().enumerate().map(|(at, input)| {
        let (name, ty) = (super::buffers::input_name(network, at), network.value_type(*input, &scalar));
        quote!(#name: &#ty)
    });
    let one = (0..network.typed.inputs.len()).map(|at| {
        let name = super::buffers::input_name(network, at);
        quote!(::core::slice::from_ref(#name))
    });
    let one = if network.typed.inputs.len() == 1 { quote!(#(#one)*) } else { quote!((#(#one),*)) };
    let several = match network.declaration.outputs.len() {
        1 => (output.clone(), quote!(y)),
        _ => {
            let types = network.declaration.outputs.iter().map(|shape| network.tensor(&shape.lengths()));
            (quote!((#(#types),*)), quote!(y.into()))
        }
    };
    let (predicted, result) = several;
    let batch = network.batch(quote!(&));
    let predict = if network.runs {
        quote! {
            let mut y = [__dnn::tensor::zero::<#output>()];
            let mut workspace = [<#scalar as __dnn::Scalar>::ZERO; #infer.len(1)];
            <Self as __dnn::Layer<#input>>::infer(self, #one, &mut y, &mut workspace);
            let [y] = y;
            #result
        }
    } else {
        // Never compiled to code: the errors of the declaration stand beside it.
        quote!(::core::unimplemented!())
    };
    quote! {
        #[allow(dead_code, unused_variables)]
        impl #generics #name #arguments {
            /// The number of trained scalars.
            pub const PARAMETERS: usize = #parameters;
            /// Multiply-accumulates for one sample.
            pub const MACS: usize = #macs;
            /// Bytes of all tensors that the network holds: parameters, frozen ones too, and buffers.
            pub const PARAMETER_BYTES: usize = #held * ::core::mem::size_of::<#scalar>();
            /// Bytes of scratch, on the stack, that `predict` takes for one sample.
            pub const INFERENCE_BYTES: usize = Self::inference_workspace(1) * ::core::mem::size_of::<#scalar>();
            /// Bytes that training keeps for one sample: the workspace of forward and backward.
            pub const TRAINING_BYTES: usize = Self::training_workspace(1) * ::core::mem::size_of::<#scalar>();

            /// Scalars of workspace that inference takes for `batch` samples.
            pub const fn inference_workspace(batch: usize) -> usize {
                #this::INFER.len(batch)
            }

            /// Scalars of workspace that `forward` and `backward` take for `batch` samples.
            pub const fn training_workspace(batch: usize) -> usize {
                #this::TRAIN.len(batch)
            }

            /// A network of zeros.
            pub const fn zeros() -> Self {
                __dnn::zeros()
            }

            /// A network with PyTorch's default initialisation. It is returned by value: `boxed` and `init_in` build large
            /// ones in place.
            pub fn init<__R: __dnn::Generator>(rng: &mut __R) -> Self {
                let mut network = Self::zeros();
                __dnn::Parameters::init_in(&mut network, rng);
                network
            }

            /// The output for one sample. The scratch is on the stack; dropout is absent.
            pub fn predict(&self, #(#arguments_of_predict),*) -> #predicted {
                #predict
            }

            /// Layers, shapes, parameters, multiply-accumulates and bytes, to print.
            pub const fn summary() -> __dnn::Summary {
                __dnn::Summary {
                    name: #text,
                    layers: <Self as __dnn::Network>::LAYERS,
                    inference: <Self as __dnn::Network>::INFERENCE,
                    training: <Self as __dnn::Network>::TRAINING,
                    parameters: Self::PARAMETERS,
                    macs: Self::MACS,
                    parameter_bytes: Self::PARAMETER_BYTES,
                    inference_bytes: Self::INFERENCE_BYTES,
                    training_bytes: Self::TRAINING_BYTES,
                }
            }

            __dnn::with_alloc! {
                /// The outputs for several samples. Dropout is absent.
                pub fn predict_batch(&self, x: #batch) -> __dnn::Vec<#output> {
                    __dnn::predict_batch(self, x)
                }

                /// A network with PyTorch's default initialisation on the heap, built in place however large it is.
                pub fn boxed<__R: __dnn::Generator>(rng: &mut __R) -> __dnn::Box<Self> {
                    __dnn::boxed(rng)
                }
            }
        }

        #[diagnostic::do_not_recommend]
        impl #generics __dnn::Network for #name #arguments {
            type Input = #input;
            type Record = [#scalar; #train.sample];
            type Shared = [#scalar; #train.batch];
            const NAME: &'static str = #text;
            const LAYERS: &'static [__dnn::LayerInfo] = &[#(#layers),*];
            const INFERENCE: &'static [__dnn::BufferInfo] = &[#(#inference),*];
            const TRAINING: &'static [__dnn::BufferInfo] = &[#(#training),*];
        }

        __dnn::with_alloc! {
            #[diagnostic::do_not_recommend]
            impl #generics __dnn::IntoBox for #name #arguments {
                type Network = Self;
                fn boxed(self) -> __dnn::Box<Self> {
                    __dnn::Box::new(self)
                }
                fn lined(self) -> __dnn::Box<__dnn::Line<Self>> {
                    __dnn::Box::new(__dnn::Line(self))
                }
            }
        }
    }
}

/// The workspace as a constant that does not mention a generic scalar.
pub(super) fn concrete_extent(network: &Network<'_>, which: &TokenStream) -> TokenStream {
    let name = &network.declaration.name;
    let input = network.sample(&network.typed.inputs, &network.concrete_scalar());
    let arguments = match &network.declaration.scalar {
        crate::syntax::Scalar::Generic(_) => quote!(<f32>),
        _ => quote!(),
    };
    quote!(<#name #arguments as __dnn::Layer<#input>>::#which)
}

fn total(
    network: &Network<'_>,
    counts: impl Fn(&Node) -> bool,
    of: fn(&Network<'_>, &Node) -> TokenStream,
) -> TokenStream {
    let nodes = network.typed.nodes.iter().filter(|node| node.operation.field.is_some() && counts(node));
    let parts = nodes.map(|node| of(network, node));
    let parts: Vec<TokenStream> = parts.collect();
    if parts.is_empty() { quote!(0) } else { quote!(#(#parts)+*) }
}

fn parameters(network: &Network<'_>, node: &Node) -> TokenStream {
    match node.operation.field.as_ref().map(|field| field.parameters) {
        None => quote!(0),
        Some(Some(count)) => {
            let count = Literal::usize_unsuffixed(count);
            quote!(#count)
        }
        Some(None) => {
            let table = table(network, node);
            quote!(__dnn::count(#table, ::core::option::Option::Some(__dnn::Role::Parameter)))
        }
    }
}

/// `<Gate as __dnn::Parameters>::TABLE`
pub(super) fn table(network: &Network<'_>, node: &Node) -> TokenStream {
    associated(node.span, &network.concrete_field_type(node), quote!(__dnn::Parameters), quote!(TABLE))
}

pub(super) fn macs(network: &Network<'_>, node: &Node) -> TokenStream {
    match (node.operation.macs, &node.operation.form) {
        (None, Form::Op { .. }) if network.runs => {
            let (ty, from) = (network.concrete_field_type(node), network.takes(node, &network.concrete_scalar()));
            associated(node.span, &ty, quote!(__dnn::Layer<#from>), quote!(MACS))
        }
        (macs, _) => {
            let macs = Literal::usize_unsuffixed(macs.unwrap_or(0));
            quote!(#macs)
        }
    }
}

fn info(network: &Network<'_>, node: &Node) -> TokenStream {
    let item = &network.declaration.layers[node.layer];
    let name = item.name.as_ref().map_or(String::new(), |name| name.to_string().trim_start_matches("r#").to_owned());
    let name = node.element.map_or(name.clone(), |element| format!("{name}.{element}"));
    let kind = &node.kind;
    let values = &network.typed.values;
    let output = &node.operation.output;
    let made = |value: &ValueId| network.typed.nodes.iter().find(|node| node.output == *value);
    let input = node.inputs.first().map_or(output, |input| match made(input) {
        Some(maker) => &maker.operation.output,
        None => &values[input.0].dims,
    });
    let own = |of: fn(&Network<'_>, &Node) -> TokenStream| {
        let broken = !network.runs && matches!(&node.operation.field, Some(field) if matches!(field.ty, Type::Own(_)));
        if broken { quote!(0) } else { of(network, node) }
    };
    let parameters = if node.again { quote!(0) } else { own(parameters) };
    let (macs, frozen) = (own(macs), node.frozen);
    let lies = |schedule: &Schedule| match schedule.value(node.output) {
        Storage::Place(place) => schedule.places[place].name.clone(),
        Storage::Input(at) => super::buffers::input_name(network, at).to_string(),
        _ => "y".to_owned(),
    };
    let (infers_in, trains_in) = (lies(&network.plan.infer), lies(&network.plan.train));
    quote! {
        __dnn::LayerInfo {
            name: #name,
            kind: #kind,
            input: &[#(#input),*],
            output: &[#(#output),*],
            parameters: #parameters,
            frozen: #frozen,
            macs: #macs,
            infers_in: #infers_in,
            trains_in: #trains_in,
        }
    }
}
