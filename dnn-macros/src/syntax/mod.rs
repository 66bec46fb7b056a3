//! Tokens to an AST that keeps every span. The types below are the reference of the language.

mod attribute;
mod budget;
mod constant;
mod forward;
mod item;
mod length;
mod refused;

pub(crate) use attribute::{Own, Weights};
pub(crate) use budget::{Limit, Resource, limits_of_a_memory};
pub(crate) use constant::Constants;
pub(crate) use forward::{Call, Callee, Forward, Term};
pub(crate) use length::{Expression, Length, Operator};

use crate::error::Errors;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Token, Visibility, braced, parenthesized};

/// Everything inside one `network! { .. }`.
pub(crate) struct Block {
    /// `$crate::__private` of the facade.
    pub(crate) krate: TokenStream,
    /// `const` items before the structs, passed on as they are.
    pub(crate) items: Vec<syn::ItemConst>,
    /// The networks.
    pub(crate) networks: Vec<Declaration>,
}

/// `pub struct LeNet<T>: [1, 28, 28] -> [10] { .. }`
pub(crate) struct Declaration {
    /// Documentation and other attributes of the struct.
    pub(crate) attributes: Vec<Attribute>,
    /// `#[budget(..)]` and `#[weights(..)]`
    pub(crate) own: Own,
    /// `pub`
    pub(crate) visibility: Visibility,
    /// `LeNet`
    pub(crate) name: Ident,
    /// `<f64>`, `<T>` or nothing
    pub(crate) scalar: Scalar,
    /// `[1, 28, 28]`, or several in parentheses.
    pub(crate) inputs: Vec<Shape>,
    /// `[10]`, or several in parentheses.
    pub(crate) outputs: Vec<Shape>,
    /// The layers in order; those that `fn forward` writes where it calls them stand behind.
    pub(crate) layers: Vec<Item>,
    /// How many of them are declared.
    pub(crate) declared: usize,
    /// How the layers are wired; without it they are a chain.
    pub(crate) forward: Option<Forward>,
}

/// What a network computes in.
pub(crate) enum Scalar {
    /// `struct Name` or `struct Name<f32>`
    F32,
    /// `struct Name<f64>`
    F64,
    /// `struct Name<T>`
    Generic(Ident),
}

/// `[1, 28, 28]`: the shape of one sample.
pub(crate) struct Shape {
    /// Outermost first.
    pub(crate) dims: Vec<Length>,
    /// `u16` in `[u16; 64]`, where it holds integers.
    pub(crate) integer: Option<Ident>,
    /// The brackets.
    pub(crate) span: Span,
    /// Whether the lengths are the user's: after a mistake others stand in for them.
    pub(crate) certain: bool,
}

impl Shape {
    /// The lengths alone.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        self.dims.iter().map(|length| length.value).collect()
    }
}

/// `fc1: Linear<784, 128, bias = false>(..) -> [128],`
pub(crate) struct Item {
    /// Its place in the declaration.
    pub(crate) position: usize,
    /// Documentation of the field.
    pub(crate) docs: Vec<Attribute>,
    /// `fc1`
    pub(crate) name: Option<Ident>,
    /// `Linear`, or the path of a user's own layer
    pub(crate) path: syn::Path,
    /// The tokens between `<` and `>`.
    pub(crate) generics: Option<TokenStream>,
    /// Those tokens as arguments of a built-in layer.
    pub(crate) arguments: Vec<Argument>,
    /// `(0.2)`: the hyper-parameters.
    pub(crate) hyper: Vec<Argument>,
    /// `4` in `[Block; 4]`
    pub(crate) count: Option<Length>,
    /// `-> [128]`: the output of a user's own layer.
    pub(crate) output: Option<Shape>,
    /// The `T` of a generic network, which a user's own layer has to name.
    pub(crate) parameter: Option<Ident>,
    /// The names that its arguments may use.
    pub(crate) constants: Constants,
    /// `#[frozen]` or `&'static`, and where that stands: the layer is not trained.
    pub(crate) frozen: Option<Span>,
    /// `&'static`: the layer lies outside of the network.
    pub(crate) borrowed: bool,
    /// `#[recompute]`, and where that stands: its activations are computed again in the backward pass.
    pub(crate) recompute: Option<Span>,
    /// Whether this only marks the place of a layer that could not be read.
    pub(crate) unreadable: bool,
}

