//! What only the type of a layer knows is counted too.
use dnn::prelude::*;

/// y = s x
#[derive(Parameters)]
pub struct Scale {
    #[init(1.0)]
    factor: [f32; 4],
}

impl Layer<[f32; 4]> for Scale {
    type Output = [f32; 4];
    const INFER: Extent = Extent::new(4, 3);
    const MACS: usize = 4;

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
    #[budget(parameters = 100 B, inference = 40 B, macs = 20)]
    struct Net: [4] -> [2] {
        scale: Scale -> [4],
        fc1: Linear<4, 3>,
        Relu,
        fc2: Linear<3, 2>,
    }
}

fn main() {}
