//! Nothing is limited.
use dnn::prelude::*;

budget!();

fn main() {}
