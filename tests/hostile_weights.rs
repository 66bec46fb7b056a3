//! Spoilt files of weights: they are refused by the rules that an independent reader, on top of serde_json, states, never
//! by a panic, and never leave half of their values in a network.

#![cfg(feature = "std")]

#[path = "../dnn-core/tests/counting/mod.rs"]
mod counting;
#[allow(dead_code, reason = "the network of the fuzzer is another one")]
#[path = "readers/weights.rs"]
mod weights;

use dnn::prelude::*;
use weights::Expected;

network! {
    /// As `Net` in `tests/weights/generate.py`.
    pub struct Net: [2, 3] -> [2] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        fc3: Linear<3, 2, bias = shared>,
    }
}

const NET: Expected = Expected {
    tensors: &[
        ("fc1.weight", &[4, 6]),
        ("fc1.bias", &[4]),
        ("fc2.weight", &[3, 4]),
        ("fc3.weight", &[2, 3]),
        ("fc3.bias", &[1]),
    ],
    counted: &[],
};

const FILES: [&[u8]; 2] = [include_bytes!("weights/net_f32.safetensors"), include_bytes!("weights/dnn.safetensors")];

fn taken(file: &[u8]) -> bool {
    weights::is_taken::<Net>(file, &NET, 1)
}

fn header_len(file: &[u8]) -> usize {
    u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
}

#[test]
fn files_with_one_other_byte() {
    let (mut refused, mut all) = (0, 0);
    for file in FILES {
        assert!(taken(file));
        for at in 0..file.len() {
            let bits = (0..8).map(|bit| file[at] ^ 1 << bit);
            for byte in bits.chain(*b"\"{}[]:,\\ 0179.-eu\n\0") {
                let mut file = file.to_vec();
                file[at] = byte;
                refused += usize::from(!taken(&file));
                all += 1;
            }
        }
    }
    assert!(all > 20_000 && refused > all / 3 && refused < all, "{refused} of {all}");
}

#[test]
fn files_cut_off_or_lengthened() {
    for file in FILES {
        for len in 0..file.len() {
            assert!(!taken(&file[..len]), "{len}");
            assert!(!taken(&[&file[..len], &[0], &file[len..]].concat()) || len > 8 && len <= 8 + header_len(file));
        }
        for more in [1, 4, 1000] {
            assert!(!taken(&[file, &vec![0; more]].concat()));
        }
    }
}

#[test]
fn files_whose_header_claims_another_length() {
    let file = FILES[0];
    let len = header_len(file) as u64;
    for claim in [0, 1, len - 1, len + 1, len + 4, file.len() as u64, 1 << 31, 1 << 32, 1 << 63, u64::MAX - 7, u64::MAX]
    {
        assert!(!taken(&[&claim.to_le_bytes(), &file[8..]].concat()), "{claim}");
    }
}

