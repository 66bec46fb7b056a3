//! What the macro knows of each function of tensors, one file each: its options, its shape rule, how it runs, and what the
//! gradients of its operands get.
//!
//! The run time has a module of the same name for each: `rule` is its shape rule, `value` writes the result, `pull0` adds what
//! the gradient of its first operand gets, and so on.

use super::branch::Condition;
use super::shape::{Constants, Length, Shape, expression};
use crate::error::{Errors, Place};
use crate::layers::Algebra;
use ::std::rc::Rc;
use proc_macro2::TokenStream;
use quote::quote;

macro_rules! functions {
    ($($file:ident,)*) => {
        $(mod $file;)*
        /// All functions.
        const FUNCTIONS: &[&Function] = &[$(&$file::FUNCTION),*];
    };
}

/// Options that are any number.
pub(crate) const REALS: &[&str] = &["alpha", "beta", "delta", "negative_slope"];

mod along;
mod convolution;
mod loss;
mod reduction;
mod triangle;

functions! {
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    concat,
    conv1d,
    conv2d,
    cross_entropy,
    cumsum,
    dot,
    expand,
    flatten,
    huber_loss,
    kl_div,
    l1_loss,
    linear,
    log_softmax,
    logsumexp,
    matmul,
    max,
    mean,
    min,
    mse_loss,
    nll_loss,
    norm,
    outer,
    permute,
    prod,
    reshape,
    slice,
    smooth_l1_loss,
    softmax,
    squeeze,
    stack,
    std,
    sum,
    transpose,
    tril,
    triu,
    unsqueeze,
    variance,
}

/// A function of tensors.
pub(crate) struct Function {
    /// Its name, and that of its module in the run time.
    pub(crate) name: &'static str,
    /// How many tensors it takes, from the least to the most.
    pub(crate) operands: (usize, usize),
    /// The names of its options; a range in its place is `range`, a list of lengths `shape`, what has no gradient `target`.
    pub(crate) options: &'static [&'static str],
    /// Its shape rule and how it runs. There is nothing after a mistake.
    pub(crate) apply: fn(&mut Call<'_>) -> Option<(Shape, Form)>,
    /// What its result changes by where the operands change.
    pub(crate) tangent: Tangent,
}

/// The tangent of a function's result: in the language itself, so that its gradient is derived as any other.
pub(crate) enum Tangent {
    /// The function is linear: it is the same function of the tangents.
    Linear,
    /// For each operand a formula, linear in the tangent `t` of this operand; the tangent is their sum. The operands are `a`,
    /// `b` and `c`, the result is `y`, and `kept` with the axis kept that it is without. `options` are those of the call as far
    /// as a function has them, `along` is its axis, the last one if it names none, `count` is how many elements one of the
    /// result is made of, and an option that is a number is called by its name.
    Each(&'static [&'static str]),
    /// Formulas that depend on the number of operands and on the options.
    Cases(fn(usize, &[super::body::Setting]) -> &'static [&'static str]),
}

/// Another differentiable function.
#[derive(Clone)]
pub(crate) struct Callee {
    /// Where it stands.
    pub(crate) path: syn::Path,
    /// Whether it is the tangent of its result that is asked for.
    pub(crate) tangent: bool,
}