/// One argument of a layer: `128` or `padding = 2`.
pub(crate) struct Argument {
    /// `padding`
    pub(crate) key: Option<Ident>,
    /// `2`
    pub(crate) value: Expression,
}

impl std::fmt::Display for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{key} = {}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

/// Reads the whole block. A declaration whose header cannot be read is left out; anything smaller is noted and passed over.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Option<Block> {
    let read = |input: ParseStream<'_>| -> syn::Result<Block> {
        let path;
        braced!(path in input);
        let mut block = Block { krate: path.parse()?, items: Vec::new(), networks: Vec::new() };
        let mut constants = Constants::default();
        if input.is_empty() {
            errors.push(Span::call_site(), "no network is declared: write `struct Name: [2] -> [1] { .. }`");
        }
        while !input.is_empty() {
            if let Err(error) = item_of_block(input, &mut block, &mut constants, errors) {
                errors.add(error);
                skip_declaration(input)?;
            }
        }
        Ok(block)
    };
    read.parse2(tokens).map_err(|error| errors.add(error)).ok()
}

fn item_of_block(
    input: ParseStream<'_>,
    block: &mut Block,
    constants: &mut Constants,
    errors: &mut Errors,
) -> syn::Result<()> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    if input.peek(Token![const]) {
        let mut item: syn::ItemConst = input.parse()?;
        if !constants.define(&item, errors) {
            item.expr = syn::parse_quote!(1); // rustc would find the same mistake once more
        }
        (item.attrs, item.vis) = (attributes, visibility);
        block.items.push(item);
    } else {
        let network = declaration(input, attributes, visibility, constants.clone(), errors)?;
        let name = &network.name;
        if block.networks.iter().any(|other| other.name == *name) {
            errors.push(name.span(), format!("the network `{name}` is declared twice: give one of them another name"));
        } else {
            block.networks.push(network);
        }
    }
    Ok(())
}

/// Passes over tokens up to and with the next braces or semicolon.
fn skip_declaration(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        match input.parse()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            _ => {}
        }
    }
    Ok(())
}

fn declaration(
    input: ParseStream<'_>,
    mut attributes: Vec<Attribute>,
    visibility: Visibility,
    mut constants: Constants,
    errors: &mut Errors,
) -> syn::Result<Declaration> {
    if !input.peek(Token![struct]) {
        return Err(input.error("expected a network: write `struct Name: [2] -> [1] { .. }`"));
    }
    input.parse::<Token![struct]>()?;
    if !input.peek(Ident) {
        return Err(input.error("expected the name of the network: write `struct Name: [2] -> [1] { .. }`"));
    }
    let before = errors.len();
    representation(&attributes, true, errors);
    if errors.len() > before {
        attributes.retain(|attribute| !attribute.path().is_ident("repr")); // rustc would find mistakes of its own
    }
    let name: Ident = input.parse()?;
    let scalar = scalar(input, errors)?;
    if !input.peek(Token![:]) {
        return Err(input.error(format!("the shapes of `{name}` are missing: write `struct {name}: [2] -> [1]`")));
    }
    input.parse::<Token![:]>()?;
    let from = shapes(input, "the input", errors)?;
    if !input.peek(Token![->]) {
        return Err(input.error(format!("the output shape of `{name}` is missing: write `-> [10]`")));
    }
    input.parse::<Token![->]>()?;
    let to = shapes(input, "the output", errors)?;
    if !input.peek(syn::token::Brace) {
        return Err(input.error(format!("the layers of `{name}` are missing: write `{{ .. }}`")));
    }
    let body;
    braced!(body in input);
    let item::Body { items: mut layers, declared, forward } = item::all(&body, &mut constants, errors)?;
    if let Scalar::Generic(word) = &scalar {
        layers.iter_mut().for_each(|item| item.parameter = Some(word.clone()));
    }
    let (attributes, own) = attribute::read(attributes, &scalar, &constants, errors);
    let mut evaluate = |shapes: Vec<Brackets>, what: &str| -> Vec<Shape> {
        shapes.into_iter().map(|shape| shape.evaluate(what, &constants, errors)).collect()
    };
    let inputs = evaluate(from, "the input shape");
    let outputs = evaluate(to, "the output shape");
    for integer in outputs.iter().filter_map(|shape| shape.integer.as_ref()) {
        let message = format!("a network gives numbers of its scalar, not `{integer}`: write the lengths alone");
        errors.push(integer.span(), message);
    }
    Ok(Declaration { attributes, own, visibility, name, scalar, inputs, outputs, layers, declared, forward })
}

