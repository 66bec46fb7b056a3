//! dw[o][i] = sum over b of dy[b][o] x[b][i], and behind it the update of w by dw. B samples, I inputs, O outputs.
//!
//! A large weight, its gradient and its momentum leave the second cache, so that an update by itself waits for memory. Here a
//! tile of the product is made while the tile before it is updated, a vector for each two samples: the gradient of that tile is
//! still in the first cache, and the multiplications hide the rest. It lies in its place behind it all the same.
//!
//! Adam's update is no faster this way: its root and its division are made by what makes the products.

use crate::kernels::ahead::prefetch;
use crate::kernels::level::{self, Kernel, Level, Vector};
use crate::kernels::linear::Rows;
use crate::kernels::number::{Number, Parallel};
#[cfg(feature = "std")]
use crate::kernels::team;
use crate::scalar::Scalar;
use core::marker::PhantomData;
use core::slice;

/// Samples whose products are made between two vectors of updates.
const SAMPLES: usize = 2;

/// The rates of an update.
pub(crate) type Rates<T> = [T; 4];

/// How a gradient changes a parameter.
pub(crate) trait Rule {
    /// Whether something is remembered of each parameter.
    const REMEMBERS: bool;
    /// The parameter w and what is remembered of it, v, after the gradient g.
    fn updated<X: Number>(w: X, g: X, v: X, rates: &Rates<X>) -> [X; 2];
}

/// w - lr g, of the rate lr
pub(crate) struct Descent;

impl Rule for Descent {
    const REMEMBERS: bool = false;
    #[inline(always)]
    fn updated<X: Number>(w: X, g: X, v: X, &[lr, ..]: &Rates<X>) -> [X; 2] {
        [w - lr * g, v]
    }
}

/// v = mu v + take (g + decay w), w - lr v, of the rates lr, decay, mu, take
pub(crate) struct Rolling;

impl Rule for Rolling {
    const REMEMBERS: bool = true;
    #[inline(always)]
    fn updated<X: Number>(w: X, g: X, v: X, &[lr, decay, mu, take]: &Rates<X>) -> [X; 2] {
        let v = mu * v + take * (g + decay * w);
        [w - lr * v, v]
    }
}

/// The gradient of a weight, and the update behind it.
pub struct Behind<'a, T> {
    /// dw, [O, I]
    pub(crate) gradient: &'a mut [T],
    /// w, [O, I]
    pub(crate) weight: &'a mut [T],
    /// v, [O, I], or empty
    pub(crate) memory: &'a mut [T],
    /// dy, [B, O]
    pub(crate) dy: &'a [T],
    /// x, [B, I]
    pub(crate) x: &'a [T],
    /// B, O, I
    pub(crate) shape: [usize; 3],
    /// The distance in dy from sample to sample: threads have outputs beside each other.
    pub(crate) apart: usize,
    pub(crate) rates: Rates<T>,
}

impl<T: Scalar> Behind<'_, T> {
    /// Whether everything has the length that the shape says.
    fn fits<R: Rule>(&self) -> bool {
        let [samples, outputs, inputs] = self.shape;
        let whole = |scalars: &[T]| scalars.len() == outputs * inputs;
        whole(self.gradient)
            && whole(self.weight)
            && (!R::REMEMBERS || whole(self.memory))
            && self.x.len() == samples * inputs
            && (samples == 0 || outputs == 0 || self.dy.len() >= (samples - 1) * self.apart + outputs)
    }

    /// Does its work on several threads, if there are any and it is worth that.
    #[cfg(feature = "std")]
    fn share(&mut self, work: fn(&mut Behind<'_, T>)) -> bool {
        let Behind { shape: [samples, outputs, inputs], apart, dy, x, rates, .. } = *self;
        let threads = team::threads(samples * outputs * inputs);
        if threads < 2 || outputs < threads {
            return false;
        }
        let each = outputs.div_ceil(threads);
        let Behind { gradient, weight, memory, .. } = self;
        let mut memories = memory.chunks_mut(each * inputs);
        let chunks = gradient.chunks_mut(each * inputs).zip(weight.chunks_mut(each * inputs));
        let mut parts = [const { None }; team::MOST];
        for (i, (part, (gradient, weight))) in parts.iter_mut().zip(chunks).enumerate() {
            let (memory, dy) = (memories.next().unwrap_or_default(), &dy[i * each..]);
            let shape = [samples, weight.len() / inputs, inputs];
            *part = Some(Behind { gradient, weight, memory, dy, x, shape, apart, rates });
        }
        team::share(parts, work);
        true
    }
}

/// Whether an update behind a product is faster than one by itself. With 16 registers, or with memory that keeps up with shorter
/// vectors, it is not.
#[inline(always)]
pub(crate) fn repays() -> bool {
    level::best() == Level::Avx512
}

