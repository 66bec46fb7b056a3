//! The arguments of a built-in layer, read one by one; every mistake is noted with what to write instead.

use crate::error::{Errors, Place, name_for, nearest};
use crate::syntax::{Argument, Expression, Item, Length};
use proc_macro2::Span;

/// A number for each dimension.
#[derive(Clone)]
pub(crate) struct Sizes {
    /// The numbers, of rows before those of columns.
    pub(crate) values: Vec<usize>,
    /// The tokens of each of them.
    pub(crate) places: Vec<Place>,
    /// All tokens.
    pub(crate) place: Place,
}

impl Sizes {
    /// What stands in for sizes that are a mistake.
    pub(crate) fn ones(dims: usize, place: Place) -> Sizes {
        Sizes { values: vec![1; dims], places: vec![place; dims], place }
    }
}

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
    pub(crate) fn error(&mut self, place: impl Into<Place>, message: impl std::fmt::Display) {
        self.errors.push(place, message);
    }

    /// A layer with parameters must have a name, since that becomes the field.
    pub(crate) fn demand_name(&mut self) {
        if self.item.name.is_none() {
            let (span, word) = (self.span(), self.word());
            let example = format!("{}{}", name_for(&word), self.position() + 1);
            let message = format!("`{word}` has parameters, so it needs a name: write `{example}: {word}`");
            self.error(span, message);
        }
    }

    fn positional(&self) -> Vec<&'a Argument> {
        self.item.arguments.iter().filter(|argument| argument.key.is_none()).collect()
    }

    /// How many arguments in `<..>` have no key.
    pub(crate) fn count(&self) -> usize {
        self.positional().len()
    }

    /// The lengths in `<..>`, exactly as many as `names`. Where one is missing or a mistake the answer is `None` for it.
    pub(crate) fn lengths(&mut self, names: &[&str]) -> Vec<Option<Length>> {
        let (label, given) = (self.label(), self.given(names));
        let length = |(i, name): (usize, &&str)| {
            let what = format!("`{label}`: the number of {name}");
            given.get(i).and_then(|argument| argument.value.positive(&what, &self.item.constants, self.errors))
        };
        names.iter().enumerate().map(length).collect()
    }

    /// What stands in `<..>` without a key; another number of them than of `names` is a mistake.
    fn given(&mut self, names: &[&str]) -> Vec<&'a Argument> {
        let mut given = self.positional();
        self.read = names.len();
        let word = self.word();
        let takes = plural(names.len(), "length");
        if given.is_empty() && !self.item.hyper.is_empty() {
            given = self.item.hyper.iter().collect();
            self.hyper_read = given.len();
            let written: Vec<String> = given.iter().map(ToString::to_string).collect();
            let place = given[0].value.place().to(given[given.len() - 1].value.place());
            let written = written.join(", ");
            self.error(place, format!("`{word}` takes its lengths between `<` and `>`: write `{word}<{written}>`"));
        }
        if given.len() < names.len() {
            let place = given.last().map_or(self.span().into(), |last| last.value.place());
            let all: Vec<String> = given.iter().map(ToString::to_string).collect();
            let all: Vec<&str> = all.iter().map(String::as_str).chain(names[given.len()..].iter().copied()).collect();
            let (all, missing) = (all.join(", "), names[given.len()..].join(" and "));
            let number = be(given.len());
            let message = format!("`{word}` takes {takes}, but {number} given: write the {missing}, `{word}<{all}>`");
            self.error(place, message);
        } else if let Some(extra) = given.get(names.len()) {
            let place = extra.value.place().to(given[given.len() - 1].value.place());
            let repair = match &extra.value {
                Expression::Word(option) => format!("an option has a key, `key = {option}`"),
                _ if given.len() - names.len() == 1 => "remove this one".to_owned(),
                _ => "remove these".to_owned(),
            };
            self.error(place, format!("`{word}` takes {takes}, but {} given: {repair}", be(given.len())));
        }
        given
    }

    /// The numbers of channels and the sizes of a window in `<..>`: `Conv2d<1, 6, [3, 5]>`. Each size is one for each of
    /// `dims` dimensions, or one for all.
    pub(crate) fn channels_and_sizes(
        &mut self,
        channels: &[&str],
        sizes: &[&str],
        dims: usize,
    ) -> (Vec<Option<Length>>, Vec<Option<Sizes>>) {
        let (label, given) = (self.label(), self.given(&[channels, sizes].concat()));
        let length = |(i, name): (usize, &&str)| {
            let what = format!("`{label}`: {name}");
            given.get(i).and_then(|argument| argument.value.positive(&what, &self.item.constants, self.errors))
        };
        let lengths = channels.iter().enumerate().map(length).collect();
        let size = |(i, name): (usize, &&str)| {
            given.get(channels.len() + i).and_then(|argument| self.sizes(name, &argument.value, dims, 1))
        };
        (lengths, sizes.iter().enumerate().map(size).collect())
    }

    /// `key = 2` or `key = [2, 1]`: numbers of at least `least`, one for each of `dims` dimensions, or one for all.
    pub(crate) fn sizes_option(&mut self, key: &'static str, dims: usize, least: usize) -> Option<Sizes> {
        let argument = self.keyed(key)?;
        self.sizes(key, &argument.value, dims, least)
    }

    /// The only argument in `<..>`: numbers of at least `least`, `count` of them, or one for all.
    pub(crate) fn only_sizes(&mut self, name: &'static str, count: usize, least: usize) -> Option<Sizes> {
        let given = self.given(&[name]);
        self.sizes(name, &given.first()?.value, count, least)
    }

    /// The place of the value of `key`, where it is there.
    pub(crate) fn has(&self, key: &str) -> Option<Place> {
        let named = |argument: &&Argument| argument.key.as_ref().is_some_and(|own| own == key);
        self.item.arguments.iter().find(named).map(|argument| argument.value.place())
    }

    /// `key = 2`, a number of at least 1.
    pub(crate) fn length_option(&mut self, key: &'static str) -> Option<Length> {
        let argument = self.keyed(key)?;
        let what = format!("`{}`: `{key}`", self.label());
        argument.value.positive(&what, &self.item.constants, self.errors)
    }

    /// The place of `word` where it is the value of `key`.
    pub(crate) fn says(&mut self, key: &'static str, word: &str) -> Option<Place> {
        let argument = self.keyed(key)?;
        matches!(&argument.value, Expression::Word(own) if own == word).then(|| argument.value.place())
    }

    fn sizes(&mut self, name: &str, value: &Expression, dims: usize, least: usize) -> Option<Sizes> {
        let (label, place, each) = (self.label(), value.place(), value.each());
        if matches!(value, Expression::List(..)) && each.len() != dims {
            let (takes, advice) = match dims {
                1 => ("1".to_owned(), "write one number".to_owned()),
                _ => (format!("1 or {dims}"), format!("write one number, or `[{}]`", vec!["1"; dims].join(", "))),
            };
            let given = plural(each.len(), "number");
            self.error(place, format!("`{label}`: `{name}` has {given}, but it takes {takes}: {advice}"));
            return None;
        }
        let what = format!("`{label}`: `{name}`");
        let mut values = Vec::new();
        for element in each {
            let value = element.signed(&what, &self.item.constants, self.errors)?;
            match usize::try_from(value) {
                Ok(value) if value >= least => values.push((value, element.place())),
                _ => {
                    self.error(element.place(), format!("{what} is {value}: write at least {least}"));
                    return None;
                }
            }
        }
        let last = *values.last()?;
        values.resize(dims, last);
        let (values, places) = values.into_iter().unzip();
        Some(Sizes { values, places, place })
    }

    /// The length in `<..>`, if there is one.
    pub(crate) fn optional_length(&mut self, name: &str) -> Option<Length> {
        self.read = 1;
        if self.positional().is_empty() { None } else { self.lengths(&[name]).pop().flatten() }
    }

    /// All lengths in `<..>`, one at least; `None` where there is none or one is a mistake.
    pub(crate) fn shape(&mut self) -> Option<Vec<Length>> {
        let given = self.positional();
        self.read = given.len().max(1);
        if given.is_empty() {
            let (span, word) = (self.span(), self.word());
            let message =
                format!("`{word}` takes the lengths of the last dimensions, but none is given: write `{word}<64>`");
            self.error(span, message);
            return None;
        }
        let what = format!("`{}`: a length", self.label());
        let lengths: Vec<Option<Length>> =
            given.iter().map(|argument| argument.value.positive(&what, &self.item.constants, self.errors)).collect();
        lengths.into_iter().collect()
    }

    /// All lengths in `<..>`, any number of them, of either sign; `None` for a mistake.
    pub(crate) fn all_signed(&mut self, what: &str) -> Vec<(Expression, Option<i64>)> {
        let given = self.positional();
        self.read = given.len();
        let what = format!("`{}`: {what}", self.label());
        given
            .iter()
            .map(|argument| (argument.value.clone(), argument.value.signed(&what, &self.item.constants, self.errors)))
            .collect()
    }

    fn keyed(&mut self, key: &'static str) -> Option<&'a Argument> {
        let again = self.asked.contains(&key);
        if !again {
            self.asked.push(key);
        }
        let mut found =
            self.item.arguments.iter().filter(|argument| argument.key.as_ref().is_some_and(|own| own == key));
        let first = found.next();
        if let Some(twice) = found.next().filter(|_| !again) {
            let message = format!("`{}` has the option `{key}` twice: remove one", self.label());
            self.error(twice.key.as_ref().map_or(twice.value.place(), |key| key.span().into()), message);
        }
        first
    }

    /// `key = word` with one of the `words`, or the first of them where it is absent.
    pub(crate) fn word_option(&mut self, key: &'static str, words: &[&'static str]) -> &'static str {
        let Some(argument) = self.keyed(key) else { return words[0] };
        match &argument.value {
            Expression::Word(word) => {
                if let Some(known) = words.iter().find(|known| word == **known) {
                    return known;
                }
            }
            Expression::Unreadable(_) => return words[0],
            _ => {}
        }
        let message = format!(
            "`{}`: `{key}` is {}, but it has to be one of {}",
            self.label(),
            argument.value,
            words.map_join("`", "`, `")
        );
        self.error(argument.value.place(), message);
        words[0]
    }

    /// `key = -1`, an integer, or `None` where it is absent.
    pub(crate) fn integer_option(&mut self, key: &'static str) -> Option<(Place, i64)> {
        let argument = self.keyed(key)?;
        let what = format!("`{}`: `{key}`", self.label());
        let value = argument.value.signed(&what, &self.item.constants, self.errors)?;
        Some((argument.value.place(), value))
    }

    /// Whether the hyper-parameter at a position is written.
    pub(crate) fn gives_hyper(&self, name: &str, position: usize) -> bool {
        self.written(name, position).iter().any(Option::is_some)
    }

    /// A hyper-parameter as it is written, by position and by name.
    fn written(&self, name: &str, position: usize) -> [Option<&'a Argument>; 2] {
        let by_position = self.item.hyper.get(position).filter(|argument| argument.key.is_none());
        let by_name = self.item.hyper.iter().find(|argument| argument.key.as_ref().is_some_and(|key| key == name));
        [by_position, by_name]
    }

    /// A hyper-parameter in `(..)`, by position or by `name = value`; `default` where it is absent.
    pub(crate) fn hyper(&mut self, name: &'static str, default: f64, demand: &str, holds: impl Fn(f64) -> bool) -> f64 {
        self.optional_hyper(name, default, demand, holds).unwrap_or(default)
    }

    /// The same where what it is by default cannot be written; the message gives an `example` of a number.
    pub(crate) fn optional_hyper(
        &mut self,
        name: &'static str,
        example: f64,
        demand: &str,
        holds: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        let position = self.hyper_read;
        self.hyper_read += 1;
        self.hyper_asked.push(name);
        let [by_position, by_name] = self.written(name, position);
        let label = self.label();
        if let (Some(_), Some(twice)) = (by_position, by_name) {
            self.error(twice.value.place(), format!("`{label}` has the hyper-parameter `{name}` twice: remove one"));
        }
        let argument = by_position.or(by_name)?;
        match argument.value.number() {
            Some(number) if holds(number) => return Some(number),
            Some(number) => {
                let message = format!("`{label}`: {name} is {number}, but it has to be {demand}");
                self.error(argument.value.place(), message);
            }
            None if matches!(argument.value, Expression::Unreadable(_)) => {}
            None => {
                let message = format!("`{label}`: {name} is a number: write one, such as {example:?}");
                self.error(argument.value.place(), message);
            }
        }
        None
    }

    /// Notes what was given and never asked for.
    pub(crate) fn finish(self) {
        let word = self.word();
        let Arguments { item, errors, asked, hyper_asked, hyper_read, read, .. } = self;
        for argument in &item.arguments {
            let Some(key) = &argument.key else { continue };
            if hyper_asked.iter().any(|known| key == known) {
                let value = &argument.value;
                let advice = match item.arguments.len() {
                    1 => format!("write `{word}({key} = {value})`"),
                    _ => format!("write `({key} = {value})` behind `>`"),
                };
                errors.push(key.span(), format!("`{word}` has no option `{key}`: {advice}"));
            } else if !asked.iter().any(|known| key == known) {
                errors.push(key.span(), unknown(&word, "option", &key.to_string(), &asked));
            }
        }
        if read == 0
            && let Some(first) = item.arguments.iter().find(|argument| argument.key.is_none())
        {
            let advice = if hyper_asked.is_empty() || !item.hyper.is_empty() {
                "remove `<..>`".to_owned()
            } else {
                format!("write `{word}({})`", first.value)
            };
            errors.push(first.value.place(), format!("`{word}` takes no lengths: {advice}"));
        }
        for argument in &item.hyper {
            let Some(key) = &argument.key else { continue };
            if asked.iter().any(|known| key == known) {
                let message =
                    format!("`{word}` has no hyper-parameter `{key}`: write `{key} = {}` before `>`", argument.value);
                errors.push(key.span(), message);
            } else if !hyper_asked.iter().any(|known| key == known) {
                errors.push(key.span(), unknown(&word, "hyper-parameter", &key.to_string(), &hyper_asked));
            }
        }
        if let Some(argument) = item.hyper.iter().skip(hyper_read).find(|argument| argument.key.is_none()) {
            let takes = plural(hyper_read, "hyper-parameter");
            let message = format!("`{word}` takes {takes}, but {} given: remove this one", be(item.hyper.len()));
            errors.push(argument.value.place(), message);
        }
    }
}

fn unknown(word: &str, what: &str, key: &str, known: &[&str]) -> String {
    // `num_layers` and `use_bias` end with the word that is meant.
    let last = |known: &&str| key.strip_suffix(known).is_some_and(|first| first.ends_with('_'));
    let meant = nearest(key, known.iter().copied()).or_else(|| known.iter().copied().find(|known| last(known)));
    let advice = match (meant, known) {
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
