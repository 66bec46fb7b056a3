//! Files of weights that are made by a script of edits: what bytes mean to a fuzzer that knows what a header consists of.

use std::borrow::Cow;

/// A token of JSON.
type Token = Cow<'static, str>;

/// Tensors of `Net` of `weights.rs`: name, type, shape, bytes.
const TENSORS: [(&str, &str, &[&str], usize); 8] = [
    ("\"fc1.weight\"", "\"F32\"", &["[", "2", ",", "3", "]"], 24),
    ("\"fc1.bias\"", "\"F32\"", &["[", "2", "]"], 8),
    ("\"norm.weight\"", "\"F32\"", &["[", "2", "]"], 8),
    ("\"norm.num_batches_tracked\"", "\"I64\"", &["[", "]"], 8),
    ("\"norm.running_mean\"", "\"F32\"", &["[", "2", "]"], 8),
    ("\"scale\"", "\"F32\"", &["[", "]"], 4),
    ("\"blocks.0.weight\"", "\"F32\"", &["[", "1", ",", "1", "]"], 4),
    ("\"blocks.1.weight\"", "\"F32\"", &["[", "1", ",", "1", "]"], 4),
];

/// The header of a file, token by token, and how many bytes of data it describes.
fn header(variant: usize) -> (Vec<Token>, usize) {
    let (mut tokens, mut offset) = (vec![Token::from("{")], 0);
    if variant & 1 == 1 {
        add(&mut tokens, &["\"__metadata__\"", ":", "{", "\"format\"", ":", "\"pt\"", "}", ","]);
    }
    for i in 0..TENSORS.len() {
        let (name, dtype, shape, bytes) = TENSORS[if variant & 4 == 4 { TENSORS.len() - 1 - i } else { i }];
        if dtype == "\"I64\"" && variant & 2 == 0 {
            continue;
        }
        add(&mut tokens, &[name, ":", "{", "\"dtype\"", ":", dtype, ",", "\"shape\"", ":"]);
        add(&mut tokens, shape);
        add(&mut tokens, &[",", "\"data_offsets\"", ":", "["]);
        tokens.extend([offset.to_string().into(), ",".into(), (offset + bytes).to_string().into()]);
        add(&mut tokens, &["]", "}", ","]);
        offset += bytes;
    }
    tokens.pop();
    tokens.push("}".into());
    (tokens, offset)
}

fn add(tokens: &mut Vec<Token>, words: &[&'static str]) {
    tokens.extend(words.iter().map(|word| Token::from(*word)));
}

/// What a token is replaced by.
const WORDS: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"\"",
    "0",
    "1",
    "2",
    "3",
    "4",
    "8",
    "24",
    "-1",
    "1.0",
    "1e2",
    "01",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "4611686018427387904",
    "null",
    "true",
    "\"dtype\"",
    "\"shape\"",
    "\"data_offsets\"",
    "\"F32\"",
    "\"I64\"",
    "\"F16\"",
    "\"F4\"",
    "\"F64\"",
    "\"fc1.weight\"",
    "\"blocks.1.weight\"",
    "\"blocks.01.weight\"",
    "\"blocks.2.weight\"",
    "\"norm.num_batches_tracked\"",
    "\"fc1.num_batches_tracked\"",
    "\"__metadata__\"",
    "\"\\ud83d\\ude00\"",
];

/// The script, byte by byte; 0 behind its end.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> usize {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(*first)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.byte() << 8 | self.byte()) % bound.max(1)
    }

    fn number(&mut self) -> u64 {
        let bits = (0..8).fold(0, |number, _| number << 8 | self.byte() as u64);
        bits >> self.below(64)
    }
}

/// The file that a script makes: a right one without any edit.
pub(crate) fn file(script: &[u8]) -> Vec<u8> {
    let mut script = Script(script);
    let (mut tokens, mut data) = header(script.byte());
    let (mut claim, mut padding) = (0, String::new());
    for _ in 0..64 {
        if script.0.is_empty() {
            break;
        }
        let edit = script.byte() % 16;
        let (at, to) = (script.below(tokens.len()), script.below(tokens.len() + 1));
        let run = at..(at + 1 + script.byte()).min(tokens.len());
        match edit {
            _ if tokens.is_empty() => tokens.push("{".into()),
            0 | 1 => tokens[at] = WORDS[to % WORDS.len()].into(),
            2 => drop(tokens.remove(at)),
            3 => tokens.insert(to, tokens[at].clone()),
            4 => {
                let other = to.min(tokens.len() - 1);
                tokens.swap(at, other);
            }
            5 => tokens.insert(to, WORDS[at % WORDS.len()].into()),
            6 => tokens[at] = script.number().to_string().into(),
            7 => {
                let near = script.byte() as u64;
                if let Ok(number) = tokens[at].parse::<u64>() {
                    tokens[at] = number.wrapping_add(near).wrapping_sub(128).to_string().into();
                }
            }
            8 => {
                let run: Vec<Token> = tokens[run].to_vec();
                tokens.splice(to..to, run);
            }
            9 => drop(tokens.drain(run)),
            10 => tokens.insert(to, [" ", "\n", "\t\r ", "\u{a0}", "\u{c}"][at % 5].into()),
            // One character as its escape, which is the same text.
            11 => {
                if let Some((place, character)) = tokens[at].char_indices().nth(1 + to % 24)
                    && character.is_ascii_alphanumeric()
                {
                    let escape = format!("\\u{:04x}", u32::from(character));
                    tokens[at].to_mut().replace_range(place..=place, &escape);
                }
            }
            12 => data = (data + script.below(64)).saturating_sub(32),
            13 => claim = script.byte() as i64 - 128,
            14 => padding += &" ".repeat(to % 9),
            // Text of the script's own, in quotes.
            _ => {
                let (text, rest) = script.0.split_at(script.0.len().min(at % 24));
                tokens[to.min(run.end - 1)] = format!("\"{}\"", String::from_utf8_lossy(text)).into();
                script.0 = rest;
            }
        }
        tokens.truncate(2000);
    }
    let header = tokens.concat() + &padding;
    let len = (header.len() as u64).wrapping_add_signed(claim);
    let mut file = len.to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend((0..data).map(|i| i as u8 ^ 0x5a));
    file
}