/// Runs at the best level of this machine, on the threads that there are.
#[inline(always)]
pub(crate) fn run<T: Scalar, R: Rule>(behind: &mut Behind<'_, T>) {
    assert!(behind.fits::<R>(), "a batch and its gradients differ in length");
    #[cfg(feature = "std")]
    if behind.share(|part| level::run(&mut By::<T, R>(part, PhantomData))) {
        return;
    }
    level::run(&mut By::<T, R>(behind, PhantomData));
}

/// The same by a rule.
pub(crate) struct By<'k, 'a, T, R>(pub(crate) &'k mut Behind<'a, T>, pub(crate) PhantomData<R>);

impl<T: Scalar, R: Rule> Kernel for By<'_, '_, T, R> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Behind { gradient, weight, memory, dy, x, shape, apart, rates } = &mut *self.0;
        let ([samples, outputs, inputs], apart) = (*shape, *apart);
        let (gradient, weight, memory) = (gradient.as_mut_ptr(), weight.as_mut_ptr(), memory.as_mut_ptr());
        let places = Places { gradient, weight, memory, inputs };
        let (mut i, mut late) = (0, Late { at: 0, rows: 0 });
        // SAFETY: as of this function; `fits` was asked, and tiles end with rows and columns.
        unsafe {
            macro_rules! tiles {
                ($r:ident; $($rows:literal)*) => {$(
                    while outputs - $r >= $rows {
                        let (dy, x) = (dy.as_ptr().add($r), x.as_ptr().add(i));
                        let at = $r * inputs + i;
                        V::call(&mut Tile::<T, R, $rows> { places, at, late, dy, apart, x, samples, rates, by: PhantomData });
                        late = Late { at, rows: $rows };
                        $r += $rows;
                    }
                )*};
            }
            while V::ROWS >= 12 && i + 2 * V::LANES <= inputs {
                let mut r = 0;
                tiles!(r; 12 8 4 2 1);
                i += 2 * V::LANES;
            }
            let rates = rates.map(|rate| V::splat(rate));
            for vector in 0..2 * late.rows {
                places.update::<V, R>(late.place::<V, T>(vector, inputs), V::LANES, &rates);
            }
            while i < inputs {
                let lanes = if inputs - i < V::LANES { inputs - i } else { V::LANES };
                let out = slice::from_raw_parts_mut(places.gradient, outputs * inputs);
                let (shape, steps) = ([outputs, samples, inputs], [1, apart, inputs]);
                Rows { out, a: dy, b: x, shape, steps, add: false }.strip::<V, 1>(i, lanes);
                for row in 0..outputs {
                    places.update::<V, R>(row * inputs + i, lanes, &rates);
                }
                i += lanes;
            }
        }
    }
}

/// Where a gradient lies, the weight and what is remembered, in rows of `inputs`.
struct Places<T> {
    gradient: *mut T,
    weight: *mut T,
    memory: *mut T,
    inputs: usize,
}

impl<T> Clone for Places<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Places<T> {}

impl<T: Scalar> Places<T> {
    /// Updates a vector of `lanes` lanes by the gradient that is there.
    ///
    /// # Safety
    /// The machine has the instructions of `V`; there are as many scalars behind place `at`.
    #[inline(always)]
    unsafe fn update<V: Vector<T>, R: Rule>(&self, at: usize, lanes: usize, rates: &Rates<V>) {
        // SAFETY: as of this function, which shows that the machine has the instructions.
        unsafe {
            let rates = rates.map(|rate| Parallel::<T, V>::new(rate));
            let load = |from: *mut T| Parallel::<T, V>::new(V::load(from.add(at), lanes));
            let v = if R::REMEMBERS { load(self.memory) } else { Parallel::new(V::splat(T::ZERO)) };
            let [w, v] = R::updated(load(self.weight), load(self.gradient), v, &rates);
            w.vector().store(self.weight.add(at), lanes);
            if R::REMEMBERS {
                v.vector().store(self.memory.add(at), lanes);
            }
        }
    }
}

/// A tile whose gradient is there and whose update is not: where it begins, and its rows of two vectors.
#[derive(Clone, Copy)]
struct Late {
    at: usize,
    rows: usize,
}

impl Late {
    /// Where a vector of it begins.
    #[inline(always)]
    fn place<V: Vector<T>, T>(&self, vector: usize, inputs: usize) -> usize {
        self.at + vector / 2 * inputs + vector % 2 * V::LANES
    }
}

/// The gradient of H rows of two vectors, and meanwhile the update of those before: a function of its own, whose registers LLVM
/// handles well.
struct Tile<'a, T, R, const H: usize> {
    places: Places<T>,
    at: usize,
    late: Late,
    dy: *const T,
    apart: usize,
    x: *const T,
    samples: usize,
    rates: &'a Rates<T>,
    by: PhantomData<R>,
}

