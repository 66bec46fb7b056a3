//! What works element by element: each operation's formula, and what each operand's gradient gets by the chain rule.
//!
//! The operands are `a`, `b`, `c` and `d`, the result is `y`, and `dy` is the gradient of the result. Functions in a formula are
//! scalar functions of the run time with the same name.
//!
//! What a gradient gets is linear in `dy`, so that the same formula is the tangent: with the tangent of the operand for `dy` it
//! says what the result changes by. Its own gradient is taken by the functions that it is written in, of which [`INNER`] has
//! those that are no function of the language.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

/// An operation of numbers that tensors take element by element, with broadcasting.
pub(crate) struct Element {
    /// Its name in the source, or the operator.
    pub(crate) name: &'static str,
    /// The formula of the result.
    pub(crate) value: &'static str,
    /// For each operand, what its gradient gets; nothing where it has none.
    pub(crate) shares: &'static [&'static str],
    /// The name of the last operand, and the number that it is where it is left out.
    pub(crate) default: &'static [(&'static str, &'static str)],
}

impl Element {
    /// Whether no operand has a gradient: comparisons.
    pub(crate) fn detaches(&self) -> bool {
        self.shares.iter().all(|share| share.is_empty())
    }

    /// How many operands it has.
    pub(crate) fn operands(&self) -> usize {
        self.shares.len()
    }
}

macro_rules! elements {
    ($($name:literal: $value:literal, [$($share:literal),+] $(, $option:ident = $default:literal)?;)*) => {
        &[$(Element {
            name: $name,
            value: $value,
            shares: &[$($share),+],
            default: &[$((stringify!($option), $default))?],
        }),*]
    };
}

/// All operations.
pub(crate) const ELEMENTS: &[Element] = elements! {
    "+": "a + b", ["dy", "dy"];
    "-": "a - b", ["dy", "-dy"];
    "*": "a * b", ["dy * b", "dy * a"];
    "/": "a / b", ["dy / b", "-(dy * y / b)"];
    "neg": "-a", ["-dy"];
    "abs": "abs(a)", ["dy * sign(a)"];
    "ceil": "ceil(a)", [""];
    "clamp": "clamp(a, b, c)", ["clamp_pull(dy, a, b, c)", "where_(less(a, b), dy, 0.0)", "where_(greater(a, c), dy, 0.0)"];
    "cos": "cos(a)", ["-(dy * sin(a))"];
    "elu": "elu(a, b)", ["elu_pull(dy, a, b)", "elu_pull_alpha(dy, a)"], alpha = "1.0";
    "erf": "erf(a)", ["dy * (1.1283791670955126 * exp(-(a * a)))"];
    "exp": "exp(a)", ["dy * y"];
    "exp_m1": "exp_m1(a)", ["dy * (y + 1.0)"];
    "floor": "floor(a)", [""];
    "gelu": "gelu(a)", ["gelu_pull(dy, a)"];
    "gelu_tanh": "gelu_tanh(a)", ["gelu_tanh_pull(dy, a)"];
    "leaky_relu": "leaky_relu(a, b)", ["leaky_relu_pull(dy, a, b)", "where_(greater(a, 0.0), 0.0, dy * a)"], negative_slope = "0.01";
    "ln": "ln(a)", ["dy / a"];
    "ln_1p": "ln_1p(a)", ["dy / (1.0 + a)"];
    "maximum": "maximum(a, b)", ["maximum_pull0(dy, a, b)", "maximum_pull1(dy, a, b)"];
    "minimum": "minimum(a, b)", ["minimum_pull0(dy, a, b)", "minimum_pull1(dy, a, b)"];
    "pow": "pow(a, b)", ["pow_pull0(dy, a, b)", "pow_pull1(dy, a, b, y)"];
    "recip": "1.0 / a", ["-(dy * y * y)"];
    "relu": "relu(a)", ["relu_pull(dy, y)"];
    "round": "round(a)", [""];
    "rsqrt": "1.0 / sqrt(a)", ["-(0.5 * dy * y * y * y)"];
    "sigmoid": "sigmoid(a)", ["dy * (y * (1.0 - y))"];
    "sign": "sign(a)", [""];
    "silu": "silu(a)", ["silu_pull(dy, a)"];
    "sin": "sin(a)", ["dy * cos(a)"];
    "softplus": "softplus(a, 1.0, 20.0)", ["softplus_pull(dy, a, 1.0, 20.0)"];
    "sqrt": "sqrt(a)", ["dy / (2.0 * y)"];
    "square": "a * a", ["2.0 * dy * a"];
    "tan": "sin(a) / cos(a)", ["dy * (1.0 + y * y)"];
    "tanh": "tanh(a)", ["dy * (1.0 - y * y)"];
    "where_": "where_(a, b, c)", ["", "where_(a, dy, 0.0)", "where_(a, 0.0, dy)"];
    "<": "less(a, b)", ["", ""];
    "<=": "less_equal(a, b)", ["", ""];
    ">": "greater(a, b)", ["", ""];
    ">=": "greater_equal(a, b)", ["", ""];
    "==": "equal(a, b)", ["", ""];
    "!=": "not_equal(a, b)", ["", ""];
};

