//! Names that are keywords elsewhere, and names close to those of the generated code.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::prelude::*;

#[path = "../check/gradients.rs"]
mod gradients;

network! {
    /// Raw identifiers; `p` has the gradient `dp`, `fc` has `dfc`.
    pub struct Names<f64>: [3] -> [2] {
        r#type: Linear<3, 4>,
        r#match: Sigmoid,
        p: Linear<4, 3>,
        fc: Linear<3, 4>,
        dfc: Linear<4, 3>,
        ddfc: Linear<3, 4>,
        own: Linear<4, 3>,
        half: Same -> [3],
        batch: Linear<3, 3>,
        self_: Same -> [3],
        zeros: Linear<3, 3>,
        Gelu,
        init: Linear<3, 2>,
        Tanh,
    }

    /// A name that is a keyword.
    pub struct r#Loop<f64>: [1] -> [1] {
        r#loop: Linear<1, 1>,
    }
}

/// y = a x
#[derive(Parameters)]
pub struct Same {
    /// One for each value.
    pub r#in: [f64; 3],
}

impl Layer<[f64; 3]> for Same {
    type Output = [f64; 3];

    fn infer(&self, x: &[[f64; 3]], y: &mut [[f64; 3]], _: &mut [f64]) {
        for (x, y) in x.iter().zip(y) {
            *y = std::array::from_fn(|i| self.r#in[i] * x[i]);
        }
    }

    fn backward(
        &self,
        _: &Pass,
        x: &[[f64; 3]],
        _: &[[f64; 3]],
        _: &mut [f64],
        dy: &mut [[f64; 3]],
        mut dx: Option<&mut [[f64; 3]]>,
        mut dp: Option<&mut Self>,
    ) {
        for (b, (x, dy)) in x.iter().zip(dy).enumerate() {
            for i in 0..3 {
                if let Some(dp) = &mut dp {
                    dp.r#in[i] += dy[i] * x[i];
                }
                if let Some(dx) = &mut dx {
                    dx[b][i] = dy[i] * self.r#in[i];
                }
            }
        }
    }
}

fn main() {
    gradients::check::<_, Names>();
    gradients::check::<_, Loop>();
    let names = Names::init(&mut Rng::new(1));
    assert_eq!(names.parameter("type.bias").map(<[f64]>::len), Some(4));
    assert_eq!(names.parameter("half.in"), Some(&[0.0; 3][..]));
    assert_eq!(names.r#type.bias.len() + names.p.bias.len() + names.batch.bias.len(), 10);
}
