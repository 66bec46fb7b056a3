//! Mistakes of the user, collected over a stage so that one compile shows all of them.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// The mistakes found so far, each at the smallest token that shows it.
#[derive(Default)]
pub(crate) struct Errors {
    list: Vec<syn::Error>,
}

impl Errors {
    /// Notes a mistake: what is wrong with both numbers, then what to do.
    pub(crate) fn push(&mut self, place: impl Into<Place>, message: impl std::fmt::Display) {
        let Place(first, last) = place.into();
        let (first, last) = (quote_spanned!(first=> _), quote_spanned!(last=> _));
        self.list.push(syn::Error::new_spanned(quote::quote!(#first #last), message));
    }

    /// Notes a mistake that a parser found.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.list.push(error);
    }

    /// Adds others behind them.
    pub(crate) fn append(&mut self, others: Errors) {
        self.list.extend(others.list);
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The first mistake, and the others.
    pub(crate) fn split(&self) -> (TokenStream, TokenStream) {
        let mut mistakes = self.list.iter().map(syn::Error::to_compile_error);
        (mistakes.next().unwrap_or_default(), mistakes.collect())
    }

    /// One `compile_error!` for each mistake.
    pub(crate) fn to_tokens(&self) -> TokenStream {
        self.list.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// From the first to the last token of what a message is about.
#[derive(Clone, Copy)]
pub(crate) struct Place(Span, Span);

impl Place {
    /// The first and the last token.
    pub(crate) fn ends(self) -> (Span, Span) {
        (self.0, self.1)
    }

    /// From the first to the last of some tokens.
    pub(crate) fn of(tokens: &TokenStream) -> Place {
        let mut spans = tokens.clone().into_iter().map(|tree| tree.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Place(first, spans.last().unwrap_or(first))
    }

    /// From the beginning of one place to the end of another.
    pub(crate) fn to(self, end: Place) -> Place {
        Place(self.0, end.1)
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Place {
        Place(span, span)
    }
}

/// The candidate that `word` most likely means: equal but for case and underscores, or one slip of the finger away (two
/// in a long word that begins alike).
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    let allowed = |candidate: &str| {
        let alike = word.len() >= 7 && word.chars().next() == candidate.chars().next();
        if alike { 2 } else { 1 }
    };
    candidates
        .into_iter()
        .map(|candidate| {
            let same = plain(word) == plain(candidate);
            (if same { 0 } else { distance(word, candidate) }, candidate)
        })
        .filter(|&(slips, candidate)| slips <= allowed(candidate) && word.len() > slips)
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, candidate)| candidate)
}

/// The name that a message proposes for a layer: `batch_norm` for `BatchNorm2d`.
pub(crate) fn name_for(word: &str) -> String {
    let word = word.strip_suffix("1d").or(word.strip_suffix("2d")).unwrap_or(word);
    let mut name = String::new();
    for letter in word.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Slips between two words: insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best.min(table[i - 2][j - 2] + 1)
                } else {
                    best
                }
            };
        }
    }
    table[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_slips_and_other_spellings() {
        let layers = ["Linear", "LeakyRelu", "Relu", "LogSoftmax", "Elu"];
        assert_eq!(nearest("Linera", layers), Some("Linear"));
        assert_eq!(nearest("ReLU", layers), Some("Relu"));
        assert_eq!(nearest("leaky_relu", layers), Some("LeakyRelu"));
        assert_eq!(nearest("LogSoftmaxx", layers), Some("LogSoftmax"));
        assert_eq!(nearest("MyLinear", layers), None);
        assert_eq!(nearest("Gate", layers), None);
    }

    #[test]
    fn names_for_layers_are_those_of_fields() {
        let names = ["Linear", "BatchNorm2d", "MultiHeadAttention", "Gru"].map(name_for);
        assert_eq!(names, ["linear", "batch_norm", "multi_head_attention", "gru"]);
    }
}
