//! Hostile input is an error: nothing panics, and what comes out is Rust.

use super::chains::{Chain, Random};
use super::messages;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::panic::catch_unwind;

const NETWORKS: [&str; 5] = [
    "pub struct Mazur: [2] -> [2] { hidden: Linear<2, 2>, Sigmoid, output: Linear<2, 2>, Sigmoid, }",
    "const H: usize = 4 * 8;
     /// Documented.
     #[derive(Clone)]
     pub(crate) struct Digits<T>: [1, 8, 8] -> [10] {
         const O: usize = 10;
         Flatten,
         fc1: Linear<64, 2 * H, bias = shared>,
         Dropout(p = 0.2),
         Reshape<H, -1>,
         Softmax<dim = -1>,
         Reshape<64>,
         /// Last.
         fc2: Linear<(H + H) / 1 % 100, O>,
     }",
    "struct Gated<f64>: [8] -> [2] { gate: self::layers::Gate<f64, 8> -> [2 * 2], fc: Linear<4, 2, bias = false> }",
    "pub struct A: [3] -> [3] { Relu } struct B: [3] -> [1] { a: A, fc: Linear<3, 1>, Softplus(1.0, threshold = 20.0) }",
    "#[weights(\"a.safetensors\")] #[cfg_attr(test, derive(Clone), budget(macs = 1M))]
     #[cfg_attr(not(test), budget(parameters = 10 KiB, inference = 2 * H KB, macs = 200_000))]
     struct Budgeted: [3] -> [1] { const H: usize = 3; gate: Gate -> [3], fc: Linear<3, 1> }",
];

const WIRED: [&str; 4] = [
    "struct Block: [4, 8, 8] -> [4, 8, 8] {
         conv: Conv2d<4, 4, 3, padding = same, groups = 2>, norm: BatchNorm2d<4>,
         fn forward(x) { let h = Relu(norm(conv(x))); h + x }
     }
     struct Net<f64>: [1, 9, 8] -> [10] {
         stem: Conv2d<1, 4, [2, 3], stride = [1, 1], padding = [0, 1]>, blocks: [Block; 2], #[recompute] again: Block,
         pool: MaxPool2d<2>, #[frozen] fc: Linear<64, 10>, up: ConvTranspose2d<4, 4, 2, stride = 2>,
         fn forward(x) {
             let a = blocks[1](again(blocks[0](stem(x))));
             fc(Flatten(pool(AvgPool2d<2>(up(a)) - a))) * 0.5
         }
     }",
    "struct Wired: ([4, 3], [6]) -> ([2], [3]) {
         fc: Linear<6, 6>, scale: Parameter<[4, 1]>(0.5), out: Linear<18, 2>, mean: Linear<4, 3>, drop: Dropout(0.5),
         fn forward(x, z) {
             let h = Tanh(x) * scale - x;
             let (a, b) = Split<axis = 0>(h);
             let (c, _) = Split<4, 2, axis = 0>(z);
             let side = fc(fc(z)) * detach(z);
             let turned = Permute<1, 0>(a * b);
             let all = Concat<axis = 0>(Flatten(turned), Flatten(a), Squeeze<axis = 0>(Unsqueeze<axis = 0>(1.0 - 2.0 * side)));
             (out(drop(all)), mean(Mean<axis = 1>(h) + c))
         }
     }",
    "pub struct Words: [7, 4] -> [3] {
         norm: LayerNorm<4>, place: PositionalEncoding, gru: Gru<4, 6, layers = 2, bidirectional = true>,
         attention: MultiHeadAttention<12, 3, causal = true>, last: Lstm<12, 5, output = last>, fc: Linear<5, 3>,
         fn forward(x) { let h = gru(place(norm(x))); fc(last(h + attention(h))) }
     }",
    "struct Siamese: ([3], [3]) -> [1] {
         body: Body, distance: self::Distance -> [1], fn forward(a, b) { distance(body(a), body(b)) }
     } struct Body: [3] -> [2] { fc: Linear<3, 2>, norm: GroupNorm<1, 2>, Elu }",
];

const BUDGETS: [&str; 2] =
    ["Memory<Net, Adam, 8>, ram = 40 KiB", "crate::Memory<self::Net<f64>, Sgd<Momentum>, { 2 + 2 }>, ram = 4 * 10KB,"];

const LAYERS: [&str; 3] = [
    "pub struct Gate<T> { #[init(1.0)] scale: [T; 8], inner: [Linear<2, 2, T>; 3] }",
    "#[parameters(crate = ::renamed)] #[repr(C)] struct Plain { pub weight: [[f32; 3]; 2], bias: f32 }",
    "struct Sized<const N: usize, T: Copy> where T: Send { a: [T; N], b: Linear<N, 2, T> }",
];