/// A random change that knows what a header is made of.
fn spoil(header: &mut String, rng: &mut Rng) {
    let mut below = |bound: usize| (u64::from(rng.next_u32()) % bound.max(1) as u64) as usize;
    // Parts between commas outside of lists: the keys of a tensor, or a tensor's first key with its name.
    let numbers: Vec<(usize, usize)> = {
        let digit = |i: &usize| header.as_bytes()[*i].is_ascii_digit();
        let starts = (1..header.len()).filter(|i| digit(i) && !digit(&(i - 1)));
        starts.map(|start| (start, (start..header.len()).find(|i| !digit(i)).unwrap_or(header.len()))).collect()
    };
    let tensors: Vec<(usize, usize)> = {
        let starts = header.match_indices("\"fc").map(|(at, _)| at);
        starts.filter_map(|start| Some((start, start + header[start..].find('}')? + 1))).collect()
    };
    if numbers.is_empty() || tensors.is_empty() {
        return;
    }
    let (number, tensor) = (numbers[below(numbers.len())], tensors[below(tensors.len())]);
    let other = tensors[below(tensors.len())];
    match below(12) {
        // Another number, large or near.
        0 => {
            const NUMBERS: [&str; 14] = [
                "0",
                "1",
                "4",
                "96",
                "4294967295",
                "4294967296",
                "9223372036854775807",
                "18446744073709551615",
                "18446744073709551616",
                "4611686018427387904",
                "99999999999999999999999999",
                "-1",
                "1e2",
                "0x10",
            ];
            header.replace_range(number.0..number.1, NUMBERS[below(NUMBERS.len())]);
        }
        // Two numbers change places.
        1 => {
            let second = numbers[below(numbers.len())];
            let (a, b) = (number.min(second), number.max(second));
            let (first, last) = (header[a.0..a.1].to_owned(), header[b.0..b.1].to_owned());
            if a.1 <= b.0 {
                header.replace_range(b.0..b.1, &first);
                header.replace_range(a.0..a.1, &last);
            }
        }
        // A tensor twice, or in another place, or gone.
        2 => header.insert_str(other.0, &format!("{},", &header[tensor.0..tensor.1])),
        3 => {
            let text = header[tensor.0..tensor.1].to_owned();
            header.replace_range(tensor.0..tensor.1, "");
            header.insert_str(header.find('{').map_or(0, |at| at + 1), &(text + ","));
        }
        4 => header.replace_range(tensor.0..tensor.1, ""),
        // Names, types and keys.
        5 => *header = header.replacen("fc1", ["fc3", "fc", "", "\\u0066c1", "f\\u00631", "__metadata__"][below(6)], 1),
        6 => *header = header.replacen("F32", ["F64", "F16", "f32", "", "I32", "F\\u00332"][below(6)], 1),
        7 => *header = header.replacen("shape", ["dtype", "Shape", "shape ", "data_offsets"][below(4)], 1),
        // Space where it may be, and where not.
        8 => header.insert_str(below(header.len()), [" ", "\n", "\t\r ", "\u{a0}"][below(4)]),
        // Brackets, deep ones too.
        9 => header.insert_str(number.0, [&"[".repeat(3000), "[", "{", "]", "}", "\""][below(6)]),
        // Other metadata.
        10 => {
            const METADATA: [&str; 8] = [
                "{",
                "{\"__metadata__\":{},",
                "{\"__metadata__\":{\"a\":\"\\ud83d\\ude00\",\"b\":\"}\"},",
                "{\"__metadata__\":{\"a\":1},",
                "{\"__metadata__\":null,",
                "{\"__metadata__\":{\"a\":{}},",
                "{\"__metadata__\":{\"a\":\"\\ud83d\"},",
                "{\"__metadata__\":{\"\":\"\",},",
            ];
            *header = header.replacen('{', METADATA[below(METADATA.len())], 1);
        }
        // A part of the header once more, somewhere.
        _ => {
            let (from, to) = (below(header.len()), below(header.len()));
            let part = header[from.min(to)..from.max(to)].to_owned();
            header.insert_str(below(header.len()), &part);
        }
    }
}

#[test]
fn files_with_a_spoilt_header() {
    let mut rng = Rng::new(20);
    let (mut accepted, all) = (0, 20_000);
    for round in 0..all {
        let file = FILES[round % 2];
        let (header, data) = file[8..].split_at(header_len(file));
        let mut header = String::from_utf8(header.to_vec()).unwrap();
        for _ in 0..1 + round / 2 % 3 {
            if header.is_ascii() {
                spoil(&mut header, &mut rng);
            }
        }
        let mut spoilt = (header.len() as u64).to_le_bytes().to_vec();
        spoilt.extend(header.as_bytes());
        spoilt.extend(data);
        accepted += usize::from(taken(&spoilt));
    }
    assert!(accepted > all / 50 && accepted < all / 2, "{accepted} of {all}");
}

#[test]
fn bytes_without_any_sense() {
    let mut rng = Rng::new(21);
    for len in 0..2000 {
        let mut file: Vec<u8> = (0..len).map(|_| rng.next_u32() as u8).collect();
        assert!(!taken(&file));
        if let Some(start) = file.first_chunk_mut::<8>() {
            *start = (u64::from(rng.next_u32()) % (len as u64 + 1)).to_le_bytes();
            assert!(!taken(&file));
        }
    }
}

/// A search of the header for each of them would not end within a day.
#[test]
fn a_hundred_thousand_tensors_are_refused() {
    let mut header = String::from("{");
    for i in 0..100_000 {
        header += &format!("\"fc{i}.weight\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}},");
    }
    header.pop();
    header.push('}');
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let fault = Net::zeros().load_bytes(&file).unwrap_err().to_string();
    assert!(
        fault.starts_with("there is no tensor `fc1.bias` (the first of 2 that are missing), but `fc0.weight`"),
        "{fault}"
    );
}
