//! Frozen layers in strict callers: inside the network, behind a reference, nested, and in a network of `f64`.

#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use dnn::Frozen;
use dnn::prelude::*;

network! {
    /// Runs before the head.
    #[derive(Clone, Debug)]
    pub struct Body: [4] -> [3] {
        fc: Linear<4, 3>,
        Relu,
    }

    /// A body that is part of the network.
    #[derive(Clone, Debug)]
    pub struct Held: [4] -> [2] {
        /// Stays what it is.
        #[frozen]
        body: Body -> [3],
        fc: Linear<3, 2>,
    }

    /// A body that lies elsewhere.
    #[derive(Clone, Debug)]
    pub struct Borrowed: [4] -> [2] {
        body: &'static Body -> [3],
        fc: Linear<3, 2>,
    }

    /// Generic, with a frozen layer behind a trained one.
    pub struct Behind<T>: [4] -> [2] {
        fc1: Linear<4, 3>,
        Sigmoid,
        #[frozen]
        fc2: Linear<3, 2>,
    }
}

static BODY: Body = Body { fc: Linear { weight: [[0.5; 4]; 3], bias: [0.0; 3] } };

fn main() {
    let (x, t) = ([[1.0, 2.0, 3.0, 4.0], [-1.0, 0.5, 0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]);
    let head = Linear { weight: [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]], bias: [0.0; 2] };
    let held = Held { body: BODY.clone(), fc: head.clone() };
    let borrowed = Borrowed { body: Frozen::new(&BODY), fc: head };
    assert_eq!(held.predict(&x[0]), borrowed.predict(&x[0]));
    let mut held = Trainer::new(held, Mse, Sgd::new(0.01));
    let mut borrowed = Trainer::new(borrowed, Mse, Sgd::new(0.01));
    for _ in 0..3 {
        assert_eq!(held.step(&x, &t), borrowed.step(&x, &t));
    }
    assert_eq!(held.network().fc, borrowed.network().fc);
    assert_eq!(held.network().body.fc, BODY.fc);

    let net = Behind::<f64>::init(&mut Rng::new(1));
    let fc2 = net.fc2.clone();
    let mut behind = Trainer::new(net, Mse, Adam::new(0.1));
    let first = behind.step(&x.map(|x| x.map(f64::from)), &t.map(|t| t.map(f64::from)));
    let second = behind.step(&x.map(|x| x.map(f64::from)), &t.map(|t| t.map(f64::from)));
    assert!(second < first && behind.network().fc2 == fc2);
}
