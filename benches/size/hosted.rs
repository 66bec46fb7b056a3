//! W2_adam with the standard library: twenty steps, and the loss of the last one.

mod mlp;

use dnn::prelude::*;
use mlp::Mlp;

fn main() {
    let mut net = dnn::boxed_zeros::<Mlp>();
    mlp::start(&mut net);
    let (mut x, mut labels) = (vec![[0.0; 784]; 64], [0; 64]);
    mlp::batch(&mut x, &mut labels);
    let mut trainer = Trainer::new(net, CrossEntropy, Adam::new(1e-3));
    let mut loss = 0.0;
    for _ in 0..20 {
        loss = trainer.step(&x, &labels);
    }
    println!("{loss:.6}");
}
