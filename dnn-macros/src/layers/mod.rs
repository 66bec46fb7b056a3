//! What the macro knows of each layer, one file each: its arguments, its shape rule, and how it runs.
//!
//! The passes know layers only as [`Layer`] and [`Operation`]; this list is the only one.

mod adaptive;
mod arguments;
mod batch_norm;
mod channels;
mod convolution;
mod elementwise;
mod own;
mod padding;
mod pool;
mod recurrent;
mod softmaxes;
mod transposed;
mod unreadable;
mod window;

pub(crate) use arguments::Arguments;

use crate::error::{Errors, nearest};
use crate::shape::Incoming;
use crate::syntax::{Item, Operator};
use proc_macro2::TokenStream;
use std::ops::{Add, Div, Mul, Sub};
use std::rc::Rc;

/// How a layer reads its arguments.
type Read = fn(&mut Arguments<'_>) -> Box<dyn Layer>;

macro_rules! layers {
    ($($file:ident: $name:literal,)*) => {
        $(mod $file;)*
        /// Names in declarations and how each layer reads its arguments.
        const LAYERS: &[(&str, Read)] = &[$(($name, $file::read)),*];
    };
}

layers! {
    adaptive_avg_pool1d: "AdaptiveAvgPool1d",
    adaptive_avg_pool2d: "AdaptiveAvgPool2d",
    adaptive_max_pool1d: "AdaptiveMaxPool1d",
    adaptive_max_pool2d: "AdaptiveMaxPool2d",
    avg_pool1d: "AvgPool1d",
    avg_pool2d: "AvgPool2d",
    batch_norm1d: "BatchNorm1d",
    batch_norm2d: "BatchNorm2d",
    conv1d: "Conv1d",
    conv2d: "Conv2d",
    conv_transpose1d: "ConvTranspose1d",
    conv_transpose2d: "ConvTranspose2d",
    dropout: "Dropout",
    elu: "Elu",
    flatten: "Flatten",
    gelu: "Gelu",
    global_avg_pool: "GlobalAvgPool",
    global_max_pool: "GlobalMaxPool",
    gru: "Gru",
    leaky_relu: "LeakyRelu",
    linear: "Linear",
    log_softmax: "LogSoftmax",
    lstm: "Lstm",
    max_pool1d: "MaxPool1d",
    max_pool2d: "MaxPool2d",
    relu: "Relu",
    reshape: "Reshape",
    rnn: "Rnn",
    sigmoid: "Sigmoid",
    silu: "Silu",
    softmax: "Softmax",
    softplus: "Softplus",
    tanh: "Tanh",
    upsample: "Upsample",
    zero_pad1d: "ZeroPad1d",
    zero_pad2d: "ZeroPad2d",
}

/// A layer whose arguments are read.
pub(crate) trait Layer {
    /// The shape rule: what the layer does to the tensor that reaches it. `following` is what the layers behind it take,
    /// if that is one definite shape. A mistake is noted, and the answer is what the arguments say.
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation;

    /// The one shape that its arguments demand, if there is one.
    fn takes(&self) -> Option<Vec<usize>> {
        None
    }

    /// Whether its arguments alone say its output, for an input of `rank` dimensions: then the layers behind it are checked
    /// even where a mistake before it leaves its input in doubt. `fits` is whether the layer found its input as it should be.
    fn settles(&self, rank: usize, fits: bool) -> bool {
        let _ = (rank, fits);
        false
    }

    /// Whether its output always has the shape of its input.
    fn keeps_shape(&self) -> bool {
        false
    }
}

/// What a layer does to a tensor of known shape.
pub(crate) struct Operation {
    /// The shape behind it.
    pub(crate) output: Vec<usize>,
    /// How it runs.
    pub(crate) form: Form,
    /// The field that holds its parameters.
    pub(crate) field: Option<Field>,
    /// Multiply-accumulates for one sample; unknown for a user's own layer.
    pub(crate) macs: Option<usize>,
    /// The forward formula.
    pub(crate) formula: String,
    /// The formula of the backward pass.
    pub(crate) derivative: String,
    /// Every length that the rule computed, with its second derivations.
    pub(crate) proofs: Vec<Proof>,
}

/// The field of a layer with parameters.
pub(crate) struct Field {
    /// Its type.
    pub(crate) ty: Type,
    /// Its scalars that have a gradient; unknown for a user's own layer.
    pub(crate) parameters: Option<usize>,
    /// Its scalars that have none; unknown for a user's own layer.
    pub(crate) buffers: Option<usize>,
}

/// The type of a layer, before the scalar of the network is put in.
#[derive(Clone)]
pub(crate) enum Type {
    /// A layer of the run time: its name and a function of the scalar that gives its generic arguments.
    BuiltIn(fn(&[usize], &TokenStream) -> TokenStream, Vec<usize>),
    /// A layer of the run time: a function of the scalar that gives its name and its generic arguments.
    OfScalar(Rc<dyn Fn(&TokenStream) -> TokenStream>),
    /// A user's own, as written.
    Own(TokenStream),
}

/// How a layer runs.
pub(crate) enum Form {
    /// Not at all: the same scalars under another shape.
    View,
    /// In place, on rows of the shape `at`.
    InPlace {
        /// The layer as a value of the run time.
        value: TokenStream,
        /// The rows that it works on.
        at: Vec<usize>,
        /// What its backward pass reads.
        keeps: Keeps,
    },
    /// From one buffer to another, from rows of the shape `from` to rows of the shape `to`.
    Op {
        /// The rows that it reads.
        from: Vec<usize>,
        /// The rows that it writes.
        to: Vec<usize>,
        /// What its backward pass reads for all gradients.
        reads: Reads,
        /// What its backward pass reads for dx alone, where it is frozen.
        reads_for_dx: Reads,
        /// What it works in.
        workspace: Workspace,
        /// A layer without parameters as a value of the run time; one with parameters is the field.
        value: Option<TokenStream>,
        /// Where only its type knows its output.
        own: Option<Seal>,
    },
}

/// The values of the forward pass that a backward pass reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reads {
    /// x
    pub(crate) input: bool,
    /// y
    pub(crate) output: bool,
}

