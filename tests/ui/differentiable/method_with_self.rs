use dnn::prelude::*;

struct Net;

impl Net {
    #[differentiable]
    fn f(&self, x: &[f32; 3]) -> f32 {
        sum(x)
    }
}

fn main() {}
