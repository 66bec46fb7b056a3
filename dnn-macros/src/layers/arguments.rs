//! The arguments of a built-in layer, read one by one; every mistake is noted with what to write instead.

use crate::error::{Errors, nearest};
use crate::syntax::{Argument, Constants, Expression, Item, Length};
use proc_macro2::Span;

/// The arguments of a layer that are not read yet.
pub(crate) struct Arguments<'a> {
    item: &'a Item,
    errors: &'a mut Errors,
    read: usize,
    asked: Vec<&'static str>,
    hyper_read: usize,
    hyper_asked: Vec<&'static str>,
}

impl<'a> Arguments<'a> {
    /// All arguments of an item.
    pub(crate) fn new(item: &'a Item, errors: &'a mut Errors) -> Arguments<'a> {
        Arguments { item, errors, read: 0, asked: Vec::new(), hyper_read: 0, hyper_asked: Vec::new() }
    }

    /// `Linear`
    fn word(&self) -> String {
        self.item.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
    }

    /// The layer's word in the source.
    pub(crate) fn span(&self) -> Span {
        self.item.path.segments.last().map_or(Span::call_site(), |segment| segment.ident.span())
    }

    /// What messages call it: its name, or else its word.
    pub(crate) fn label(&self) -> String {
        self.item.name.as_ref().map_or_else(|| self.word(), ToString::to_string)
    }

    /// A number of its own for each layer of a declaration.
    pub(crate) fn position(&self) -> usize {
        self.item.position
    }

    /// Notes a mistake.
    pub(crate) fn error(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(span, message);
    }

    /// A layer with parameters must have a name, since that becomes the field.
    pub(crate) fn demand_name(&mut self) {
        if self.item.name.is_none() {
            let (span, word) = (self.span(), self.word());
            let example = word.to_lowercase();
            let message = format!("`{word}` has parameters, so it needs a name: write `{example}: {word}`");
            self.error(span, message);
        }
    }

    fn positional(&self) -> Vec<&'a Argument> {
        self.item.arguments.iter().filter(|argument| argument.key.is_none()).collect()
    }

    /// The lengths in `<..>`, exactly as many as `names`. Where one is missing the answer is `None` for it.
    pub(crate) fn lengths(&mut self, names: &[&str]) -> Vec<Option<Length>> {
        let given = self.positional();
        self.read = names.len();
        if given.len() < names.len() {
            let word = self.word();
            let (all, missing) = (names.join(", "), names[given.len()..].join(" and "));
            let span = given.last().map_or(self.span(), |last| last.value.span());
            let number = given.len();
            let takes = plural(names.len(), "length");
            let message = format!(
                "`{word}` takes {takes}, but {number} given: write the {missing}, `{word}<{all}>`",
                number = be(number)
            );
            self.error(span, message);
        } else if let Some(extra) = given.get(names.len()) {
            let word = self.word();
            let takes = plural(names.len(), "length");
            let message = format!("`{word}` takes {takes}, but {} given: remove this one", be(given.len()));
            self.error(extra.value.span(), message);
        }
        let label = self.label();
        names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let what = format!("`{label}`: the number of {name}");
                given.get(i).map(|argument| argument.value.positive(&what, &Constants::default(), self.errors))
            })
            .collect()
    }

    /// All lengths in `<..>`, any number of them, of either sign.
    pub(crate) fn all_signed(&mut self, what: &str) -> Vec<(Expression, i64)> {
        let given = self.positional();
        self.read = given.len();
        let what = format!("`{}`: {what}", self.label());
        given
            .iter()
            .filter_map(|argument| {
                let value = argument.value.signed(&what, &Constants::default(), self.errors)?;
                Some((argument.value.clone(), value))
            })
            .collect()
    }

    fn keyed(&mut self, key: &'static str) -> Option<&'a Argument> {
        self.asked.push(key);
        let mut found =
            self.item.arguments.iter().filter(|argument| argument.key.as_ref().is_some_and(|own| own == key));
        let first = found.next();
        if let Some(twice) = found.next() {
            let message = format!("`{}` has the option `{key}` twice: remove one", self.label());
            self.error(twice.key.as_ref().map_or(twice.value.span(), syn::Ident::span), message);
        }
        first
    }

    /// `key = word` with one of the `words`, or the first of them where it is absent.
    pub(crate) fn word_option(&mut self, key: &'static str, words: &[&'static str]) -> &'static str {
        let Some(argument) = self.keyed(key) else { return words[0] };
        if let Expression::Word(word) = &argument.value
            && let Some(known) = words.iter().find(|known| word == **known)
        {
            return known;
        }
        let message = format!("`{}`: `{key}` is one of {}", self.label(), words.map_join("`", "`, `"));
        self.error(argument.value.span(), message);
        words[0]
    }

    /// `key = -1`, an integer, or `None` where it is absent.
    pub(crate) fn integer_option(&mut self, key: &'static str) -> Option<(Span, i64)> {
        let argument = self.keyed(key)?;
        let what = format!("`{}`: `{key}`", self.label());
        let value = argument.value.signed(&what, &Constants::default(), self.errors)?;
        Some((argument.value.span(), value))
    }

    /// A hyper-parameter in `(..)`, by position or by `name = value`; `default` where it is absent.
    pub(crate) fn hyper(&mut self, name: &'static str, default: f64, demand: &str, holds: impl Fn(f64) -> bool) -> f64 {
        let position = self.hyper_read;
        self.hyper_read += 1;
        self.hyper_asked.push(name);
        let by_position = self.item.hyper.get(position).filter(|argument| argument.key.is_none());
        let by_name = || self.item.hyper.iter().find(|argument| argument.key.as_ref().is_some_and(|key| key == name));
        let Some(argument) = by_position.or_else(by_name) else { return default };
        let label = self.label();
        match argument.value.number() {
            Some(number) if holds(number) => number,
            Some(number) => {
                let message = format!("`{label}`: {name} is {number}, but it has to be {demand}");
                self.error(argument.value.span(), message);
                default
            }
            None => {
                let message = format!("`{label}`: {name} is a number, such as {default:?}");
                self.error(argument.value.span(), message);
                default
            }
        }
    }

    /// Notes what was given and never asked for.
    pub(crate) fn finish(self) {
        let word = self.word();
        let Arguments { item, errors, asked, hyper_asked, hyper_read, read, .. } = self;
        for argument in &item.arguments {
            let Some(key) = &argument.key else { continue };
            if !asked.iter().any(|known| key == known) {
                errors.push(key.span(), unknown(&word, "option", &key.to_string(), &asked));
            }
        }
        if read == 0
            && let Some(first) = item.arguments.iter().find(|argument| argument.key.is_none())
        {
            let message = format!("`{word}` takes no lengths: remove `<..>`");
            errors.push(first.value.span(), message);
        }
        for (i, argument) in item.hyper.iter().enumerate() {
            match &argument.key {
                Some(key) if !hyper_asked.iter().any(|known| key == known) => {
                    errors.push(key.span(), unknown(&word, "hyper-parameter", &key.to_string(), &hyper_asked));
                }
                None if i >= hyper_read => {
                    let takes = plural(hyper_read, "hyper-parameter");
                    let message =
                        format!("`{word}` takes {takes}, but {} given: remove this one", be(item.hyper.len()));
                    errors.push(argument.value.span(), message);
                }
                _ => {}
            }
        }
    }
}

fn unknown(word: &str, what: &str, key: &str, known: &[&str]) -> String {
    let advice = match (nearest(key, known.iter().copied()), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("it has no {what}s, remove it"),
        (None, [only]) => format!("its only {what} is `{only}`"),
        (None, _) => format!("its {what}s are {}", known.map_join("`", "`, `")),
    };
    format!("`{word}` has no {what} `{key}`: {advice}")
}

/// `no lengths`, `1 length`, `2 lengths`
fn plural(count: usize, word: &str) -> String {
    match count {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}

/// `none is`, `1 is`, `2 are`
fn be(count: usize) -> String {
    match count {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        _ => format!("{count} are"),
    }
}

trait MapJoin {
    fn map_join(&self, around: &str, between: &str) -> String;
}

impl MapJoin for [&str] {
    fn map_join(&self, around: &str, between: &str) -> String {
        format!("{around}{}{around}", self.join(between))
    }
}
