//! A network as the bytes of a safetensors file.

use super::scalar::Bits;
use crate::parameters::{Named, Parameters};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The whole file in memory, tensors in the order of the network's table.
pub(crate) fn to_safetensors<P: Parameters>(network: &P) -> Vec<u8> {
    let header = header(network);
    let mut file = Vec::with_capacity(8 + header.len() + size_of::<P>());
    file.extend((header.len() as u64).to_le_bytes());
    file.extend(header.as_bytes());
    for Named { values, .. } in network.parameters() {
        Bits::write(values, &mut file);
    }
    file
}

/// The JSON with spaces behind it, so that the data begin at a multiple of 8 bytes, as those of the reference do.
fn header<P: Parameters>(network: &P) -> String {
    let mut json = String::from(r#"{"__metadata__":{"format":"pt"}"#);
    let (dtype, mut begin) = (<P::Scalar as Bits>::DTYPE, 0);
    for Named { name, dims, values, .. } in network.parameters() {
        // Names are identifiers of Rust and indices: nothing in them is special to JSON.
        let dims = format!("{dims:?}").replace(' ', "");
        let end = begin + size_of_val(values);
        json += &format!(r#","{name}":{{"dtype":"{dtype}","shape":{dims},"data_offsets":[{begin},{end}]}}"#);
        begin = end;
    }
    json.push('}');
    while json.len() % 8 > 0 {
        json.push(' ');
    }
    json
}