impl core::fmt::Display for Callee {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let path = &self.path;
        f.write_str(&quote!(#path).to_string().replace(' ', ""))?;
        f.write_str(if self.tangent { "::tangent" } else { "" })
    }
}

/// How an operation runs.
#[derive(Clone)]
pub(crate) enum Form {
    /// A literal or a constant.
    Number(TokenStream),
    /// Element by element.
    Element(&'static super::elements::Element),
    /// Not at all: the same numbers under another shape.
    View,
    /// `x[2]`
    Part(usize),
    /// `x[2..]`, along the first axis: not at all, the elements are neighbours.
    Rows(usize),
    /// Not at all, and without a gradient.
    Detach,
    /// By functions of the run time: all of `value` write one result; for each operand what adds to its gradient.
    Calls {
        /// What writes the result.
        value: Vec<Invocation>,
        /// For each operand, how its gradient is made.
        pulls: Vec<Pull>,
    },
    /// By another differentiable function, and for each argument the tokens of one that has no gradient.
    Own(Callee, Vec<Option<TokenStream>>),
    /// By one of two formulas of the values behind those of the condition.
    Branch(Rc<Branch>),
}

/// Two formulas, and what decides between them.
pub(crate) struct Branch {
    pub(crate) condition: Condition,
    /// How many values the condition compares: the first inputs.
    pub(crate) compared: usize,
    pub(crate) ways: [super::formula::Formula; 2],
}

impl Form {
    /// Whether gradients end here.
    pub(crate) fn detaches(&self) -> bool {
        match self {
            Form::Detach | Form::Number(_) => true,
            Form::Element(element) => element.detaches(),
            _ => false,
        }
    }
}

/// How the gradient of an operand is made from that of the result.
#[derive(Clone)]
pub(crate) enum Pull {
    /// Element by element over the operand, to which the gradient of the result is broadcast: `dy`, or a formula of it and a
    /// number `b`.
    Element(&'static str, Option<TokenStream>),
    /// By a function of the run time, which adds.
    Call(Invocation),
}

/// A call of a function of the run time. What is written or added to is its last argument.
#[derive(Clone)]
pub(crate) struct Invocation {
    /// `sum::value`
    pub(crate) path: &'static str,
    /// Its const arguments.
    pub(crate) constants: Vec<TokenStream>,
    /// How many types follow them.
    pub(crate) types: usize,
    /// What it reads.
    pub(crate) reads: Vec<Read>,
}

/// What a call reads.
#[derive(Clone)]
pub(crate) enum Read {
    Operand(usize),
    Result,
    Gradient,
    /// What has no gradient, as it is.
    Given(TokenStream),
}

/// A call in the source, with the shapes of its operands.
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) operands: Vec<(Shape, String)>,
    pub(crate) settings: &'a [super::body::Setting],
    pub(crate) place: Place,
    pub(crate) constants: &'a mut Constants,
    pub(crate) errors: &'a mut Errors,
    /// What only rustc can say fits, where the result says nothing of it: the number of that rule.
    pub(crate) rule: Option<usize>,
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name).copied()
}

/// Whether an option of some function is a whole number.
pub(crate) fn is_whole(option: &str) -> bool {
    !REALS.contains(&option) && FUNCTIONS.iter().any(|function| function.options.contains(&option))
}