/// Tensors lie side by side in the order of the declaration. Whether it may be `aligned` depends on where padding can lie.
pub(crate) fn representation(attributes: &[Attribute], aligned: bool, errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        let _ = attribute.parse_nested_meta(|meta| {
            let word = meta.path.to_token_stream();
            let message = match (meta.path.is_ident("align"), meta.path.is_ident("packed"), aligned) {
                (true, _, false) => Some("parameters lie side by side: remove `align`".to_owned()),
                (_, true, _) => Some("parameters lie where their type wants them: remove `packed`".to_owned()),
                (false, _, true) if !meta.path.is_ident("C") => {
                    Some(format!("tensors lie in the order of the declaration: remove `{word}`"))
                }
                _ => None,
            };
            if let Some(message) = message {
                errors.push(meta.path.span(), message);
            }
            if meta.input.peek(syn::token::Paren) {
                let content;
                parenthesized!(content in meta.input);
                content.parse::<TokenStream>()?;
            }
            Ok(())
        });
    }
}

fn scalar(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Scalar> {
    if !input.peek(Token![<]) {
        return Ok(Scalar::F32);
    }
    input.parse::<Token![<]>()?;
    if !input.peek(Ident) {
        return Err(input.error("a network is generic over its scalar alone: write `<T>`"));
    }
    let word: Ident = input.parse()?;
    if !input.peek(Token![>]) {
        errors.add(input.error("a network is generic over its scalar alone: write `<T>`"));
    }
    while !input.peek(Token![>]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![>]>()?;
    Ok(match word.to_string().as_str() {
        "f32" => Scalar::F32,
        "f64" => Scalar::F64,
        text if text.starts_with(char::is_uppercase) => Scalar::Generic(word),
        text => {
            let message =
                format!("a network computes in `f32`, `f64` or a parameter `T`, not in `{text}`: write `<f32>`");
            errors.push(word.span(), message);
            Scalar::F32
        }
    })
}

/// `[784]`, or `([17], [6])`
fn shapes(input: ParseStream<'_>, what: &str, errors: &mut Errors) -> syn::Result<Vec<Brackets>> {
    if !input.peek(syn::token::Paren) {
        return Ok(vec![brackets(input, what, errors)?]);
    }
    let list;
    let parentheses = parenthesized!(list in input);
    let mut shapes = Vec::new();
    item::within(&list, |list| {
        while !list.is_empty() {
            shapes.push(brackets(list, what, errors)?);
            if !list.is_empty() {
                list.parse::<Token![,]>()?;
            }
        }
        Ok(())
    })?;
    if shapes.is_empty() {
        return Err(syn::Error::new(parentheses.span.join(), format!("{what} has no shape: write `[784]`")));
    }
    if shapes.len() > MAX_VALUES {
        let message =
            format!("{what} is {} tensors, but at most {MAX_VALUES} are possible: put some together", shapes.len());
        errors.push(parentheses.span.join(), message);
        shapes.truncate(MAX_VALUES);
    }
    Ok(shapes)
}

/// A shape whose lengths are not evaluated yet, because constants may follow it.
struct Brackets {
    integer: Option<Ident>,
    dims: Vec<Expression>,
    span: Span,
}

fn brackets(input: ParseStream<'_>, what: &str, errors: &mut Errors) -> syn::Result<Brackets> {
    if !input.peek(syn::token::Bracket) {
        return Err(input.error(format!("expected the shape of {what} in brackets: write `[784]` or `[1, 28, 28]`")));
    }
    let group: Group = input.parse()?;
    let (integer, lengths) = integer(group.stream());
    let mut dims = Vec::new();
    for Argument { key, value } in item::arguments(lengths, group.span_close(), errors) {
        if let Some(key) = key {
            errors.push(key.span(), format!("{what} is a shape and has no options: write its lengths alone"));
        } else {
            dims.push(value);
        }
    }
    Ok(Brackets { integer, dims, span: group.span() })
}

/// `u16;` before the lengths of a tensor of integers.
fn integer(tokens: TokenStream) -> (Option<Ident>, TokenStream) {
    const INTEGERS: [&str; 9] = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64"];
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Punct(semicolon)))
            if semicolon.as_char() == ';' && INTEGERS.iter().any(|known| word == known) =>
        {
            (Some(word), trees.collect())
        }
        _ => (None, tokens),
    }
}

