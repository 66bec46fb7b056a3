//! What is asked of every file of weights, by tests and by the fuzzer: that it is taken exactly where an independent reader on
//! top of serde_json takes it, with the same values; otherwise refused, with nothing changed, and never with a panic or a byte
//! from the heap.

use crate::counting::bytes;
use dnn::prelude::*;
use dnn::safetensors;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Two numbers and two statistics of them.
#[derive(Parameters, Clone)]
pub(crate) struct Norm {
    weight: [f32; 2],
    #[buffer]
    running_mean: [f32; 2],
}

/// A network whose tensors have names of every kind.
#[derive(Parameters, Clone)]
pub(crate) struct Net {
    fc1: Linear<3, 2>,
    #[buffer]
    norm: Norm,
    blocks: [Linear<1, 1, f32, ()>; 2],
    scale: f32,
}

/// The tensors of a network, and those among its layers that have running statistics.
pub(crate) struct Expected {
    pub(crate) tensors: &'static [(&'static str, &'static [usize])],
    pub(crate) counted: &'static [&'static str],
}

pub(crate) const NET: Expected = Expected {
    tensors: &[
        ("fc1.weight", &[2, 3]),
        ("fc1.bias", &[2]),
        ("norm.weight", &[2]),
        ("norm.running_mean", &[2]),
        ("blocks.0.weight", &[1, 1]),
        ("blocks.1.weight", &[1, 1]),
        ("scale", &[]),
    ],
    counted: &["norm"],
};

/// An object of JSON with all its pairs, equal keys too, and whether each key is written without escapes.
struct Object(Vec<(String, bool, Value)>);

/// A key, and whether it is written without escapes.
struct Key(String, bool);

impl<'a> Deserialize<'a> for Key {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Key, D::Error> {
        struct Text;
        impl<'a> Visitor<'a> for Text {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Key, E> {
                Ok(Key(text.to_owned(), true))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
                Ok(Key(text.to_owned(), false))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Collects the pairs of an object, whatever its values are.
struct Pairs<V>(std::marker::PhantomData<V>);

impl<'a, V: Deserialize<'a>> Visitor<'a> for Pairs<V> {
    type Value = Vec<(String, bool, V)>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((Key(text, plain), value)) = map.next_entry()? {
            pairs.push((text, plain, value));
        }
        Ok(pairs)
    }
}

impl<'a> Deserialize<'a> for Object {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_map(Pairs(std::marker::PhantomData)).map(Object)
    }
}

/// All of a header.
struct Header(Vec<(String, bool, Object)>);

impl<'a> Deserialize<'a> for Header {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Header, D::Error> {
        deserializer.deserialize_map(Pairs(std::marker::PhantomData)).map(Header)
    }
}

/// A tensor as a header describes it: type, shape, begin and end.
fn tensor(Object(pairs): &Object) -> Option<(&str, Vec<usize>, usize, usize)> {
    let value = |key: &str| {
        let mut found = pairs.iter().filter(|(own, plain, _)| own == key && *plain).map(|(.., value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    };
    let numbers = |key| -> Option<Vec<usize>> {
        value(key)?.as_array()?.iter().map(|number| number.as_u64()?.try_into().ok()).collect()
    };
    let &[begin, end] = numbers("data_offsets")?.as_slice() else { return None };
    let dtype = value("dtype")?.as_str()?;
    (pairs.len() == 3).then_some((dtype, numbers("shape")?, begin, end))
}

/// The bytes of each tensor, where the file is as it should be.
fn read(file: &[u8], expected: &Expected) -> Option<Vec<Vec<u8>>> {
    let (len, rest) = file.split_first_chunk::<8>()?;
    let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
    let text = std::str::from_utf8(header).ok()?;
    let Header(entries) = serde_json::from_str(text).ok().filter(|_| text.starts_with('{'))?;
    let (mut values, mut places, mut metadata) = (vec![None; expected.tensors.len()], Vec::new(), 0);
    for (name, _, object) in &entries {
        if name == "__metadata__" {
            metadata += 1;
            if metadata > 1 || !object.0.iter().all(|(.., value)| value.is_string()) {
                return None;
            }
            continue;
        }
        let (dtype, shape, begin, end) = tensor(object)?;
        let bytes = data.get(begin..end)?;
        places.push((begin, end));
        match expected.tensors.iter().position(|(own, _)| own == name) {
            Some(index) => {
                let dims = expected.tensors[index].1;
                let fits = dtype == "F32" && shape == dims && bytes.len() == 4 * dims.iter().product::<usize>();
                if !fits || values[index].replace(bytes.to_vec()).is_some() {
                    return None;
                }
            }
            // What PyTorch's normalisations count.
            None => {
                let layer = name.strip_suffix(".num_batches_tracked")?;
                if !expected.counted.contains(&layer) || dtype != "I64" || !shape.is_empty() || bytes.len() != 8 {
                    return None;
                }
            }
        }
    }
    places.sort_unstable();
    let mut offset = 0;
    for (begin, end) in places {
        if begin != offset {
            return None;
        }
        offset = end;
    }
    if offset != data.len() {
        return None;
    }
    values.into_iter().collect()
}

/// Whether a file is taken; it must be exactly where the other reader takes it, with the same values.
///
/// The other reader takes longer than everything else together: of the files that are refused it sees one in `share`, those
/// whose bytes have a sum that is a multiple of it.
pub(crate) fn is_taken<N: Parameters<Scalar = f32> + 'static>(file: &[u8], expected: &Expected, share: u8) -> bool {
    let mut net: N = dnn::zeros();
    net.flat_mut().fill(7.0);
    let mut result = Ok(());
    let from_the_heap = bytes(|| {
        result = net.load_bytes(file);
        _ = safetensors::find(file, "scale");
        // It takes longer for a file of more tensors than anybody writes by hand.
        _ = safetensors::validate(file.get(..1 << 16).unwrap_or(file));
    });
    assert_eq!(from_the_heap, 0);
    if let Err(fault) = &result {
        let message = fault.to_string();
        assert!(message.len() > 20 && message.len() < 1000 && !message.contains(char::is_control), "{message}");
        assert!(net.flat().iter().all(|value| *value == 7.0), "{}", file.escape_ascii());
        let sum = file.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
        if sum % share != 0 {
            return false;
        }
    }
    match (&result, read(file, expected)) {
        (Ok(()), Some(values)) => {
            for ((name, _), bytes) in expected.tensors.iter().zip(values) {
                let own = net.parameter(name).unwrap().iter().flat_map(|value| value.to_bits().to_le_bytes());
                assert!(own.eq(bytes), "other values in {name}: {}", file.escape_ascii());
            }
        }
        (Err(_), None) => {}
        (Ok(()), None) => panic!("taken, and should not be: {}", file.escape_ascii()),
        (Err(fault), Some(_)) => panic!("refused, {fault}, and should not be: {}", file.escape_ascii()),
    }
    result.is_ok()
}
