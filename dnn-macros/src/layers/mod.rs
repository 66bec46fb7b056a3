//! What the macro knows of each layer, one file each: its arguments, its shape rule, and how it runs.
//!
//! The passes know layers only as [`Layer`] and [`Operation`]; this list is the only one.

mod adaptive;
mod arguments;
mod axis;
mod batch_norm;
mod broadcast;
mod channel_dropout;
mod channels;
mod convolution;
mod elementwise;
mod gather;
mod instance_norm;
mod own;
mod padding;
mod pool;
mod recurrent;
mod sequence;
mod softmaxes;
mod trailing;
mod transposed;
mod unreadable;
mod window;

pub(crate) use arguments::Arguments;

use crate::error::{Errors, nearest};
use crate::shape::Incoming;
use crate::syntax::{Declaration, Item, Operator};
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
    add: "Add",
    affine: "Affine",
    avg_pool1d: "AvgPool1d",
    avg_pool2d: "AvgPool2d",
    batch_norm1d: "BatchNorm1d",
    batch_norm2d: "BatchNorm2d",
    celu: "Celu",
    concat: "Concat",
    conv1d: "Conv1d",
    conv2d: "Conv2d",
    conv_transpose1d: "ConvTranspose1d",
    conv_transpose2d: "ConvTranspose2d",
    detach: "Detach",
    dropout: "Dropout",
    dropout1d: "Dropout1d",
    dropout2d: "Dropout2d",
    elu: "Elu",
    embedding: "Embedding",
    flatten: "Flatten",
    gelu: "Gelu",
    global_avg_pool: "GlobalAvgPool",
    global_max_pool: "GlobalMaxPool",
    glu: "Glu",
    group_norm: "GroupNorm",
    gru: "Gru",
    hardsigmoid: "Hardsigmoid",
    hardswish: "Hardswish",
    hardtanh: "Hardtanh",
    instance_norm1d: "InstanceNorm1d",
    instance_norm2d: "InstanceNorm2d",
    layer_norm: "LayerNorm",
    leaky_relu: "LeakyRelu",
    linear: "Linear",
    log_softmax: "LogSoftmax",
    lstm: "Lstm",
    max_pool1d: "MaxPool1d",
    max_pool2d: "MaxPool2d",
    mean: "Mean",
    mish: "Mish",
    multi_head_attention: "MultiHeadAttention",
    multiply: "Multiply",
    p_relu: "PRelu",
    permute: "Permute",
    positional_embedding: "PositionalEmbedding",
    positional_encoding: "PositionalEncoding",
    raw_parameter: "Parameter",
    relu: "Relu",
    relu6: "Relu6",
    reshape: "Reshape",
    rms_norm: "RmsNorm",
    rnn: "Rnn",
    selu: "Selu",
    sigmoid: "Sigmoid",
    silu: "Silu",
    softmax: "Softmax",
    softplus: "Softplus",
    softsign: "Softsign",
    split: "Split",
    squeeze: "Squeeze",
    subtract: "Subtract",
    tanh: "Tanh",
    transformer_encoder_layer: "TransformerEncoderLayer",
    unsqueeze: "Unsqueeze",
    upsample: "Upsample",
    zero_pad1d: "ZeroPad1d",
    zero_pad2d: "ZeroPad2d",
}

/// What the operators of `fn forward` stand for.
pub(crate) const PLUS: &str = "Add";
pub(crate) const MINUS: &str = "Subtract";
pub(crate) const TIMES: &str = "Multiply";
/// A tensor of the network, a value and no layer.
pub(crate) const VALUE: &str = "Parameter";
/// A number times a value plus a number.
pub(crate) const AFFINE: &str = "Affine";
/// `detach(x)`
pub(crate) const DETACH: &str = "Detach";
/// Several outputs one after the other; small, so that nobody can write it.
pub(crate) const GATHER: &str = "outputs";

/// Whether the word is that of a built-in layer.
fn is(item: &Item, word: &str) -> bool {
    item.path.get_ident().is_some_and(|own| own == word)
}

/// Whether an item is a value and no layer: a raw parameter.
pub(crate) fn is_value(item: &Item) -> bool {
    is(item, VALUE)
}

/// Whether a layer gives as many values as there are names for them.
pub(crate) fn splits(item: &Item) -> bool {
    is(item, "Split")
}

