//! Layers of one's own: generic and not, with and without parameters, with a workspace, and networks as layers; under lints
//! that callers like.
#![deny(warnings, missing_docs, rust_2018_idioms, future_incompatible, nonstandard_style, unused)]
#![deny(let_underscore, unused_qualifications, unreachable_pub, unused_results, trivial_casts, trivial_numeric_casts)]
#![deny(single_use_lifetimes, unused_lifetimes, missing_copy_implementations, redundant_lifetimes, unit_bindings)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

/// y = scale x, and a workspace that forward fills for backward.
#[derive(Clone, Debug, Parameters)]
pub struct Scale<T, const N: usize> {
    #[init(1.0)]
    scale: [T; N],
}

impl<T: Scalar, const N: usize> Layer<[T; N]> for Scale<T, N> {
    type Output = [T; N];
    const INFER: Extent = Extent::new(1, 0);
    const TRAIN: Extent = Extent::new(N, 2);
    const MACS: usize = N;

    fn infer(&self, x: &[[T; N]], y: &mut [[T; N]], workspace: &mut [T]) {
        assert_eq!(workspace.len(), x.len());
        for (x, y) in x.iter().zip(y) {
            *y = std::array::from_fn(|i| self.scale[i] * x[i]);
        }
    }

    fn forward(&self, _: &Pass, x: &[[T; N]], y: &mut [[T; N]], saved: &mut [T]) {
        assert_eq!(saved.len(), x.len() * N + 2);
        saved[..x.len() * N].copy_from_slice(dnn::tensor::flat(x));
        for (x, y) in x.iter().zip(y) {
            *y = std::array::from_fn(|i| self.scale[i] * x[i]);
        }
    }

    fn backward(
        &self,
        _: &Pass,
        x: &[[T; N]],
        _: &[[T; N]],
        saved: &mut [T],
        dy: &mut [[T; N]],
        mut dx: Option<&mut [[T; N]]>,
        mut dp: Option<&mut Self>,
    ) {
        assert_eq!(&saved[..x.len() * N], dnn::tensor::flat(x));
        for (b, dy) in dy.iter().enumerate() {
            for i in 0..N {
                if let Some(dp) = &mut dp {
                    dp.scale[i] += dy[i] * saved[b * N + i];
                }
                if let Some(dx) = &mut dx {
                    dx[b][i] = dy[i] * self.scale[i];
                }
            }
        }
    }
}

/// y = x x, without parameters: no number of the scalar says what it computes in.
#[derive(Clone, Debug, Parameters)]
pub struct Square<T> {
    nothing: [T; 0],
}

impl<T: Scalar, const N: usize> Layer<[T; N]> for Square<T> {
    type Output = [T; N];

    fn infer(&self, x: &[[T; N]], y: &mut [[T; N]], _: &mut [T]) {
        for (x, y) in x.iter().zip(y) {
            *y = x.map(|x| x * x);
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
        _: Option<&mut Self>,
    ) {
        for ((x, dy), dx) in x.iter().zip(dy).zip(dx.into_iter().flatten()) {
            *dx = std::array::from_fn(|i| dy[i] * (x[i] + x[i]));
        }
    }
}

/// A layer in single precision alone: the mean, as a struct without fields.
#[derive(Clone, Copy, Debug, Parameters)]
pub struct Average;

impl<const N: usize> Layer<[f32; N]> for Average {
    type Output = [f32; 1];

    fn infer(&self, x: &[[f32; N]], y: &mut [[f32; 1]], _: &mut [f32]) {
        for (x, y) in x.iter().zip(y) {
            y[0] = x.iter().sum::<f32>() / N as f32;
        }
    }

