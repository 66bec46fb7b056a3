use dnn::prelude::*;

network! {
    struct Net: [3] -> [2] {
        centre: Centre -> [3],
        fc: Linear<3, 2>,
    }
}

#[derive(Parameters)]
struct Centre {
    scale: [f32; 3],
}

impl Layer<[f32; 3]> for Centre {
    type Output = [f32; 3];
    const WHOLE_BATCH: bool = true;
    const LEAST_BATCH: usize = 2;

    fn infer(&self, _: &[[f32; 3]], _: &mut [[f32; 3]], _: &mut [f32]) {}

    fn backward(
        &self,
        _: &Pass,
        _: &[[f32; 3]],
        _: &[[f32; 3]],
        _: &mut [f32],
        _: &mut [[f32; 3]],
        _: Option<&mut [[f32; 3]]>,
        _: Option<&mut Self>,
    ) {
    }
}

static MEMORY: Memory<Net, Sgd, 1> = Memory::new();

fn main() {}
