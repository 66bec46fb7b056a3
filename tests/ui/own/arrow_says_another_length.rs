use dnn::prelude::*;

network! {
    pub struct Net: [4] -> [2] {
        fc1: Linear<4, 8>,
        half: Half -> [5],
        fc2: Linear<5, 2>,
    }
}

#[derive(Parameters)]
pub struct Half {
    scale: [f32; 4],
}

impl Layer<[f32; 8]> for Half {
    type Output = [f32; 4];

    fn infer(&self, _: &[[f32; 8]], _: &mut [[f32; 4]], _: &mut [f32]) {}

    fn backward(
        &self,
        _: &Pass,
        _: &[[f32; 8]],
        _: &[[f32; 4]],
        _: &mut [f32],
        _: &mut [[f32; 4]],
        _: Option<&mut [[f32; 8]]>,
        _: Option<&mut Self>,
    ) {
    }
}

fn main() {}
