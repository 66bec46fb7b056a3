use dnn::prelude::*;

network! {
    pub struct Net<T>: [4] -> [2] {
        fc1: Linear<4, 8>,
        half: Half<T> -> [4],
        fc2: Linear<4, 2>,
    }
}

/// Adds the two halves of its input.
#[derive(Parameters)]
pub struct Half<T> {
    none: [T; 0],
}

impl<T: Scalar> Layer<[T; 8]> for Half<T> {
    type Output = [T; 4];
    const TRAIN: Extent = Extent::new(size_of::<T>(), 0);

    fn infer(&self, x: &[[T; 8]], y: &mut [[T; 4]], _: &mut [T]) {
        for (x, y) in x.iter().zip(y) {
            *y = core::array::from_fn(|i| x[i] + x[i + 4]);
        }
    }

    fn backward(
        &self,
        _: &Pass,
        _: &[[T; 8]],
        _: &[[T; 4]],
        _: &mut [T],
        dy: &mut [[T; 4]],
        dx: Option<&mut [[T; 8]]>,
        _: Option<&mut Self>,
    ) {
        for (dx, dy) in dx.into_iter().flatten().zip(dy.iter()) {
            *dx = core::array::from_fn(|i| dy[i % 4]);
        }
    }
}

fn main() {
    let _ = Net::<f32>::zeros();
}