/// Functions behind `#[differentiable(..)]`; the attribute's words stand in the first parentheses.
const FUNCTIONS: [&str; 6] = [
    "() pub fn z(x: &[f32; 3]) -> f32 { let y = x + 2.0; mean(y * y * 2.0) }",
    "(wrt(w, b))
     /// Documented.
     #[inline] pub(crate) fn layer<T: Scalar>(w: &[[T; 3]; 2], b: &[T; 2], x: &[T; 3], n: usize) -> [T; 2] where T: Copy {
         const HALF: f32 = 0.5;
         let h: [T; 2] = relu(linear(x, w, b)) - HALF;
         let (a, mut s) = (tanh(&h), 1.0 - -h);
         for i in 0..2 { s += a[i] * x[i..=i + 1]; }
         self::other(s, 3, n) / detach(a).exp()
     }",
    "(crate = dnn, wrt(x)) fn shapes<const N: usize>(x: &[[f64; N]; 4], y: &[f64; N]) -> f64 {
         let m = sum(x, axis = 0, keepdim = true);
         let k = softmax(x * y - max(x, axis = 1, keepdim = true), axis = -1);
         sum({ let c = concat(k, m); c[4] }) + variance(x, correction = 0)
     }",
    "() fn alias(r#type: &Row, w: &self::Matrix, s: f64) -> f64 {
         let h: Column = matmul(w, r#type) * s;
         let g = concat(h, r#type);
         sum(transpose(outer(g, reshape(h, [2, -1])[0]))) + h[1] + sum(g[1..])
     }",
    "() fn every(x: &[[f32; 3]; 2], s: f32) -> f32 {
         let mut y = flatten(x); y *= where_(y > 0.0, s, 2.0); y -= [s, s, 1.0, 2.0, 3.0, s];
         let _ = square(s);
         logsumexp(slice(y, 1..3)) + min(clamp(y, -1.0, 1.0)) + sum(log_softmax(x)[1]) + pow(s, 2.0)
     }",
    "() fn deep(x: f32) -> f32 { ((x + (1.0)) * ({ { x } })) / -(x) }",
];

const WORDS: [&str; 51] = [
    ",",
    ":",
    ";",
    "::",
    "<",
    ">",
    "->",
    "-",
    "=",
    "+",
    "*",
    "/",
    "%",
    "#",
    "!",
    ".",
    "'a",
    "_",
    "0",
    "1",
    "-1",
    "1.5",
    "1e999",
    "\"x\"",
    "'x'",
    "2u8",
    "1099511627776",
    "340282366920938463463374607431768211456",
    "Linear",
    "Relu",
    "Reshape",
    "Softmax",
    "Gate",
    "fc",
    "x",
    "r#type",
    "type",
    "self",
    "fn",
    "const",
    "struct",
    "pub",
    "()",
    "[1 ; 2]",
    "x , x",
    "let",
    "forward",
    "detach",
    "Split",
    "Add",
    "Concat",
];

/// The tokens of a text one by one, delimiters too.
fn words(text: &str) -> Vec<String> {
    fn flat(stream: TokenStream, list: &mut Vec<String>) {
        for tree in stream {
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::None => ("", ""),
                    };
                    list.push(open.to_owned());
                    flat(group.stream(), list);
                    list.push(close.to_owned());
                }
                other => list.push(other.to_string()),
            }
        }
    }
    let mut list = Vec::new();
    flat(text.parse().expect("an example that is Rust tokens"), &mut list);
    list
}

/// The tokens as a stream: what closes nothing is left out, what is open is closed.
fn stream<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<TokenStream> {
    let (mut text, mut open) = (String::new(), Vec::new());
    for word in words {
        match word {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" => open.push("}"),
            ")" | "]" | "}" if open.last() != Some(&word) => continue,
            ")" | "]" | "}" => drop(open.pop()),
            _ => {}
        }
        // Without a space `-` and `>` are one arrow, and `r#type` stays one word.
        let joint = matches!(text.as_bytes().last(), Some(b'-' | b':' | b'\'')) && matches!(word, ">" | ":");
        text += if joint { "" } else { " " };
        text += word;
    }
    open.iter().rev().for_each(|close| text += close);
    text.parse().ok()
}

/// Variants of an example: cut off at every token; with every token left out, doubled, swapped with the next one, and
/// replaced by others.
fn variants(example: &str) -> Vec<TokenStream> {
    let words = words(example);
    let mut list = Vec::new();
    let mut add = |words: Vec<&str>| list.extend(stream(words));
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    for at in 0..all.len() {
        let (before, behind) = (&all[..at], &all[at + 1..]);
        add(before.to_vec());
        add([before, behind].concat());
        add([before, &[all[at], all[at]], behind].concat());
        if let Some((next, rest)) = behind.split_first() {
            add([before, &[next, all[at]], rest].concat());
        }
        // A few at each place; every word comes to stand behind every other one in the course of the examples.
        for i in 0..4 {
            add([before, &[WORDS[(at * 4 + i) % WORDS.len()]], behind].concat());
        }
    }
    list
}

/// Nothing panics, and the expansion is a Rust file.
fn withstands(expand: fn(TokenStream) -> TokenStream, input: &TokenStream) -> TokenStream {
    let expansion = catch_unwind(|| expand(input.clone())).unwrap_or_else(|_| panic!("it panics at\n{input}"));
    if let Err(error) = syn::parse2::<syn::File>(expansion.clone()) {
        panic!("the expansion of\n{input}\nis not Rust: {error}");
    }
    expansion
}

