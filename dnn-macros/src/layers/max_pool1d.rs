//! MaxPool1d: y = the largest x of each window
//!
//! dx += dy at the first of the largest elements

use super::{Arguments, Layer, Reads, pool};
use quote::quote;

/// Takes the size of the kernel, `stride`, `padding`, `dilation` and `ceil_mode`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = |window: &pool::Window| {
        let first = pool::numbers(&[window.kernel], 1);
        let rest = pool::numbers(&[window.stride, window.padding, window.dilation], 1);
        let ceil = window.ceil;
        quote!(MaxPool1d::<#(#first,)* _, #(#rest,)* #ceil>)
    };
    pool::read(arguments, 1, true, Box::new(value), Reads::INPUT, pool::LARGEST)
}