impl<T: Scalar, R: Rule, const H: usize> Kernel for Tile<'_, T, R, H> {
    type Scalar = T;

    #[inline(always)]
    unsafe fn run<V: Vector<T>>(&mut self) {
        let Tile { places, at, late, dy, apart, x, samples, rates, .. } = *self;
        let inputs = places.inputs;
        // SAFETY: as of this function; whoever makes a tile has its rows, columns and samples.
        unsafe {
            let rates = rates.map(|rate| V::splat(rate));
            let mut sums = [[V::splat(T::ZERO); 2]; H];
            let (own, mut b, mut vector) = (Late { at, rows: H }, 0, 0);
            while vector < 2 * late.rows && b + SAMPLES <= samples {
                // One sample at a time: of a sum over two, LLVM would take all factors before, for which there are no registers.
                let end = b + SAMPLES;
                while b < end {
                    let (a, x) = ((dy.add(b * apart), 1, apart), (x.add(b * inputs), inputs));
                    sums = Rows::terms::<V, H, 2>(sums, a, x, 1, V::LANES);
                    b += 1;
                }
                places.update::<V, R>(late.place::<V, T>(vector, inputs), V::LANES, &rates);
                if vector < 2 * H {
                    prefetch::<2, _>(places.gradient.add(own.place::<V, T>(vector, inputs)));
                }
                vector += 1;
            }
            let (a, x) = ((dy.add(b * apart), 1, apart), (x.add(b * inputs), inputs));
            sums = Rows::terms::<V, H, 2>(sums, a, x, samples - b, V::LANES);
            while vector < 2 * late.rows {
                places.update::<V, R>(late.place::<V, T>(vector, inputs), V::LANES, &rates);
                vector += 1;
            }
            Rows::write(sums, places.gradient.add(at), inputs, V::LANES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::linear::Rows;
    use crate::kernels::tests::{levels, shapes};
    use crate::random::{Generator, Rng};
    use std::{vec, vec::Vec};

    /// The bits of the product, and then those of the update of each element by itself.
    fn check<T: Scalar, R: Rule>(rng: &mut Rng, shape: [usize; 3]) {
        let [samples, outputs, inputs] = shape;
        let mut random = |count: usize| -> Vec<T> { (0..count).map(|_| T::uniform(rng, T::ONE)).collect() };
        let (dy, x, w) = (random(samples * outputs), random(samples * inputs), random(outputs * inputs));
        let v = if R::REMEMBERS { random(outputs * inputs) } else { Vec::new() };
        let rates = [0.1, 0.01, 0.9, 0.5].map(T::from_f64);
        for level in levels() {
            let mut want = vec![T::ZERO; outputs * inputs];
            let mut rows = Rows::of_gradient(&mut want, &dy, &x, [outputs, samples, inputs]).adding(false);
            // SAFETY: `levels` lists what the machine has.
            unsafe { level::run_at(level, &mut rows) };
            let nan = T::from_f64(f64::NAN);
            let (mut gradient, mut weight, mut memory) = (vec![nan; w.len()], w.clone(), v.clone());
            let (dy, x) = (&dy[..], &x[..]);
            let (of_gradient, of_weight, memory_of) = (&mut gradient[..], &mut weight[..], &mut memory[..]);
            let mut behind = Behind {
                gradient: of_gradient,
                weight: of_weight,
                memory: memory_of,
                dy,
                x,
                shape,
                apart: outputs,
                rates,
            };
            assert!(behind.fits::<R>());
            // SAFETY: as above.
            unsafe { level::run_at(level, &mut By::<T, R>(&mut behind, PhantomData)) };
            assert_eq!(gradient, want, "{shape:?} at {level:?}");
            for (i, g) in want.into_iter().enumerate() {
                let before = v.get(i).copied().unwrap_or(T::ZERO);
                let [w, v] = R::updated(w[i], g, before, &rates);
                assert_eq!((weight[i], memory.get(i)), (w, R::REMEMBERS.then_some(&v)), "{shape:?} at {level:?}");
            }
        }
    }

    #[test]
    fn every_element_is_updated_once_by_its_gradient() {
        let rng = &mut Rng::new(5);
        let (samples, outputs, inputs): (&[_], &[_], &[_]) = match cfg!(miri) {
            true => (&[0, 5], &[1, 13], &[9]),
            false => (&[0, 1, 3, 17, 50], &[1, 2, 7, 12, 13, 35], &[1, 16, 31, 32, 33, 71, 112]),
        };
        for shape in samples.iter().flat_map(|b| outputs.iter().flat_map(|o| inputs.iter().map(|i| [*b, *o, *i]))) {
            check::<f32, Descent>(rng, shape);
            check::<f32, Rolling>(rng, shape);
            check::<f64, Rolling>(rng, shape);
        }
        check::<f64, Descent>(rng, [20, 14, 40]);
        for case in 0..shapes().unwrap_or(0) {
            let shape = [70, 60, 300].map(|most| 1 + rng.below(most) as usize);
            if case % 2 == 0 {
                check::<f32, Rolling>(rng, shape);
            } else {
                check::<f64, Descent>(rng, shape);
            }
        }
    }
}
