//! AvgPool2d: y = the mean of each window
//!
//! dx += dy / the number of elements, at each of them

use super::{Arguments, Layer, Reads, pool};
use quote::quote;

/// Takes the size of the kernel, `stride`, `padding`, `ceil_mode`, `count_include_pad` and `divisor_override`.
pub(super) fn read(arguments: &mut Arguments<'_>) -> Box<dyn Layer> {
    let within = arguments.word_option("count_include_pad", &["true", "false"]) == "false";
    let divisor = arguments.length_option("divisor_override").map_or(0, |divisor| divisor.value);
    let formulas = ["y = the mean of each window", "dx += dy / the number of elements, at each of them"];
    let value = move |window: &pool::Window| {
        let first = pool::numbers(&[window.kernel], 2);
        let rest = pool::numbers(&[window.stride, window.padding], 2);
        let ceil = window.ceil;
        quote!(AvgPool2d::<#(#first,)* _, #(#rest,)* #ceil, #within, #divisor>)
    };
    pool::read(arguments, 2, false, Box::new(value), Reads::NOTHING, formulas)
}
