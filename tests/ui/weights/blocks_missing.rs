//! A layer of many tensors shows the first mistakes and counts the others.
use dnn::prelude::*;

/// Twelve tensors.
#[derive(Parameters)]
pub struct Blocks {
    blocks: [Linear<4, 4>; 6],
}

impl Layer<[f32; 4]> for Blocks {
    type Output = [f32; 4];

    fn infer(&self, x: &[[f32; 4]], y: &mut [[f32; 4]], _: &mut [f32]) {
        y.copy_from_slice(x);
    }

    fn backward(
        &self,
        _: &Pass,
        _: &[[f32; 4]],
        _: &[[f32; 4]],
        _: &mut [f32],
        dy: &mut [[f32; 4]],
        dx: Option<&mut [[f32; 4]]>,
        _: Option<&mut Self>,
    ) {
        if let Some(dx) = dx {
            dx.copy_from_slice(dy);
        }
    }
}

network! {
    #[weights("right.safetensors")]
    struct Net: [4] -> [2] {
        inner: Blocks -> [4],
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