/// A number that may be below zero, as it is written.
fn signed(number: i64) -> TokenStream {
    let size = proc_macro2::Literal::u64_unsuffixed(number.unsigned_abs());
    if number < 0 { quote!(-#size) } else { quote!(#size) }
}

/// What can be called, for messages.
pub(crate) fn names() -> Vec<&'static str> {
    let elements = super::elements::ELEMENTS.iter().map(|element| element.name);
    let named = elements.filter(|name| name.starts_with(char::is_alphabetic) && *name != "neg");
    named.chain(FUNCTIONS.iter().map(|function| function.name)).chain(["detach"]).collect()
}

impl Call<'_> {
    /// Notes a mistake at the call.
    pub(crate) fn mistake<T>(&mut self, message: impl ::std::fmt::Display) -> Option<T> {
        self.errors.push(self.place, message);
        None
    }

    /// The lengths of an operand, where they are known.
    pub(crate) fn lengths(&self, operand: usize) -> Option<&[Length]> {
        self.operands[operand].0.lengths()
    }

    /// An option with one number.
    pub(crate) fn option(&self, name: &str) -> Option<(i64, Place)> {
        let setting = self.settings.iter().find(|setting| setting.name == name)?;
        Some(((*setting.value.first()?)?, setting.place))
    }

    /// A switch.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.option(name).is_some_and(|(value, _)| value != 0)
    }

    /// The axis that an option names: below zero it counts from the last one. `Err` after a mistake.
    pub(crate) fn axis(&mut self) -> Result<Option<usize>, ()> {
        let Some((axis, place)) = self.option("axis") else { return Ok(None) };
        let rank = self.lengths(0).map(<[Length]>::len);
        let counted = match rank {
            Some(rank) if axis < 0 => axis + rank as i64,
            _ => axis,
        };
        let (name, shape) = (&self.operands[0].1, &self.operands[0].0);
        let message = match (usize::try_from(counted), rank) {
            (Ok(axis), Some(rank)) if axis < rank => return Ok(Some(axis)),
            (Ok(axis), None) => return Ok(Some(axis)),
            (_, Some(0)) => format!("{name} is a number and has no axis: remove `axis`"),
            (_, Some(rank)) => {
                format!("{name} has the shape {shape}, so that there is no axis {axis}: write 0 to {}", rank - 1)
            }
            (_, None) => "the shape is known to rustc alone: count the axis from the first one, 0".to_owned(),
        };
        self.errors.push(place, message);
        Err(())
    }

    /// The axis that an option names as a number of the generated code: below zero it counts from the last one, which rustc does
    /// where it alone knows the shape. `Err` after a mistake.
    pub(crate) fn along(&mut self) -> Result<Option<TokenStream>, ()> {
        match self.option("axis") {
            Some((axis, place)) if axis < 0 && self.lengths(0).is_none() => {
                let axis = signed(axis);
                let shape = expression(&self.operands[0].0);
                let rule = crate::emit::at(place.ends().0, quote!(__dnn::functions::shape::axis(#shape, #axis)));
                Ok(Some(quote!({ #rule })))
            }
            _ => Ok(self.axis()?.map(|axis| quote!(#axis))),
        }
    }

    /// The shape by the rule of a module of the run time, for operands that rustc knows; `options` follow the shapes.
    pub(crate) fn evaluated(&mut self, module: &str, options: &[TokenStream]) -> Option<Shape> {
        self.refuse_generic()?;
        let rule = self.rule(module, options);
        Some(self.constants.shape(rule, self.place.ends().0))
    }

    /// What only rustc can say fits: a rule that panics where it does not.
    pub(crate) fn requires(&mut self, rule: TokenStream) {
        self.rule = self.constants.shape(rule, self.place.ends().0).rule();
    }

    /// Refuses const parameters, which no constant can name.
    pub(crate) fn refuse_generic(&mut self) -> Option<()> {
        let Some((shape, name)) = self.operands.iter().find(|(shape, _)| shape.is_generic()) else { return Some(()) };
        self.mistake(format!(
            "{name} has the shape {shape}, of which a length is a const parameter, and it meets what rustc alone knows: write the types out"
        ))
    }

    /// The shape that the macro computed by itself, which rustc compares with the rule of a module of the run time.
    pub(crate) fn proved(&mut self, shape: Shape, module: &str, options: &[TokenStream]) -> Option<Shape> {
        if self.operands.iter().all(|(shape, _)| shape.numbers().is_some()) {
            let rule = self.rule(module, options);
            self.constants.proofs.shape(self.name, &shape, &rule);
        }
        Some(shape)
    }

    /// A number that follows from a shape which rustc evaluated is proved by typenum.
    pub(crate) fn proved_length(&mut self, shape: &Shape, number: Algebra, algebra: Algebra) {
        if let Shape::Opaque(_) = shape {
            self.constants.proofs.evaluated(self.name, shape, number, algebra);
        }
    }

    /// The rule of a module of the run time; `options` follow the shapes.
    pub(crate) fn rule(&self, module: &str, options: &[TokenStream]) -> TokenStream {
        let module = quote::format_ident!("{module}");
        let shapes = self.operands.iter().map(|(shape, _)| expression(shape));
        crate::emit::at(self.place.ends().0, quote!(__dnn::functions::#module::rule(#(#shapes,)* #(#options),*)))
    }
}