fn network(tokens: TokenStream) -> TokenStream {
    crate::network(quote::quote!({ ::dnn::__private } #tokens))
}

fn withstands_every_slip(expand: fn(TokenStream) -> TokenStream, examples: &[&str]) {
    for example in examples {
        assert_eq!(messages(withstands(expand, &example.parse().unwrap())), [""; 0], "{example}");
        for input in variants(example) {
            withstands(expand, &input);
        }
    }
}

#[test]
fn every_slip_in_a_network_is_an_error_or_another_network() {
    withstands_every_slip(network, &NETWORKS);
}

#[test]
fn every_slip_in_a_wired_network_is_an_error_or_another_network() {
    withstands_every_slip(network, &WIRED);
}

#[test]
fn every_slip_in_a_layer_is_an_error_or_another_layer() {
    withstands_every_slip(crate::derive::parameters, &LAYERS);
}

fn memory(tokens: TokenStream) -> TokenStream {
    crate::budget::memory(quote::quote!({ ::dnn::__private } #tokens))
}

#[test]
fn every_slip_in_a_budget_is_an_error_or_another_budget() {
    withstands_every_slip(memory, &BUDGETS);
}

/// Attribute and function of a stream whose first parentheses are the attribute.
fn differentiable(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter().peekable();
    let attribute = match trees.next_if(|tree| matches!(tree, TokenTree::Group(_))) {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => TokenStream::new(),
    };
    crate::differentiable::expand(attribute, trees.collect())
}

#[test]
fn every_slip_in_a_function_is_an_error_or_another_function() {
    withstands_every_slip(differentiable, &FUNCTIONS);
}

#[test]
fn token_soup_is_an_error() {
    let examples = NETWORKS.iter().chain(&WIRED).chain(&LAYERS).chain(&BUDGETS).chain(&FUNCTIONS);
    let mut words: Vec<String> = examples.flat_map(|example| self::words(example)).collect();
    words.extend(WORDS.map(str::to_owned));
    let mut random = Random::new(7);
    for _ in 0..1500 {
        let soup: Vec<&str> = (0..random.below(40)).map(|_| words[random.below(words.len())].as_str()).collect();
        let header: &[&str] =
            if random.below(2) == 0 { &[] } else { &["struct", "N", ":", "[", "2", "]", "->", "[", "2", "]", "{"] };
        let Some(input) = stream([header, &soup].concat()) else { continue };
        withstands(network, &input);
        withstands(crate::derive::parameters, &input);
        withstands(memory, &input);
        withstands(differentiable, &input);
        let body = stream(soup).unwrap_or_default();
        withstands(differentiable, &quote::quote!(() fn f(x: &[f32; 3], w: &[[f32; 3]; 2]) -> f32 { #body }));
    }
}

/// Twice the layers take about twice the time: a bound far above noise, far below the square.
#[test]
fn the_time_of_an_expansion_grows_with_the_number_of_layers() {
    let time = |layers: usize| {
        let chain = "fc: Linear<8, 8>, Relu, Dropout(0.1), ".repeat(layers / 3);
        let chain = chain.split_inclusive("fc").enumerate().map(|(i, part)| part.replace("fc", &format!("fc{i}")));
        let text = format!("struct Deep: [8] -> [8] {{ {} }}", chain.collect::<String>());
        let input: TokenStream = text.parse().unwrap();
        let start = std::time::Instant::now();
        assert!(messages(network(input)).is_empty());
        start.elapsed()
    };
    let (short, long) = (time(30).max(time(30)), time(300).min(time(300)));
    assert!(long < short * 60, "30 layers take {short:?}, 300 take {long:?}");
}

/// So it is with the operations of a function: in one loop, in many calls, and in loops that are unrolled.
#[test]
fn the_time_of_an_expansion_grows_with_the_number_of_operations() {
    for line in ["y = y * x + 1.0;", "y = matmul(w, y);", "y += tanh(x[i]) * matmul(w, y);"] {
        let time = |count: usize| {
            let body = if line.contains("[i]") {
                format!("for _ in 0..{} {{ for i in 0..3 {{ {line} }} }}", count / 3)
            } else {
                line.repeat(count)
            };
            let text =
                format!("() fn f(x: &[f32; 3], w: &[[f32; 3]; 3]) -> f32 {{ let mut y = x + sum(w); {body} sum(y) }}");
            let input: TokenStream = text.parse().unwrap();
            let start = std::time::Instant::now();
            assert!(messages(differentiable(input)).is_empty());
            start.elapsed()
        };
        let (short, long) = (time(60).max(time(60)), time(600).min(time(600)));
        assert!(long < short * 60, "60 operations take {short:?}, 600 take {long:?}");
    }
}

#[test]
fn random_networks_expand_to_rust() {
    for seed in 1000..1100 {
        withstands(network, &Chain::random(&mut Random::new(seed)).text().parse().unwrap());
    }
}
