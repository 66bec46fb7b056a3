//! MaxPool2d: y = the largest x of each window
//!
//! dx += dy at the first of the largest elements

use super::{Arguments, Layer, Reads, pool};
use quote::quote;

/// Takes the size of the kernel, `stride`, `padding`, `dilation` and `ceil_mode`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let value = |window: &pool::Window| {
        let first = pool::numbers(&[window.kernel], 2);
        let rest = pool::numbers(&[window.stride, window.padding, window.dilation], 2);
        let ceil = window.ceil;
        quote!(MaxPool2d::<#(#first,)* _, #(#rest,)* #ceil>)
    };
    pool::read(arguments, 2, true, Box::new(value), Reads::INPUT, pool::LARGEST)
}