    fn backward(
        &self,
        _: &Pass,
        _: &[[f32; N]],
        _: &[[f32; 1]],
        _: &mut [f32],
        dy: &mut [[f32; 1]],
        dx: Option<&mut [[f32; N]]>,
        _: Option<&mut Self>,
    ) {
        for (dy, dx) in dy.iter().zip(dx.into_iter().flatten()) {
            *dx = [dy[0] / N as f32; N];
        }
    }
}

/// Several layers as one.
#[derive(Clone, Debug, Parameters)]
pub struct Twice<T> {
    layers: [Linear<3, 3, T>; 2],
    scale: Scale<T, 3>,
}

impl<T: Scalar> Layer<[T; 3]> for Twice<T> {
    type Output = [T; 3];

    fn infer(&self, x: &[[T; 3]], y: &mut [[T; 3]], _: &mut [T]) {
        let mut middle = vec![[T::ZERO; 3]; x.len()];
        Layer::infer(&self.layers[0], x, &mut middle, &mut []);
        Layer::infer(&self.layers[1], &middle, y, &mut []);
    }

    fn backward(
        &self,
        pass: &Pass,
        x: &[[T; 3]],
        y: &[[T; 3]],
        _: &mut [T],
        dy: &mut [[T; 3]],
        dx: Option<&mut [[T; 3]]>,
        dp: Option<&mut Self>,
    ) {
        let (mut middle, mut between) = (vec![[T::ZERO; 3]; x.len()], vec![[T::ZERO; 3]; x.len()]);
        Layer::infer(&self.layers[0], x, &mut middle, &mut []);
        let [first, second] = &self.layers;
        let (dfirst, dsecond) = match dp.map(|dp| &mut dp.layers) {
            Some([first, second]) => (Some(first), Some(second)),
            None => (None, None),
        };
        second.backward(pass, &middle, y, &mut [], dy, Some(&mut between), dsecond);
        first.backward(pass, x, &middle, &mut [], &mut between, dx, dfirst);
    }
}

mod layers {
    pub(crate) use super::Square;
}

network! {
    const WIDTH: usize = 2 + 2;

    /// Own layers first, last, behind each other, around activations and views.
    #[derive(Clone, Debug)]
    pub struct Own<T>: [2, 2] -> [3] {
        Flatten,
        scale1: Scale<T, WIDTH> -> [WIDTH],
        square: layers::Square<T> -> [4],
        scale2: Scale<T, 4>,
        Sigmoid,
        fc: Linear<WIDTH, 3>,
        Relu,
        twice: Twice<T> -> [3],
        Gelu,
        scale3: Scale<T, 3> -> [3],
    }

    /// A network is a layer.
    #[derive(Clone, Debug)]
    pub struct Outer<T>: [4] -> [2] {
        Reshape<2, 2>,
        own: Own<T> -> [3],
        Tanh,
        again: Inner<T>,
        fc: Linear<5, 2>,
    }

    /// The one inside.
    #[derive(Clone, Debug)]
    pub struct Inner<T>: [3] -> [5] {
        fc: Linear<3, 5>,
        Tanh,
    }

    /// Without a number to train but one layer's.
    pub struct Single: [3] -> [1] {
        fc: Linear<3, 4>,
        mean: Average,
    }
}

fn main() {
    gradients::check::<_, Own<f64>>();
    gradients::check::<_, Outer<f64>>();
    gradients::compare::<_, _, Outer<f32>, Outer<f64>>();
    assert_eq!(Own::<f64>::PARAMETERS, 4 + 4 + 15 + (24 + 3) + 3);
    assert_eq!(Own::<f32>::MACS, 4 + 4 + 12 + 3);
    assert_eq!(Outer::<f32>::PARAMETERS, Own::<f32>::PARAMETERS + 20 + 12);
    let outer = Outer::<f64>::init(&mut Rng::new(1));
    let names: Vec<String> = outer.parameters().map(|tensor| tensor.name.to_string()).collect();
    assert!(names.contains(&"own.twice.layers.1.weight".to_owned()), "{names:?}");
    assert_eq!(outer.own.scale1.scale, [1.0; 4]);
    let single = Single { fc: Linear { weight: [[1.0; 3]; 4], bias: [0.0, 1.0, 2.0, 3.0] }, mean: Average };
    assert_eq!(single.predict(&[1.0, 2.0, 3.0]), [7.5]);
}