/// What formulas of gradients are written in, beside [`ELEMENTS`].
const INNER: &[Element] = elements! {
    "clamp_pull": "clamp_pull(a, b, c, d)", ["clamp_pull(dy, b, c, d)", "", "", ""];
    "elu_pull": "elu_pull(a, b, c)", ["elu_pull(dy, b, c)", "where_(greater(b, 0.0), 0.0, dy * a * c * exp(b))", "where_(greater(b, 0.0), 0.0, dy * a * exp(b))"];
    "elu_pull_alpha": "elu_pull_alpha(a, b)", ["elu_pull_alpha(dy, b)", "where_(greater(b, 0.0), 0.0, dy * a * exp(b))"];
    "gelu_pull": "gelu_pull(a, b)", ["gelu_pull(dy, b)", "dy * a * gelu_curvature(b)"];
    "gelu_tanh_pull": "gelu_tanh_pull(a, b)", ["gelu_tanh_pull(dy, b)", "dy * a * gelu_tanh_curvature(b)"];
    "greater": "greater(a, b)", ["", ""];
    "leaky_relu_pull": "leaky_relu_pull(a, b, c)", ["leaky_relu_pull(dy, b, c)", "", "where_(greater(b, 0.0), 0.0, dy * a)"];
    "less": "less(a, b)", ["", ""];
    "maximum_pull0": "maximum_pull0(a, b, c)", ["maximum_pull0(dy, b, c)", "", ""];
    "maximum_pull1": "maximum_pull1(a, b, c)", ["maximum_pull1(dy, b, c)", "", ""];
    "minimum_pull0": "minimum_pull0(a, b, c)", ["minimum_pull0(dy, b, c)", "", ""];
    "minimum_pull1": "minimum_pull1(a, b, c)", ["minimum_pull1(dy, b, c)", "", ""];
    "pow_pull0": "pow_pull0(a, b, c)", ["pow_pull0(dy, b, c)", "dy * a * pow_curvature(b, c)", "dy * a * pow_mixed(b, c)"];
    "pow_pull1": "pow_pull1(a, b, c, d)", ["pow_pull1(dy, b, c, d)", "where_(b, dy * a * d / b, 0.0)", "", "pow_pull1(dy * a, b, c, 1.0)"];
    "relu_pull": "relu_pull(a, b)", ["relu_pull(dy, b)", ""];
    "silu_pull": "silu_pull(a, b)", ["silu_pull(dy, b)", "dy * a * silu_curvature(b)"];
    "softplus_pull": "softplus_pull(a, b, c, d)", ["softplus_pull(dy, b, c, d)", "dy * a * softplus_curvature(b, c, d)", "", ""];
};

/// A value repeated to the shape of another one.
pub(crate) const REPEATED: &Element = &Element { name: "repeated", value: "a", shares: &["dy"], default: &[] };

/// Zeros of the shape of another value.
pub(crate) const ZERO: &Element = &Element { name: "zero", value: "0.0", shares: &[], default: &[] };

/// What formulas call the operands.
pub(crate) const OPERANDS: [&str; 4] = ["a", "b", "c", "d"];

/// The place of an operand by its word.
pub(crate) fn operand(word: &str) -> Option<usize> {
    OPERANDS.iter().position(|own| *own == word)
}

/// Whether a word of a formula stands for a tensor.
fn is_tensor(word: &str) -> bool {
    operand(word).is_some() || word == "y" || word == "dy"
}

/// The operation of a name or an operator.
pub(crate) fn find(name: &str) -> Option<&'static Element> {
    ELEMENTS.iter().find(|element| element.name == name)
}

/// The operation of a name that a formula of a gradient has.
pub(crate) fn find_inner(name: &str) -> Option<&'static Element> {
    INNER.iter().find(|element| element.name == name)
}

/// Which of the words `a`, `b`, `c`, `d`, `y` and `dy` a formula reads.
pub(crate) fn reads(formula: &'static str) -> Vec<&'static str> {
    let words = formula.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let mut words: Vec<&str> = words.filter(|word| is_tensor(word)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A formula as an expression over numbers: `of` says what stands for a word, `number` writes a literal.
pub(crate) fn expression(
    formula: &'static str,
    of: &dyn Fn(&str) -> TokenStream,
    number: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let tokens: TokenStream = formula.parse().expect("a formula of this list");
    replaced(tokens, of, number)
}

fn replaced(
    tokens: TokenStream,
    of: &dyn Fn(&str) -> TokenStream,
    number: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let mut result = TokenStream::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(word) if is_tensor(&word.to_string()) => {
                result.extend(of(&word.to_string()));
            }
            TokenTree::Ident(word) => result.extend(quote!(__dnn::functions::elements::#word)),
            TokenTree::Literal(literal) => result.extend(number(quote!(#literal))),
            TokenTree::Group(group) => {
                let inner = replaced(group.stream(), of, number);
                result.extend([TokenTree::Group(Group::new(Delimiter::Parenthesis, inner))]);
            }
            punctuation => result.extend([punctuation]),
        }
    }
    result
}

/// A formula for people: the words replaced by the names of values.
pub(crate) fn text(formula: &str, of: &dyn Fn(&str) -> String) -> String {
    let mut result = String::new();
    let mut word = String::new();
    for letter in formula.chars().chain([' ']) {
        if letter.is_alphanumeric() || letter == '_' || letter == '.' {
            word.push(letter);
            continue;
        }
        match is_tensor(&word) {
            true => result += &of(&word),
            false => result += &word,
        }
        word.clear();
        result.push(letter);
    }
    result.trim_end().to_owned()
}