/// A layer whose arguments are read.
pub(crate) trait Layer {
    /// The shape rule: what the layer does to the tensor that reaches it. `following` is what the layers behind it take,
    /// if that is one definite shape. A mistake is noted, and the answer is what the arguments say.
    fn operation(&self, incoming: Incoming<'_>, following: Option<&[usize]>, errors: &mut Errors) -> Operation;

    /// The shape rule of a layer of several values, or of one that gives several: then this is the operation of one `part`
    /// of so many.
    fn join(
        &self,
        incoming: &[Incoming<'_>],
        part: (usize, usize),
        following: Option<&[usize]>,
        errors: &mut Errors,
    ) -> Operation {
        let _ = part;
        self.operation(incoming[0], following, errors)
    }

    /// How many values it takes, from the least to the most.
    fn operands(&self) -> (usize, usize) {
        (1, 1)
    }

    /// Whether it takes integers.
    fn takes_integers(&self) -> bool {
        false
    }

    /// Whether its backward pass may change dL/dy.
    fn spoils(&self) -> bool {
        true
    }

    /// Whether its backward pass writes the gradient of its parameters where the pass says that nothing is there yet; otherwise it
    /// adds to what is there.
    fn writes(&self) -> bool {
        false
    }

    /// Whether it can, in inference, write its output where its input lies: then its type implements `Overwrite`.
    fn overwrites(&self) -> bool {
        false
    }

    /// The zeros that it puts before and behind rows, and before and behind columns, if it does nothing else.
    fn zeros(&self) -> Option<[[usize; 2]; 2]> {
        None
    }

    /// The same layer with so many more zeros around its input, if it can do without a copy that has them.
    fn padded(&self, zeros: [[usize; 2]; 2]) -> Option<Box<dyn Layer>> {
        let _ = zeros;
        None
    }

    /// Whether it is the rectifier y = max(x, 0).
    fn rectifies(&self) -> bool {
        false
    }

    /// Whether it takes the largest element of windows of two rows and two columns that lie side by side.
    fn halves(&self) -> bool {
        false
    }

    /// Whether it can do the work of such a rectifier and such a pooling layer behind it too: then `operation` becomes that of
    /// all three, but for its output.
    fn pools(&self, operation: &mut Operation) -> bool {
        let _ = operation;
        false
    }

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

pub(crate) use broadcast::unknown;
pub(crate) use own::output;
pub(crate) use unreadable::read as unreadable;

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

/// A function of the path of the run time and of the scalar, which gives the name and the generic arguments of a type; the
/// path is for further types among the arguments.
pub(crate) type OfScalar = Rc<dyn Fn(&TokenStream, &TokenStream) -> TokenStream>;

/// The type of a layer, before the scalar of the network is put in.
#[derive(Clone)]
pub(crate) enum Type {
    /// A layer of the run time: its name and a function of the scalar that gives its generic arguments.
    BuiltIn(fn(&[usize], &TokenStream) -> TokenStream, Vec<usize>),
    /// A layer of the run time.
    OfScalar(OfScalar),
    /// A user's own, as written.
    Own(TokenStream),
    /// A tensor by itself.
    Tensor {
        /// Its shape.
        dims: Vec<usize>,
        /// Its first value, or the bound of random ones.
        initial: (TokenStream, bool),
    },
}

/// How a layer runs.
pub(crate) enum Form {
    /// Not at all: the same scalars under another shape.
    View,
    /// Not at all: the same scalars, and no gradient for them.
    Detached,
    /// Values meet in one, each by itself, one after the other.
    Join(Vec<Operand>),
    /// A tensor of the network, the same for every sample.
    Tensor,
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

/// One of the values that meet in a join. The words are values of the run time that implement `Operand`.
pub(crate) struct Operand {
    /// How it is put where nothing is yet.
    pub(crate) first: TokenStream,
    /// How it meets what is there, and how it gets its gradient.
    pub(crate) then: TokenStream,
    /// The rows that it reads.
    pub(crate) from: Vec<usize>,
    /// The rows that it writes.
    pub(crate) to: Vec<usize>,
    /// Whether the others can meet it where it lies, since it has all elements of the output.
    pub(crate) base: bool,
    /// Whether its gradient is dL/dy as it is.
    pub(crate) same: bool,
    /// Whether its gradient is that of a factor, which reads the other one.
    pub(crate) factor: bool,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// So many for each sample, which training keeps, and so many once in a batch, which no step keeps.
    Scratch {
        /// In training.
        kept: usize,
        /// In inference and in training.
        scratch: usize,
    },
    /// So many once in a batch, which the layer absorbs into its buffers.
    Batch {
        /// In inference.
        infer: usize,
        /// In training.
        train: usize,
    },
    /// That of a network of the same block: the plan has a place for it where it knows all of it.
    Network(String),
    /// What the constants of its type say, for each sample and for the whole batch. It lies behind the planned part, and
    /// the layer absorbs it into its buffers.
    OfType,
}

impl Workspace {
    /// Whether the type of the layer has more to say than built-in layers have: constants, and buffers that absorb.
    pub(crate) fn is_of_type(&self) -> bool {
        matches!(self, Workspace::Batch { .. } | Workspace::Network(_) | Workspace::OfType)
    }
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
    /// What rustc evaluates, an expression of type `usize`.
    Evaluated(TokenStream),
    /// `Sum<..>` and its like
    Operation(Operator, Box<[Algebra; 2]>),
}

impl Algebra {
    /// The product of all.
    pub(crate) fn product(factors: &[usize]) -> Algebra {
        factors.iter().map(|factor| Algebra::Number(*factor)).reduce(Mul::mul).unwrap_or(Algebra::Number(1))
    }

    /// The sum of all.
    pub(crate) fn sum(terms: &[usize]) -> Algebra {
        terms.iter().map(|term| Algebra::Number(*term)).reduce(Add::add).unwrap_or(Algebra::Number(0))
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
    Add add Plus,
    Sub sub Minus,
    Mul mul Times,
    Div div Over,
}

/// The built-in layer that a word means, exactly or with a slip of the finger.
pub(crate) fn find(word: &str) -> Option<(&'static str, Read)> {
    let exact = LAYERS.iter().find(|(known, _)| *known == word);
    let meant = || nearest(word, LAYERS.iter().map(|(name, _)| *name));
    exact.or_else(|| meant().and_then(|name| LAYERS.iter().find(|(known, _)| *known == name))).copied()
}

/// The layer of an item: a built-in one, the nearest one with an error, or a user's own.
/// `networks` are those of the same block, whose shapes are known.
pub(crate) fn read(item: &Item, networks: &[Declaration], errors: &mut Errors) -> Box<dyn Layer> {
    if item.unreadable {
        return unreadable::read();
    }
    let Some(word) = item.path.get_ident() else { return own::read(item, None, errors) };
    let text = word.to_string();
    if text == GATHER {
        return gather::read();
    }
    if let Some(network) = networks.iter().find(|network| network.name == text) {
        return own::read(item, Some(network), errors);
    }
    let Some((known, definition)) = find(&text) else { return own::read(item, None, errors) };
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
