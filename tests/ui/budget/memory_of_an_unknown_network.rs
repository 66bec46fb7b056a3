//! The type has to be there.
use dnn::prelude::*;

budget!(Memory<Net, Adam, 8>, ram = 40 KiB);

fn main() {}
