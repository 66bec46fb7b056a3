//! A layer of one's own that demands its scalar to be one, in a generic network; lengths in braces, as Rust writes them.
#![deny(warnings, missing_docs)]

use dnn::prelude::*;

/// y = s x
#[derive(Parameters, Clone, Debug)]
pub struct Scale<const N: usize, T: Scalar> {
    /// s
    #[init(2.0)]
    pub factor: T,
}

impl<const N: usize, T: Scalar> Layer<[T; N]> for Scale<N, T> {
    type Output = [T; N];

    fn infer(&self, x: &[[T; N]], y: &mut [[T; N]], _: &mut [T]) {
        for (x, y) in x.iter().zip(y) {
            *y = x.map(|x| self.factor * x);
        }
    }

    fn backward(
        &self,
        _: &Pass,
        x: &[[T; N]],
        _: &[[T; N]],
        _: &mut [T],
        dy: &mut [[T; N]],
        dx: Option<&mut [[T; N]]>,
        dp: Option<&mut Self>,
    ) {
        if let Some(dp) = dp {
            dp.factor += x.iter().flatten().zip(dy.iter().flatten()).map(|(x, dy)| *x * *dy).sum();
        }
        for (dx, dy) in dx.into_iter().flatten().zip(dy) {
            *dx = dy.map(|dy| self.factor * dy);
        }
    }
}

network! {
    const WIDTH: usize = 3;

    /// A network.
    #[derive(Clone, Debug)]
    pub struct Net<T>: [{ WIDTH - 1 }] -> [1] {
        scale: Scale<2, T>,
        fc1: Linear<2, { 2 * (WIDTH + 1) }>,
        Reshape<{ 4 }, -1>,
        fc2: Linear<{ 2 }, 1>,
        Flatten,
        fc3: Linear<4, 1>,
    }
}

fn main() {
    let net = Net::<f64>::init(&mut Rng::new(0));
    assert_eq!(net.scale.factor, 2.0);
    assert_eq!(Net::<f32>::PARAMETERS, 1 + 24 + 3 + 5);
    let mut trainer = Trainer::new(net, Mse, Sgd::new(0.01));
    assert!(trainer.step(&[[1.0, 2.0]; 3], &[[0.5]; 3]).is_finite());
}
