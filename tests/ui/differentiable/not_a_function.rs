use dnn::prelude::*;

#[differentiable]
struct Weights {
    w: [f32; 3],
}

fn main() {
    let _ = Weights { w: [0.0; 3] };
}