impl Brackets {
    /// The shape in numbers. After a mistake its rank is right, and 1 stands in for what is not known.
    fn evaluate(self, what: &str, constants: &Constants, errors: &mut Errors) -> Shape {
        let Brackets { integer, dims, span } = self;
        let before = errors.len();
        if dims.is_empty() {
            errors.push(span, format!("{what} has no dimension: write `[1]` for a single value"));
        }
        if dims.len() > MAX_RANK {
            errors.push(span, format!("{what} has {} dimensions: a tensor has at most {MAX_RANK}", dims.len()));
        }
        let what = format!("a length in {what}");
        let dims: Vec<Option<Length>> =
            dims.iter().take(MAX_RANK).map(|dim| dim.positive(&what, constants, errors)).collect();
        let mut certain = errors.len() == before && dims.iter().all(Option::is_some);
        let mut dims: Vec<Length> = dims.into_iter().map(|dim| dim.unwrap_or_else(|| Length::one(span))).collect();
        let lengths: Vec<usize> = dims.iter().map(|dim| dim.value).collect();
        if are_too_many(&lengths) {
            errors.push(span, too_many(&lengths));
            certain = false;
            dims.iter_mut().for_each(|dim| *dim = Length::one(span));
        }
        Shape { dims, integer, span, certain }
    }
}

/// Whether a word cannot be a name, as `syn` reads names.
pub(crate) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 52] = [
        "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
        "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match",
        "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "Self", "self", "static", "struct", "super",
        "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    KEYWORDS.contains(&word)
}

/// Whether a tensor of this shape has more elements than any may have.
pub(crate) fn are_too_many(dims: &[usize]) -> bool {
    let elements = dims.iter().try_fold(1usize, |product, dim| product.checked_mul(*dim));
    elements.is_none_or(|elements| elements > MAX_ELEMENTS)
}

/// The message about it.
pub(crate) fn too_many(dims: &[usize]) -> String {
    let product: Vec<String> = dims.iter().map(usize::to_string).collect();
    format!("{} values are too many for a tensor: at most 2^40 fit", product.join(" x "))
}

/// The most dimensions of a tensor, as in the run time.
pub(crate) const MAX_RANK: usize = 8;
/// The most inputs or outputs of a network.
pub(crate) const MAX_VALUES: usize = 4;
/// The most elements of a tensor: far below what an address can name, so that products of lengths do not overflow.
pub(crate) const MAX_ELEMENTS: usize = 1 << 40;
