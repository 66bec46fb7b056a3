use dnn::prelude::*;

struct Config {
    scale: f32,
}

#[differentiable]
fn f(x: &[f32; 3], config: &Config) -> f32 {
    sum(x) * config.scale
}

fn main() {}