impl Reads {
    pub(crate) const NOTHING: Reads = Reads { input: false, output: false };
    pub(crate) const INPUT: Reads = Reads { input: true, output: false };
    pub(crate) const BOTH: Reads = Reads { input: true, output: true };
}

/// The scalars that a layer works in, beside its input and its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workspace {
    /// None.
    Nothing,
    /// So many for each sample: the memory plan gives them a place, in training from the forward step to the backward step.
    Sample {
        /// In inference.
        infer: usize,
        /// In training.
        train: usize,
    },
    /// What the constants of its type say, for each sample and for the whole batch. It lies behind the planned part, and
    /// the layer absorbs it into its buffers.
    OfType,
}

/// Where the message about a user's own layer stands if its type gives another output than the declaration says.
pub(crate) enum Seal {
    /// The declaration says so with an arrow.
    Declared(proc_macro2::Span),
    /// The layers behind it take that.
    Following,
}

/// What the backward pass of a layer in place reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// Nothing.
    Nothing,
    /// Its input.
    Input,
    /// Its output.
    Output,
}

/// A computed length: the seal compares the three derivations.
pub(crate) struct Proof {
    /// The macro's number.
    pub(crate) value: usize,
    /// The rule of the run time as a constant expression.
    pub(crate) rule: Option<TokenStream>,
    /// typenum's algebra.
    pub(crate) algebra: Algebra,
}

/// An expression in typenum's types.
#[derive(Clone, Debug)]
pub(crate) enum Algebra {
    /// `__U784`
    Number(usize),
    /// `Sum<..>` and its like
    Operation(Operator, Box<[Algebra; 2]>),
}

impl Algebra {
    /// The product of all.
    pub(crate) fn product(factors: &[usize]) -> Algebra {
        factors.iter().map(|factor| Algebra::Number(*factor)).reduce(Mul::mul).unwrap_or(Algebra::Number(1))
    }
}

macro_rules! operators {
    ($($name:ident $method:ident $operator:ident,)*) => {$(
        impl $name for Algebra {
            type Output = Algebra;
            fn $method(self, right: Algebra) -> Algebra {
                Algebra::Operation(Operator::$operator, Box::new([self, right]))
            }
        }
    )*};
}
operators! {
    Add add Add,
    Sub sub Subtract,
    Mul mul Multiply,
    Div div Divide,
}

/// The built-in layer that a word means, exactly or with a slip of the finger.
pub(crate) fn find(word: &str) -> Option<(&'static str, Read)> {
    let exact = LAYERS.iter().find(|(known, _)| *known == word);
    let meant = || nearest(word, LAYERS.iter().map(|(name, _)| *name));
    exact.or_else(|| meant().and_then(|name| LAYERS.iter().find(|(known, _)| *known == name))).copied()
}

/// The layer of an item: a built-in one, the nearest one with an error, or a user's own.
pub(crate) fn read(item: &Item, errors: &mut Errors) -> Box<dyn Layer> {
    if item.unreadable {
        return unreadable::read();
    }
    let Some(word) = item.path.get_ident() else { return own::read(item, errors) };
    let text = word.to_string();
    let Some((known, definition)) = find(&text) else { return own::read(item, errors) };
    if known != text {
        let advice = format!("did you mean `{known}`? A layer of your own with this name is written `self::{text}`");
        errors.push(word.span(), format!("there is no layer `{text}`: {advice}"));
    } else if let Some(output) = &item.output {
        errors.push(output.span, format!("`{text}` computes its output shape: remove the arrow and the shape"));
    }
    let mut arguments = Arguments::new(item, errors);
    let layer = definition(&mut arguments);
    arguments.finish();
    layer
}
