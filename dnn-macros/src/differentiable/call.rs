//! Calls in a body: of operations, of functions of tensors, and of other differentiable functions.

use super::body::{Given, Lowering, Meaning, Setting, What};
use super::elements::{self};
use super::expression::unwrapped;
use super::functions::{self, Callee};
use crate::error::{Place, nearest};
use crate::graph::ValueId;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, Lit, RangeLimits};

impl Lowering<'_> {
    pub(super) fn call(&mut self, path: &syn::Path, arguments: &[&Expr], place: Place) -> Meaning {
        let Some(word) = path.segments.last().map(|segment| segment.ident.clone()) else { return Meaning::Unknown };
        let (text, known) = (word.to_string(), path.get_ident().is_some());
        let inner = if self.tangent_of.is_some() { elements::find_inner(&text) } else { None };
        let element = inner.or_else(|| elements::find(&text)).filter(|_| known);
        let function = functions::find(&text).filter(|_| known);
        if known && text == self.function && self.tangent_of.is_none() {
            return self.mistake(
                word.span(),
                format!("`{text}` calls itself, which never ends at compile time: write a loop"),
            );
        }
        if let Some(at) = self.lookup(&text).filter(|_| known) {
            if let Meaning::Unknown = self.names[at].meaning {
                return Meaning::Unknown;
            }
            let message = format!(
                "`{text}` is a value, and no function that the macro could differentiate: call a `#[differentiable]` function by its name"
            );
            return self.mistake(word.span(), message);
        }
        if let Some(message) = unusual(path, &text) {
            return self.mistake(Place::of(&path.to_token_stream()), message);
        }
        if known && element.is_none() && function.is_none() && text != "detach" {
            if let Some(own) = super::synonyms::function(&text) {
                return self.mistake(word.span(), format!("there is no function `{text}`: write `{own}`. A function of your own with this name is called `self::{text}`"));
            }
            let names = functions::names();
            if let Some(near) = nearest(&text, names.iter().copied()) {
                return self.mistake(word.span(), format!("there is no function `{text}`: did you mean `{near}`? A function of your own with this name is called `self::{text}`"));
            }
        }
        let is_own = element.is_none() && function.is_none() && !(text == "detach" && known);
        let (mut settings, mut operands, mut readable) = (Vec::new(), Vec::new(), true);
        // For each argument of another function what has no gradient.
        let mut constants = Vec::new();
        for argument in arguments {
            match (unwrapped(argument), function) {
                (Expr::Path(word), Some(function)) if self.is_options(word) => {
                    settings.extend(self.options(word, function));
                }
                (Expr::Assign(assign), _) => settings.extend(self.setting(assign)),
                (Expr::Range(range), Some(function)) if function.options.contains(&"range") => {
                    settings.extend(self.range(range))
                }
                (Expr::Array(array), Some(function)) if function.options.contains(&"shape") => {
                    let value = array.elems.iter().map(|element| self.integer(element)).collect::<Vec<_>>();
                    let place = Place::of(&array.to_token_stream());
                    if value.contains(&None) {
                        self.mistake(place, "lengths are numbers that the macro knows: write literals");
                        readable = false;
                    }
                    settings.push(Setting { name: "shape".to_owned(), value, tokens: TokenStream::new(), place });
                }
                (argument, Some(function))
                    if function.options.contains(&"target") && self.target(argument).is_some() =>
                {
                    let tokens = self.target(argument).unwrap_or_default();
                    let place = Place::of(&argument.to_token_stream());
                    settings.push(Setting { name: "target".to_owned(), value: Vec::new(), tokens, place });
                }
                (argument, _) if is_own && self.is_constant(argument) => {
                    constants.push(Some(argument.to_token_stream()));
                }
                (argument, _) => {
                    let value = self.value(argument);
                    readable &= value.is_some();
                    operands.push(value);
                    constants.push(None);
                }
            }
        }
        if !readable {
            return Meaning::Unknown;
        }
        let mut inputs: Vec<ValueId> = operands.into_iter().flatten().collect();
        if let Some((element, (name, default))) = element.and_then(|own| Some((own, own.default.first()?)))
            && inputs.len() + 1 == element.operands()
        {
            let given = settings.iter().position(|setting| setting.name == *name).map(|at| settings.remove(at));
            let number = match given {
                Some(Setting { tokens, .. }) if !tokens.is_empty() => tokens,
                Some(Setting { value, .. }) => {
                    format!("{:?}", value.first().copied().flatten().unwrap_or_default() as f64)
                        .parse()
                        .unwrap_or_default()
                }
                None => default.parse().unwrap_or_default(),
            };
            let Meaning::Value(number) = self.node(What::Number(number), Vec::new(), Vec::new(), place) else {
                return Meaning::Unknown;
            };
            inputs.push(number);
        }
        let (least, most) = match (element, function) {
            (Some(element), _) => (element.operands(), element.operands()),
            (_, Some(function)) => function.operands,
            _ if text == "detach" && known => (1, 1),
            _ => (0, usize::MAX),
        };
        let more = arguments.get(most..).and_then(<[&Expr]>::first);
        if let (Some(function), Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. }))) = (function, more)
            && function.options.contains(&"axis")
        {
            return self.mistake(number.span(), format!("an axis is an option of `{text}`: write `axis = {number}`"));
        }
        if let ("max" | "min", [_, _]) = (&*text, &inputs[..]) {
            let message =
                format!("`{text}` takes 1 tensor, of which it gives an element: write `{text}imum(a, b)` of two");
            return self.mistake(place, message);
        }
        if !(least..=most).contains(&inputs.len()) {
            let takes =
                if least == most { crate::shape::count(least, "value") } else { format!("{least} to {most} values") };
            let given = inputs.len();
            return self.mistake(
                place,
                format!(
                    "`{text}` takes {takes}, but {given} {} given: write as many as it takes",
                    if given == 1 { "is" } else { "are" }
                ),
            );
        }
        if let Some(wrong) = settings
            .iter()
            .find(|setting| !function.is_some_and(|function| function.options.contains(&setting.name.as_str())))
        {
            let defaults = element.map_or(&[][..], |element| element.default).iter().map(|(name, _)| *name);
            let options: Vec<&str> =
                function.map_or(&[][..], |function| function.options).iter().copied().chain(defaults).collect();
            let options: Vec<String> = options
                .iter()
                .filter(|name| !["range", "shape", "target"].contains(name))
                .map(|name| format!("`{name}`"))
                .collect();
            let advice =
                if options.is_empty() { "remove it".to_owned() } else { format!("it has {}", options.join(", ")) };
            let message = format!("`{text}` has no option `{}`: {advice}", wrong.name);
            let place = wrong.place;
            return self.mistake(place, message);
        }
        let what = match (element, function) {
            (Some(element), _) => What::Element(element),
            (_, Some(function)) => What::Function(function),
            _ if text == "detach" && known => What::Detach,
            _ => What::Own(Callee { path: path.clone(), tangent: false }, constants),
        };
        self.node(what, settings, inputs, place)
    }

    /// Whether another function gets this argument as it is: an argument without a gradient, or an integer.
    pub(super) fn is_constant(&mut self, argument: &Expr) -> bool {
        if let Expr::Lit(literal) = argument {
            return matches!(&literal.lit, Lit::Int(number) if !number.suffix().starts_with('f'))
                || matches!(literal.lit, Lit::Bool(_));
        }
        let Expr::Path(path) = unwrapped(argument) else { return false };
        let name = path.path.get_ident().and_then(|name| self.lookup(&name.to_string()));
        let Some(at) = name.filter(|at| matches!(self.names[*at].meaning, Meaning::Constant)) else { return false };
        self.names[at].used = true;
        true
    }

    /// A class, by reference: an argument without a gradient, an element of one that is an array, or an integer.
    pub(super) fn target(&mut self, argument: &Expr) -> Option<TokenStream> {
        if let Some(number) = self.integer(argument) {
            let number = proc_macro2::Literal::usize_suffixed(usize::try_from(number).ok()?);
            return Some(quote!(&#number));
        }
        let (path, index) = match unwrapped(argument) {
            Expr::Path(path) => (path, None),
            Expr::Index(index) => match unwrapped(&index.expr) {
                Expr::Path(path) => (path, Some(usize::try_from(self.integer(&index.index)?).ok()?)),
                _ => return None,
            },
            _ => return None,
        };
        let name = path.path.get_ident()?;
        let at = self.lookup(&name.to_string())?;
        let Meaning::Constant = self.names[at].meaning else { return None };
        let given = self.given.get(&name.to_string())?;
        self.names[at].used = true;
        match (index, given) {
            (None, Given { borrowed: true, .. }) => Some(quote!(#name)),
            (None, _) => Some(quote!(&#name)),
            (Some(index), Given { length: Some(length), .. }) if index < *length => Some(quote!(&#name[#index])),
            (Some(_), _) => None,
        }
    }

    pub(super) fn setting(&mut self, assign: &syn::ExprAssign) -> Option<Setting> {
        let place = Place::of(&assign.to_token_stream());
        let Expr::Path(name) = &*assign.left else {
            self.mistake(place, "an option has a name: write `axis = 0`");
            return None;
        };
        let name = name.path.get_ident()?.to_string();
        let value = match unwrapped(&assign.right) {
            Expr::Lit(ExprLit { lit: Lit::Bool(value), .. }) => vec![Some(i64::from(value.value))],
            Expr::Array(list) => list.elems.iter().map(|element| self.integer(element)).collect(),
            other => vec![self.integer(other)],
        };
        let tokens = match unwrapped(&assign.right) {
            Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_digits().parse().unwrap_or_default(),
            _ => TokenStream::new(),
        };
        if value.contains(&None) && (tokens.is_empty() || functions::is_whole(&name)) {
            self.mistake(
                Place::of(&assign.right.to_token_stream()),
                format!("`{name}` is a number that the macro knows: write a literal"),
            );
            return None;
        }
        Some(Setting { name, value, tokens, place })
    }

    pub(super) fn range(&mut self, range: &syn::ExprRange) -> Option<Setting> {
        let place = Place::of(&range.to_token_stream());
        let mut value = Vec::new();
        for (bound, more) in
            [(&range.start, 0), (&range.end, i64::from(matches!(range.limits, RangeLimits::Closed(_))))]
        {
            value.push(match bound {
                None => None,
                Some(bound) => match self.integer(bound) {
                    Some(number) => Some(number + more),
                    None => {
                        self.mistake(
                            Place::of(&bound.to_token_stream()),
                            "the bounds of a range are numbers that the macro knows: write literals",
                        );
                        return None;
                    }
                },
            });
        }
        Some(Setting { name: "range".to_owned(), value, tokens: TokenStream::new(), place })
    }
}

/// What is written like a call of a function and is another one.
fn unusual(path: &syn::Path, text: &str) -> Option<String> {
    let last = path.segments.last()?;
    let spelled = path.to_token_stream().to_string().replace(' ', "");
    if !last.arguments.is_none() {
        return Some(format!("`{text}` takes its types from its arguments: write `{text}(..)`"));
    }
    if text.starts_with(char::is_uppercase) {
        return Some(format!("`{spelled}` makes no tensor: write what it holds"));
    }
    let before = path.segments.iter().rev().nth(1)?.ident.to_string();
    if before != "f32" && before != "f64" && !before.starts_with(char::is_uppercase) {
        return None;
    }
    let own = if elements::find(text).is_some() || functions::find(text).is_some() {
        Some(text)
    } else {
        super::synonyms::function(text)
    };
    Some(match own {
        Some(own) => format!("`{spelled}` has no gradient: write `{own}(..)`, which takes numbers and tensors"),
        None => format!(
            "`{spelled}` has no gradient: write functions of tensors, or a `#[differentiable]` function outside of `impl`"
        ),
    })
}
