//! Pulls against finite differences, element by element, in f64.

use crate::random::Rng;
use crate::scalar::Scalar;
use crate::tensor::{Tensor, flat, flat_mut, zero};
use core::slice::{from_mut, from_ref};

/// Random operands, and the comparison of pulls with the chords of a function.
pub(super) struct Check {
    rng: Rng,
    /// Where the elements of operands lie.
    range: [f64; 2],
}

/// Half of the chord.
const STEP: f64 = 1e-5;

impl Check {
    pub(super) fn new(seed: u64) -> Check {
        Check { rng: Rng::new(seed), range: [-1.0, 1.0] }
    }

    /// The same with operands between two numbers.
    pub(super) fn between(self, least: f64, most: f64) -> Check {
        Check { range: [least, most], ..self }
    }

    pub(super) fn random<X: Tensor<Scalar = f64>>(&mut self) -> X {
        let (mut x, [least, most]) = (zero::<X>(), self.range);
        for v in flat_mut(from_mut(&mut x)) {
            *v = least + (most - least) * f64::unit(&mut self.rng);
        }
        x
    }

    /// `pull` is called with dy, a, y and da.
    pub(super) fn one<A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>(
        mut self,
        value: impl Fn(&A, &mut Y),
        pull: impl Fn(&Y, &A, &Y, &mut A),
    ) {
        let (a, dy) = (self.random::<A>(), self.random::<Y>());
        self.compare(&a, &dy, &value, |y, da| pull(&dy, &a, y, da));
    }

    /// Both pulls are called with dy, a, b and y, and da or db.
    pub(super) fn two<A: Tensor<Scalar = f64>, B: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>(
        mut self,
        value: impl Fn(&A, &B, &mut Y),
        pull0: impl Fn(&Y, &A, &B, &Y, &mut A),
        pull1: impl Fn(&Y, &A, &B, &Y, &mut B),
    ) {
        let (a, b, dy) = (self.random::<A>(), self.random::<B>(), self.random::<Y>());
        self.compare(&a, &dy, &|a, y| value(a, &b, y), |y, da| pull0(&dy, &a, &b, y, da));
        self.compare(&b, &dy, &|b, y| value(&a, b, y), |y, db| pull1(&dy, &a, &b, y, db));
    }

    /// What `pull` adds is the slope of the chord of (dy, y) for each element of a.
    fn compare<A: Tensor<Scalar = f64>, Y: Tensor<Scalar = f64>>(
        &mut self,
        a: &A,
        dy: &Y,
        value: &impl Fn(&A, &mut Y),
        pull: impl Fn(&Y, &mut A),
    ) {
        // Written, whatever was there.
        let of = |a: &A, before: Y| {
            let mut y = before;
            value(a, &mut y);
            y
        };
        let y = of(a, zero());
        assert_eq!(flat(&[y]), flat(&[of(a, self.random())]), "the value depends on what was there");
        let before = self.random::<A>();
        let mut da = before;
        pull(&y, &mut da);
        for at in 0..A::LEN {
            let loss = |step: f64| -> f64 {
                let mut a = *a;
                flat_mut(from_mut(&mut a))[at] += step;
                flat(&[of(&a, zero())]).iter().zip(flat(from_ref(dy))).map(|(y, dy)| y * dy).sum()
            };
            let chord = (loss(STEP) - loss(-STEP)) / (2.0 * STEP);
            let added = flat(&[da])[at] - flat(&[before])[at];
            assert!((added - chord).abs() <= 1e-7 * (1.0 + chord.abs()), "element {at}: {added}, not {chord}");
        }
    }
}
